package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;

/** What is written about a node holds only for the life that it was meant for. Any thread. */
record NodeWrites(MetadataStore store) {
    /** The node; throws if it does not live. */
    LiveNode live(String nodeId) {
        LiveNode node = LiveNode.find(store.view(), nodeId);
        if (node == null) {
            throw new ClusterException(
                    ClusterException.Code.UNKNOWN_NODE,
                    "node " + nodeId + " is not in the cluster: the live nodes are "
                            + LiveNode.all(store.view()).stream()
                                    .map(LiveNode::nodeId)
                                    .toList());
        }
        return node;
    }

    /**
     * Writes an entry about it, and fails the request if that cannot be.
     *
     * @return completes once this node has applied the entry: what it knew before is from before the request
     */
    CompletableFuture<Long> put(LiveNode node, String key, byte[] value, CompletableFuture<?> request) {
        return store.txn(Txn.guarded(List.of(node.unchanged()), List.of(new Op.Put(key, value))))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        request.completeExceptionally(Wiring.explain(failure));
                    } else if (!result.succeeded()) {
                        request.completeExceptionally(new ClusterException(
                                ClusterException.Code.UNKNOWN_NODE,
                                "node " + node.nodeId() + " has left or joined anew meanwhile: ask again"));
                    }
                })
                .thenCompose(result -> store.awaitRevision(result.revision()));
    }

    /** {@return true if a node owns nothing, as the newest view of this one has it} */
    boolean ownsNothing(String nodeId) {
        boolean[] owns = new boolean[1];
        store.view()
                .forEach(
                        ClusterKeys.SHARDS,
                        entry -> owns[0] |= ShardRecord.decode(entry.value(), entry.modRevision())
                                .owner()
                                .equals(nodeId));
        return !owns[0];
    }

    /** {@return true if a shard lives on a node and is not on its way, as the newest view of this one has it} */
    boolean isAt(int shard, String nodeId) {
        KeyValue entry = store.view().get(ClusterKeys.shard(shard));
        ShardRecord now = entry == null ? null : ShardRecord.decode(entry.value(), entry.modRevision());
        return now != null && now.owner().equals(nodeId) && now.target() == null;
    }

    /** Takes an entry back, whoever lives. */
    CompletableFuture<Void> delete(String key) {
        return store.txn(Txn.of(new Op.Delete(key))).handle((result, failure) -> {
            if (failure != null) {
                throw Wiring.explain(failure);
            }
            return null;
        });
    }
}
