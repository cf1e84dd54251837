package io.troupe.actors;

import io.troupe.cluster.ShardSet;

/**
 * What a kind can be told beyond its name and handlers.
 *
 * @param shardSet where its entities live
 * @param restarts how often a handler may be restarted
 */
record KindOptions(ShardSet shardSet, RestartLimit restarts) {
    static final KindOptions DEFAULT = new KindOptions(ShardSet.DEFAULT, RestartLimit.DEFAULT);

    KindOptions in(ShardSet other) {
        return new KindOptions(other, restarts);
    }

    KindOptions restarting(RestartLimit other) {
        return new KindOptions(shardSet, other);
    }
}
