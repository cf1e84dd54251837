package io.troupe.cluster.internal.coordinator;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import org.jspecify.annotations.Nullable;

/** Nodes and shards as one view has them. */
final class Table {
    final MetadataView view;
    /** The live nodes that can own shards, by id. */
    final SortedMap<String, LiveNode> hosts = new TreeMap<>();

    /** Pinned shards, counted over all sets, and where. */
    private final SortedMap<Integer, String> allPins;

    final @Nullable KeyValue[] entries;
    final @Nullable ShardRecord[] records;

    Table(MetadataView view, int shards) {
        this.view = view;
        allPins = ClusterKeys.pins(view);
        entries = new KeyValue[shards];
        records = new ShardRecord[shards];
        for (LiveNode node : LiveNode.all(view)) {
            if (node.record().hosts()) {
                hosts.put(node.nodeId(), node);
            }
        }
        view.forEach(ClusterKeys.SHARDS, entry -> {
            int shard = ClusterKeys.shardOf(entry.key());
            if (shard < shards) {
                entries[shard] = entry;
                records[shard] = ShardRecord.decode(entry.value(), entry.modRevision());
            }
        });
    }

    LiveNode host(String nodeId) {
        return Objects.requireNonNull(hosts.get(nodeId));
    }

    boolean isLive(String nodeId, long incarnation) {
        LiveNode node = hosts.get(nodeId);
        return node != null && node.incarnation() == incarnation;
    }

    /** The pinned shards of a set, counted from 0 within it. */
    Map<Integer, String> pins(SetRecord set) {
        Map<Integer, String> pins = new TreeMap<>();
        allPins.subMap(set.first(), set.end()).forEach((shard, nodeId) -> pins.put(shard - set.first(), nodeId));
        return pins;
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
