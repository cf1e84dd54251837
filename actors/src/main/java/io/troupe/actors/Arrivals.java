package io.troupe.actors;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What arrives on any thread for one that takes all of it at once, in the order of the calls. Unlike a queue it keeps
 * nothing of what has been taken.
 *
 * @param <T> what arrives
 */
final class Arrivals<T> {
    /** The newest; each knows the one before. */
    private volatile @Nullable Arrived<T> newest;

    @SuppressWarnings("rawtypes") // a class object has no type arguments
    private static final AtomicReferenceFieldUpdater<Arrivals, @Nullable Arrived> NEWEST =
            AtomicReferenceFieldUpdater.newUpdater(Arrivals.class, Arrived.class, "newest");

    private static final class Arrived<T> {
        final T value;
        /** The one before; once all are taken, the one behind. */
        @Nullable
        Arrived<T> next;

        Arrived(T value) {
            this.value = value;
        }
    }

    /** Any thread. */
    void add(T value) {
        Arrived<T> arrived = new Arrived<>(value);
        do {
            arrived.next = newest;
        } while (!NEWEST.compareAndSet(this, arrived.next, arrived));
    }

    /** Any thread. */
    boolean isEmpty() {
        return newest == null;
    }

    /** Hands out what has arrived, the first one first. */
    @SuppressWarnings("unchecked") // only this class adds
    void takeAll(Consumer<T> taker) {
        if (newest == null) {
            return;
        }
        Arrived<T> first = null;
        for (Arrived<T> at = NEWEST.getAndSet(this, null); at != null; ) {
            Arrived<T> before = at.next;
            at.next = first;
            first = at;
            at = before;
        }
        for (Arrived<T> at = first; at != null; at = at.next) {
            taker.accept(at.value);
        }
    }
}
