package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.ShardSet;

/**
 * Moves the shard of an actor that is about to be spawned to the spawning node, if the shard's set is placed LOCAL and
 * the actor is the shard's first. Any thread.
 *
 * <p>A preference, not a promise: whether a name is the first is decided by this node's copy of the names, so of two
 * nodes that spawn at once either may have the shard; and who cannot have it spawns where it is. Where a shard lives is
 * in any case decided by the coordinator alone.
 */
final class LocalPlacement {
    /** A spawn waits no longer for its shard; that comes later then, as any planned move. */
    private static final Duration MOST = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final NamedActors names;

    LocalPlacement(Cluster cluster, NamedActors names) {
        this.cluster = cluster;
        this.names = names;
    }

    /** Completes when the name may be registered; never fails. */
    CompletableFuture<Void> prepare(int shard) {
        if (shard < 0
                || cluster.setOf(shard).strategy() != ShardSet.Strategy.LOCAL
                || names.isUsed(shard)
                || !cluster.config().hosting().shards()) {
            return CompletableFuture.completedFuture(null);
        }
        return cluster.manager()
                .moveShard(shard, cluster.config().nodeId(), MOST)
                .handle((report, failure) -> null); // refused: it lives where it is
    }
}
