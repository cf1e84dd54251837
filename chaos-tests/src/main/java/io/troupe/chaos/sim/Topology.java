package io.troupe.chaos.sim;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.StateGroups;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.kryo.MessageRegistry;

/** Which nodes there are and what they run; the same for many simulations. */
final class Topology {
    static final int SHARDS = 5;
    /** Room for the shards of other sets, or more if the kinds have more. */
    private static final int SET_SHARDS = 16;

    static final long LEASE_NS = 360_000_000;
    private static final Duration RETRY = Duration.ofMillis(60);
    /** Shorter than most faults, so that shards move in the middle of them. */
    private static final Duration CALM = Duration.ofMillis(90);

    private static final int MAX_MOVES = 2;
    /** Short enough that moves are called off while a node stands still or cannot be reached. */
    private static final Duration MOVE = Duration.ofMillis(150);

    /** Longer than any run: a simulated node never gives up to start. */
    private static final Duration START = Duration.ofDays(1);

    private final int voters;
    private final int hosts;
    private final List<ClusterConfig> configs = new ArrayList<>();
    private final List<String> voterIds = new ArrayList<>();
    private final MessageRegistry registry;
    private final Kind<?>[] kinds;
    private final int setShards;
    private final int stateGroups;

    /**
     * The first nodes vote and own shards, more only own shards, the last ones only send.
     *
     * @param stateGroups how many further logs keep the states of durable entities; 0 keeps them in the cluster's own
     */
    Topology(int voters, int more, int clients, int stateGroups, MessageRegistry registry, Kind<?>... kinds) {
        this.voters = voters;
        hosts = voters + more;
        this.stateGroups = stateGroups;
        this.registry = registry;
        this.kinds = kinds.clone();
        int ofKinds = Stream.of(kinds)
                .map(Kind::shardSet)
                .distinct()
                .mapToInt(ShardSet::shards)
                .sum();
        setShards = Math.max(SET_SHARDS, ofKinds);
        for (int node = 0; node < voters; node++) {
            voterIds.add(id(node));
        }
        for (int node = 0; node < hosts + clients; node++) {
            configs.add(config(node));
        }
    }

    static String id(int node) {
        return "n" + (node + 1);
    }

    private ClusterConfig config(int node) {
        ClusterConfig.Builder builder = ClusterConfig.builder(id(node))
                .clusterName("simulated")
                .shards(SHARDS)
                .setShards(setShards)
                .stateGroups(stateGroups)
                .lease(Duration.ofNanos(LEASE_NS))
                .election(Election.FAST)
                .retry(RETRY)
                .rebalanceAfter(CALM)
                .maxMoves(MAX_MOVES)
                .moveTimeout(MOVE)
                .startTimeout(START);
        for (int seed = 0; seed < voters; seed++) {
            builder.addNode(id(seed), "simulated-" + id(seed), 1, 2);
        }
        if (node < voters) {
            builder.dataDir(Path.of(id(node)));
        } else if (node < hosts) {
            builder.listen("simulated-" + id(node), 1);
        }
        return builder.build();
    }

    /** {@return the shards of all sets that there can be} */
    int allShards() {
        return SHARDS + setShards;
    }

    /** {@return how many logs there are: the cluster's own, and those of the state groups} */
    int groups() {
        return 1 + stateGroups;
    }

    /**
     * {@return the number of the log that has what is stored of a shard's entities}
     *
     * @param shard the shard
     */
    int groupOf(int shard) {
        return StateGroups.of(shard, stateGroups);
    }

    int voters() {
        return voters;
    }

    boolean hosts(int node) {
        return node < hosts;
    }

    int nodes() {
        return configs.size();
    }

    List<String> voterIds() {
        return voterIds;
    }

    MessageRegistry registry() {
        return registry;
    }

    ClusterActorSystem create(int node, Platform platform) {
        return ClusterActorSystem.create(platform, configs.get(node), registry, kinds);
    }
}
