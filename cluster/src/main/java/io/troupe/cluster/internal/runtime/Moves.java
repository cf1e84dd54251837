package io.troupe.cluster.internal.runtime;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Moves of single shards that this node has asked for: pins the shard in the store, and waits until it lives there. The
 * coordinator does the rest, whichever node leads. On the cluster thread.
 */
final class Moves {
    private final MetadataStore store;
    private final RoutingTable routing;
    private final ShardSets sets;
    private final NanoClock clock;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(
            int shard,
            @Nullable String from,
            String to,
            long sinceNs,
            long limitNs,
            CompletableFuture<MoveReport> done) {
        void end(boolean moved, long tookNs) {
            done.complete(new MoveReport(shard, from, to, moved, Duration.ofNanos(tookNs)));
        }
    }

    Moves(MetadataStore store, RoutingTable routing, ShardSets sets, NanoClock clock) {
        this.store = store;
        this.routing = routing;
        this.sets = sets;
        this.clock = clock;
    }

    void move(int shard, String nodeId, Duration limit, CompletableFuture<MoveReport> done) {
        List<LiveNode> nodes = LiveNode.all(store.view());
        LiveNode node = LiveNode.find(store.view(), nodeId);
        if (node == null) {
            done.completeExceptionally(new ClusterException(
                    ClusterException.Code.UNKNOWN_NODE,
                    "node " + nodeId + " is not in the cluster: the live nodes are "
                            + nodes.stream().map(LiveNode::nodeId).toList()));
            return;
        }
        String refusal = refusal(node, sets.of(shard).set());
        if (refusal != null) {
            done.completeExceptionally(new ClusterException(
                    ClusterException.Code.NOT_ADMITTED,
                    "shard " + shard + " cannot move to node " + nodeId + ": " + refusal));
            return;
        }
        ShardRecord present = routing.shardRecord(shard);
        waiting.add(new Waiting(
                shard, present == null ? null : present.owner(), nodeId, clock.nanoTime(), limit.toNanos(), done));
        CompletableFuture<?> unused = store.txn(Txn.guarded(
                        List.of(node.unchanged()),
                        List.of(new Op.Put(ClusterKeys.pin(shard), nodeId.getBytes(StandardCharsets.UTF_8)))))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        done.completeExceptionally(Wiring.explain(failure));
                    } else if (!result.succeeded()) {
                        done.completeExceptionally(new ClusterException(
                                ClusterException.Code.UNKNOWN_NODE,
                                "node " + nodeId + " has left or joined anew meanwhile: ask again"));
                    }
                });
    }

    /** Why a node may not own a set, or null if it may. */
    static @Nullable String refusal(LiveNode node, ShardSet set) {
        if (!node.record().hosts()) {
            return "it owns no shards";
        }
        if (!node.hosting().roles().containsAll(set.roles())) {
            return "set " + set.name() + " wants the roles " + new TreeSet<>(set.roles()) + ", and it has "
                    + new TreeSet<>(node.hosting().roles());
        }
        if (!node.mayOwn(set)) {
            return set.admits(node.nodeId(), node.hosting())
                    ? "it was started without a kind of set " + set.name()
                    : "set " + set.name() + " is pinned to " + new TreeSet<>(set.nodes());
        }
        return node.draining() ? "it is to own nothing any more" : null;
    }

    /** The shard may live anywhere again, and stays where it is until balance wants it elsewhere. */
    void release(int shard, CompletableFuture<Void> done) {
        CompletableFuture<?> unused = store.txn(Txn.of(new Op.Delete(ClusterKeys.pin(shard))))
                .whenComplete((result, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(Wiring.explain(failure));
                    }
                });
    }

    void onTick(long nowNs) {
        for (Waiting one : waiting) {
            ShardRecord now = routing.shardRecord(one.shard);
            boolean moved = now != null && now.owner().equals(one.to) && now.target() == null;
            long tookNs = nowNs - one.sinceNs;
            if (moved || tookNs >= one.limitNs) {
                one.end(moved, tookNs);
            }
        }
        waiting.removeIf(one -> one.done.isDone());
    }
}
