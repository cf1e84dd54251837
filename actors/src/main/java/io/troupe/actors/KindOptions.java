package io.troupe.actors;

import io.troupe.cluster.ShardSet;

/**
 * What a kind can be told beyond its name and handlers.
 *
 * @param shardSet         where its entities live
 * @param passivateAfterNs idle time after which an entity leaves the memory; 0 for never
 * @param maxActive        entities of one node beyond which the least recently used leave; 0 for any number
 * @param restarts         how often a handler may be restarted
 */
record KindOptions(ShardSet shardSet, long passivateAfterNs, int maxActive, RestartLimit restarts) {
    static final KindOptions DEFAULT = new KindOptions(ShardSet.DEFAULT, 0, 0, RestartLimit.DEFAULT);

    KindOptions in(ShardSet other) {
        return new KindOptions(other, passivateAfterNs, maxActive, restarts);
    }

    KindOptions passivating(long afterNs, int beyond) {
        return new KindOptions(shardSet, afterNs, beyond, restarts);
    }

    KindOptions restarting(RestartLimit other) {
        return new KindOptions(shardSet, passivateAfterNs, maxActive, other);
    }

    boolean passivates() {
        return passivateAfterNs > 0 || maxActive > 0;
    }
}
