package io.troupe.cluster.internal.delivery;

/** When a channel tries again: exponential backoff with jitter between the bounds of {@link DeliveryLimits}. */
final class RetryTimer {
    private final long firstNs;
    private final long maxNs;

    /** The next full wait; always firstNs <= waitNs <= maxNs. */
    private long waitNs;

    private boolean armed;
    private long dueNs;
    /** The newest random number of the shell; what it draws from is not this class's business. */
    private long random;

    RetryTimer(DeliveryLimits limits) {
        firstNs = limits.retryNs();
        maxNs = limits.maxRetryNs();
        waitNs = firstNs;
    }

    void refresh(long newRandom) {
        random = newRandom;
    }

    boolean isArmed() {
        return armed;
    }

    boolean isDue(long nowNs) {
        return armed && nowNs - dueNs >= 0;
    }

    /** Starts over with the shortest wait: something came back. */
    void restart(long nowNs) {
        waitNs = firstNs;
        arm(nowNs);
    }

    /** Waits as long as now due, and longer the next time. */
    void backOff(long nowNs) {
        arm(nowNs);
        waitNs = Math.min(maxNs, waitNs * 2);
    }

    void disarm() {
        armed = false;
        waitNs = firstNs;
    }

    /** Half of the wait is certain, half is drawn, so that channels that failed together do not retry together. */
    private void arm(long nowNs) {
        armed = true;
        dueNs = nowNs + waitNs / 2 + (random >>> 1) % (waitNs - waitNs / 2 + 1);
    }
}
