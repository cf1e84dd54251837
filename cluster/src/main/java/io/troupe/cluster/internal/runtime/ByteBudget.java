package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of long messages that may wait for their outcome on one node. Short ones are not counted, for their number
 * is bounded for each shard and counting them would make all senders meet at one word of memory. Any thread.
 */
final class ByteBudget {
    /** A message of fewer bytes is short. */
    static final int LONG = 16 * 1024;

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    ByteBudget(long limit) {
        this.limit = limit;
    }

    /** False, and nothing is taken, if there is not so much left; any length below {@link #LONG} is free. */
    boolean take(int length) {
        if (length < LONG) {
            return true;
        }
        long now = taken.get();
        while (now + length <= limit) {
            long found = taken.compareAndExchange(now, now + length);
            if (found == now) {
                return true;
            }
            now = found;
        }
        return false;
    }

    void giveBack(int length) {
        if (length >= LONG) {
            taken.addAndGet(-length);
        }
    }

    long taken() {
        return taken.get();
    }
}
