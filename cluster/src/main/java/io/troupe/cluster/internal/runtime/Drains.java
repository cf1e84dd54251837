package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataStore;
import org.agrona.concurrent.NanoClock;

/**
 * Drains that this node has asked for: says in the store that a node is to own nothing, and waits until that is so. The
 * coordinator does the rest, whichever node leads. On the cluster thread.
 */
final class Drains {
    private static final long STUCK_NS = 2_000_000_000L;

    private final MetadataStore store;
    private final NodeWrites writes;
    private final RoutingTable routing;
    private final ShardSets sets;
    private final NanoClock clock;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(
            String nodeId,
            int atFirst,
            long sinceNs,
            long limitNs,
            CompletableFuture<?> marked,
            CompletableFuture<DrainReport> done) {}

    Drains(MetadataStore store, RoutingTable routing, ShardSets sets, NanoClock clock) {
        this.sets = sets;
        this.store = store;
        writes = new NodeWrites(store);
        this.routing = routing;
        this.clock = clock;
    }

    void drain(String nodeId, Duration limit, CompletableFuture<DrainReport> done) {
        LiveNode node = writes.live(nodeId);
        if (node.record().hosts()
                && LiveNode.all(store.view()).stream()
                        .noneMatch(
                                other -> other.takesShards() && !other.nodeId().equals(nodeId))) {
            throw new ClusterException(
                    ClusterException.Code.LAST_NODE,
                    "node " + nodeId + " is the last one that can own shards: start another one before it is drained");
        }
        waiting.add(new Waiting(
                nodeId,
                owned(nodeId),
                clock.nanoTime(),
                Requests.nanos(limit),
                writes.put(node, ClusterKeys.drain(nodeId), ClusterKeys.epochBytes(node.incarnation()), done),
                done));
    }

    void onTick(long nowNs) {
        for (Waiting one : List.copyOf(waiting)) {
            int left = owned(one.nodeId);
            long tookNs = nowNs - one.sinceNs;
            // What no other node may own stays; a node that is just starting again may still come.
            boolean marked = one.marked.isDone();
            boolean stuck = marked && tookNs >= STUCK_NS && !sets.canHandOver(one.nodeId, routing);
            // Before the mark is applied here, what it owns is from before the request, and it may still be given
            // shards.
            boolean complete = marked && left == 0 && writes.ownsNothing(one.nodeId);
            if (complete || stuck || tookNs >= one.limitNs) {
                one.done.complete(new DrainReport(
                        one.nodeId, complete, Math.max(0, one.atFirst - left), left, Duration.ofNanos(tookNs)));
            }
        }
        waiting.removeIf(one -> one.done.isDone());
    }

    private int owned(String nodeId) {
        return routing.shardsPerOwner().getOrDefault(nodeId, 0);
    }
}
