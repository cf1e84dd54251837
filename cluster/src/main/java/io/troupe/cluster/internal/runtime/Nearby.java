package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the threads that read from other nodes do besides: as much as spares somebody who asks one thing after the
 * other the way to another thread and back, and no more than a small part of their time under a load. That is the
 * generic cell rate algorithm (ITU-T I.371): every step is paid for with a piece of time to come, and there is credit
 * for a few. Any thread.
 */
final class Nearby {
    /** What a step is paid with, in ns: 25,000 steps a second. */
    static final long EACH_NS = 40_000;

    /** Steps at once. */
    static final int BURST = 10;

    /** Until when all steps so far are paid for; may have passed. */
    private final AtomicLong paidNs;

    /** @param nowNs the time */
    Nearby(long nowNs) {
        paidNs = new AtomicLong(nowNs);
    }

    /**
     * {@return whether to run a step here}
     *
     * @param nowNs the time
     */
    boolean take(long nowNs) {
        for (; ; ) {
            long paid = paidNs.get();
            long from = nowNs - paid > 0 ? nowNs : paid;
            if (from - nowNs > (BURST - 1) * EACH_NS) {
                return false;
            }
            if (paidNs.compareAndSet(paid, from + EACH_NS)) {
                return true;
            }
        }
    }
}
