package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Messages of one shard that ended DONE without an answer, and whose senders are not told yet: a stack after Treiber,
 * linked by the messages themselves. Any thread adds; all are taken at once, by who holds the lock of the shard, so
 * that what was taken is in the channels for whoever takes that lock next.
 */
final class Ended<M extends Ended.Link<M>> {
    private final AtomicReference<@Nullable M> newest = new AtomicReference<>();

    /** What a message needs to be one of them. */
    abstract static class Link<M> {
        /** The one that ended before it; once they are taken, the one that ended after it. */
        @Nullable
        M next;
    }

    /** {@return true if it is the only one} Each message once. */
    boolean add(M message) {
        for (M before; ; ) {
            before = newest.get();
            message.next = before;
            if (newest.compareAndSet(before, message)) {
                return before == null;
            }
        }
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** {@return the first to have ended, linked to those after it; null if there is none} Under the shard's lock. */
    @Nullable
    M takeAll() {
        M rest = newest.getAndSet(null);
        M oldest = null;
        while (rest != null) {
            M before = rest.next;
            rest.next = oldest;
            oldest = rest;
            rest = before;
        }
        return oldest;
    }
}
