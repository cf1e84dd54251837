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
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Moves of single shards that this node has asked for: pins the shard in the store, and waits until it lives there. The
 * coordinator does the rest, whichever node leads. On the cluster thread.
 */
final class Moves {
    private final NodeWrites writes;
    private final RoutingTable routing;
    private final NanoClock clock;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(
            int shard,
            @Nullable String from,
            String to,
            long sinceNs,
            long limitNs,
            CompletableFuture<?> pinned,
            CompletableFuture<MoveReport> done) {
        void end(boolean moved, long tookNs) {
            done.complete(new MoveReport(shard, from, to, moved, Duration.ofNanos(tookNs)));
        }
    }

    Moves(NodeWrites writes, RoutingTable routing, NanoClock clock) {
        this.writes = writes;
        this.routing = routing;
        this.clock = clock;
    }

    void move(int shard, ShardSet set, String nodeId, Duration limit, CompletableFuture<MoveReport> done) {
        LiveNode node = writes.live(nodeId);
        String refusal = refusal(node, set);
        if (refusal != null) {
            throw new ClusterException(
                    ClusterException.Code.NOT_ADMITTED,
                    "shard " + shard + " cannot move to node " + nodeId + ": " + refusal);
        }
        ShardRecord present = routing.shardRecord(shard);
        waiting.add(new Waiting(
                shard,
                present == null ? null : present.owner(),
                nodeId,
                clock.nanoTime(),
                Requests.nanos(limit),
                writes.put(node, ClusterKeys.pin(shard), nodeId.getBytes(StandardCharsets.UTF_8), done),
                done));
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

    void onTick(long nowNs) {
        for (Waiting one : waiting) {
            // Before the pin is applied here, the shard may have been there long ago, and the pin may never come to be.
            boolean moved = one.pinned.isDone() && writes.isAt(one.shard, one.to);
            long tookNs = nowNs - one.sinceNs;
            if (moved || tookNs >= one.limitNs) {
                one.end(moved, tookNs);
            }
        }
        waiting.removeIf(one -> one.done.isDone());
    }
}
