package io.troupe.cluster.internal.coordinator;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

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
    final Map<String, KeyValue> announced = new TreeMap<>();

    final @Nullable KeyValue[] entries;
    final @Nullable ShardRecord[] records;

    Table(MetadataView view, int shards) {
        this.view = view;
        entries = new KeyValue[shards];
        records = new ShardRecord[shards];
        view.forEach(ClusterKeys.NODES, entry -> {
            SessionId session = entry.session();
            if (session != null && NodeRecord.decode(entry.value()).hosts()) {
                announced.put(session.nodeId(), entry);
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

    KeyValue node(String nodeId) {
        return Objects.requireNonNull(announced.get(nodeId));
    }

    boolean isLive(String nodeId, long incarnation) {
        KeyValue entry = announced.get(nodeId);
        return entry != null && session(entry).incarnation() == incarnation;
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

    static SessionId session(KeyValue announced) {
        return Objects.requireNonNull(announced.session());
    }
}
