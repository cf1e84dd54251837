package io.troupe.actors.internal.lifecycle;

import java.util.ArrayDeque;

/** The restarts of one activation: how many are left in the period, and how long the next one waits. */
public final class RestartBudget {
    /** Answer of {@link #onFailure}: no restart is left. */
    public static final long EXHAUSTED = -1;

    private final int limit;
    private final long periodNs;
    private final long backoffNs;
    private final long maxBackoffNs;
    /** Times of restarts within the period, oldest first; never more than the limit. */
    private final ArrayDeque<Long> restarts = new ArrayDeque<>();

    /**
     * A budget of which nothing is used.
     *
     * @param limit        restarts within a period
     * @param periodNs     the period
     * @param backoffNs    the wait after the first restart of a period; each further one waits twice as long
     * @param maxBackoffNs the longest wait
     */
    public RestartBudget(int limit, long periodNs, long backoffNs, long maxBackoffNs) {
        this.limit = limit;
        this.periodNs = periodNs;
        this.backoffNs = backoffNs;
        this.maxBackoffNs = maxBackoffNs;
    }

    /**
     * A handler has failed and would be restarted.
     *
     * @param nowNs the time
     * @return how long to wait before the new handler runs, or {@link #EXHAUSTED}
     */
    public long onFailure(long nowNs) {
        while (!restarts.isEmpty() && nowNs - restarts.getFirst() >= periodNs) {
            restarts.removeFirst();
        }
        if (restarts.size() >= limit) {
            return EXHAUSTED;
        }
        restarts.addLast(nowNs);
        long wait = backoffNs;
        for (int earlier = 1; earlier < restarts.size() && wait < maxBackoffNs; earlier++) {
            wait *= 2;
        }
        return Math.min(wait, maxBackoffNs);
    }
}
