package io.troupe.cluster.internal.coordinator;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/** Nodes and shards as one view has them. */
final class Table {
    final MetadataView view;
    /** The live nodes that can own shards, by id. */
    final Map<String, Node> announced = new TreeMap<>();

    final @Nullable KeyValue[] entries;
    final @Nullable ShardRecord[] records;

    Table(MetadataView view, int shards) {
        this.view = view;
        entries = new KeyValue[shards];
        records = new ShardRecord[shards];
        view.forEach(ClusterKeys.NODES, entry -> {
            SessionId session = entry.session();
            NodeRecord node = NodeRecord.decode(entry.value());
            if (session != null && node.hosts()) {
                boolean draining = ClusterKeys.isDraining(view.get(ClusterKeys.drain(session.nodeId())), session);
                announced.put(session.nodeId(), new Node(entry, session.incarnation(), node.hosting(), draining));
            }
        });
        view.forEach(ClusterKeys.SHARDS, entry -> {
            int shard = ClusterKeys.shardOf(entry.key());
            if (shard < shards) {
                entries[shard] = entry;
                records[shard] = ShardRecord.decode(entry.value(), entry.modRevision());
            }
        });
    }

    /** A live node that can own shards. */
    record Node(KeyValue entry, long incarnation, Hosting hosting, boolean draining) {}

    KeyValue node(String nodeId) {
        return Objects.requireNonNull(announced.get(nodeId)).entry();
    }

    boolean isLive(String nodeId, long incarnation) {
        Node node = announced.get(nodeId);
        return node != null && node.incarnation() == incarnation;
    }

    /** How many shards of other sets each node owns. */
    Map<String, Integer> loadsWithout(SetRecord set) {
        Map<String, Integer> loads = new HashMap<>();
        for (int shard = 0; shard < records.length; shard++) {
            ShardRecord entry = records[shard];
            if (entry != null && (shard < set.first() || shard >= set.end())) {
                loads.merge(entry.owner(), 1, Integer::sum);
            }
        }
        return loads;
    }
}
