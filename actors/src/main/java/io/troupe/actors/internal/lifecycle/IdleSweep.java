package io.troupe.actors.internal.lifecycle;

/**
 * Walks around the shards, each once in a period, some with every tick: so a look at a million entities never comes at
 * once.
 */
public final class IdleSweep {
    private final int shards;
    private final long periodNs;
    private long lastNs;
    /** What the last look left over, in ns times shards: less than a period. */
    private long left;

    private int next;

    /**
     * A walk that begins at the first shard.
     *
     * @param shards   how many there are
     * @param periodNs the time of one round
     * @param nowNs    the time
     */
    public IdleSweep(int shards, long periodNs, long nowNs) {
        this.shards = shards;
        this.periodNs = periodNs;
        lastNs = nowNs;
    }

    /**
     * {@return how many shards are to be looked at now, one round at most}
     *
     * @param nowNs the time
     */
    public int due(long nowNs) {
        long elapsedNs = nowNs - lastNs;
        lastNs = nowNs;
        if (elapsedNs >= periodNs) {
            left = 0;
            return shards;
        }
        long looks = elapsedNs * shards + left;
        left = looks % periodNs;
        return (int) (looks / periodNs);
    }

    /** {@return the next shard} */
    public int next() {
        int shard = next;
        next = (next + 1) % shards;
        return shard;
    }
}
