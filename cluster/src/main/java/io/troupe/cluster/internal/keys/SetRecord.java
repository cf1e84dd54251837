package io.troupe.cluster.internal.keys;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import io.troupe.cluster.ShardSet;
import io.troupe.metadata.MetadataView;
import io.troupe.transport.Lane;

/**
 * A shard set as it stands under {@link ClusterKeys#set}.
 *
 * @param first  the number of its first shard, counted over all sets; the others follow it
 * @param shards how many shards it has, also if it is the default set
 * @param set    the set
 */
public record SetRecord(int first, int shards, ShardSet set) {
    private static final String FIRST = "first";
    private static final String SHARDS = "shards";
    private static final String ROLES = "roles";
    private static final String NODES = "nodes";
    private static final String STRATEGY = "strategy";
    private static final String LANE = "lane";

    /** {@return the number after that of its last shard} */
    public int end() {
        return first + shards;
    }

    /** {@return the value to store} */
    public byte[] encode() {
        return new Lines()
                .add(FIRST, first)
                .add(SHARDS, shards)
                .add(ROLES, set.roles())
                .add(NODES, set.nodes())
                .add(STRATEGY, set.strategy())
                .add(LANE, set.lane())
                .bytes();
    }

    /**
     * {@return the record}
     *
     * @param name  the name of the set, from its key
     * @param value a value under {@link ClusterKeys#SETS}
     * @throws IllegalArgumentException if it is none
     */
    public static SetRecord decode(String name, byte[] value) {
        Map<String, String> lines = Lines.read(value);
        String strategy = lines.getOrDefault(STRATEGY, "");
        int shards = Integer.parseInt(lines.getOrDefault(SHARDS, ""));
        return new SetRecord(
                Integer.parseInt(lines.getOrDefault(FIRST, "")),
                shards,
                new ShardSet(
                        name,
                        shards,
                        Lines.names(lines.get(ROLES)),
                        Lines.names(lines.get(NODES)),
                        // One that only a newer version knows: this one may lead as well, and prefers as it can.
                        Arrays.stream(ShardSet.Strategy.values())
                                .filter(known -> known.name().equals(strategy))
                                .findAny()
                                .orElse(ShardSet.Strategy.RENDEZVOUS),
                        lines.getOrDefault(LANE, "").equals(Lane.BULK.name()) ? Lane.BULK : Lane.ORDINARY));
    }

    /**
     * {@return the default set}
     *
     * @param shards how many shards it has
     */
    public static SetRecord ofDefault(int shards) {
        return new SetRecord(0, shards, ShardSet.DEFAULT);
    }

    /**
     * {@return all sets by name, also the default one, which has the first shards and is nowhere stored}
     *
     * @param view          what the store has
     * @param defaultShards how many shards the default set has
     */
    public static SortedMap<String, SetRecord> all(MetadataView view, int defaultShards) {
        SortedMap<String, SetRecord> all = new TreeMap<>();
        all.put(ShardSet.DEFAULT.name(), ofDefault(defaultShards));
        view.forEach(ClusterKeys.SETS, entry -> {
            String name = entry.key().substring(ClusterKeys.SETS.length());
            all.put(name, decode(name, entry.value()));
        });
        return all;
    }
}
