package io.troupe.chaos.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.ClusterConfig;

/**
 * What {@link ClusterProcesses} starts. The main class of a node takes two arguments: its configuration file and the
 * directory to delete when its launcher is gone. It prints {@link NodeProcess#READY} once it can be used, ends in order
 * when it reads {@link NodeProcess#STOP}, and at once when its standard input ends.
 *
 * @param mainClass    the program of a node, on the class path of this process
 * @param nodes        how many voters: 1, 3, 5 or 7
 * @param shards       how many shards
 * @param stateGroups  how many Raft groups keep what is stored of shards; 0 for the cluster's own
 * @param lease        how long a silent node keeps its shards
 * @param startTimeout how long a node may take until it is ready
 * @param seed         decides what the proxies do at random
 * @param smallDisks   whether each node has a small disk of its own for its log, which can be full
 */
public record ClusterPlan(
        String mainClass,
        int nodes,
        int shards,
        int stateGroups,
        Duration lease,
        Duration startTimeout,
        long seed,
        boolean smallDisks) {
    private static final int MAX_NODES = 7;

    /**
     * Checks everything and reports all errors at once.
     *
     * @param mainClass    the program of a node
     * @param nodes        how many voters
     * @param shards       how many shards
     * @param stateGroups  how many Raft groups keep what is stored of shards; 0 for the cluster's own
     * @param lease        how long a silent node keeps its shards
     * @param startTimeout how long a node may take until it is ready
     * @param seed         decides what the proxies do at random
     * @param smallDisks   whether each node has a small disk of its own for its log, which can be full
     * @throws IllegalArgumentException naming every bad value and its remedy
     */
    public ClusterPlan {
        List<String> errors = new ArrayList<>();
        if (nodes < 1 || nodes > MAX_NODES || nodes % 2 == 0) {
            errors.add("a cluster of " + nodes + " processes is not possible: use 1, 3, 5 or 7 nodes");
        }
        if (shards < 1) {
            errors.add("shards (" + shards + ") must be at least 1");
        }
        if (stateGroups < 0 || stateGroups > ClusterConfig.MAX_STATE_GROUPS) {
            errors.add("stateGroups (" + stateGroups + ") must be from 0 to " + ClusterConfig.MAX_STATE_GROUPS);
        }
        if (lease.toMillis() < 1) {
            errors.add("lease (" + lease + ") must be at least 1 ms");
        }
        if (startTimeout.toMillis() < 1) {
            errors.add("startTimeout (" + startTimeout + ") must be at least 1 ms");
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", errors));
        }
    }

    /**
     * A small cluster with a lease of three seconds.
     *
     * @param mainClass the program of a node
     * @param nodes     how many voters
     * @param seed      decides what the proxies do at random
     * @return the plan
     */
    public static ClusterPlan of(String mainClass, int nodes, long seed) {
        return new ClusterPlan(mainClass, nodes, 16, 0, Duration.ofSeconds(3), Duration.ofMinutes(2), seed, false);
    }

    /** {@return the same, with small disks} */
    public ClusterPlan withSmallDisks() {
        return new ClusterPlan(mainClass, nodes, shards, stateGroups, lease, startTimeout, seed, true);
    }
}
