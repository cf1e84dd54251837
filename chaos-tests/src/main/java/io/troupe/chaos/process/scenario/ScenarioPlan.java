package io.troupe.chaos.process.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.troupe.chaos.process.ClusterPlan;
import io.troupe.cluster.ClusterConfig;

/**
 * All that decides a run, apart from the scheduler of the machine.
 *
 * @param scenario  the fault
 * @param nodes     how many voters: 3, 5 or 7
 * @param stateGroups how many Raft groups keep what is stored of shards; 0 for the cluster's own
 * @param workloads the clients, at least one
 * @param load      how long the clients send; faults follow each other as long as they fit in
 * @param seed      decides whom a fault hits and what the clients ask for
 */
record ScenarioPlan(
        Scenario scenario, int nodes, int stateGroups, Set<Workload.Name> workloads, Duration load, long seed) {
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final int SHARDS = 16;
    private static final Duration MIN_LOAD = Duration.ofSeconds(5);
    private static final Duration MAX_LOAD = Duration.ofMinutes(2);

    /** Checks everything and reports all errors at once. */
    ScenarioPlan {
        workloads = Set.copyOf(workloads);
        List<String> errors = new ArrayList<>();
        if (nodes != 3 && nodes != 5 && nodes != 7) {
            errors.add("nodes (" + nodes + ") must be 3, 5 or 7: fewer cannot lose one");
        }
        if (stateGroups < 0 || stateGroups > ClusterConfig.MAX_STATE_GROUPS) {
            errors.add("state-groups (" + stateGroups + ") must be from 0 to " + ClusterConfig.MAX_STATE_GROUPS);
        }
        if (workloads.isEmpty()) {
            errors.add("there is no workload: name at least one");
        }
        if (load.compareTo(MIN_LOAD) < 0 || load.compareTo(MAX_LOAD) > 0) {
            errors.add("seconds (" + load.toSeconds() + ") must be from " + MIN_LOAD.toSeconds() + " to "
                    + MAX_LOAD.toSeconds());
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", errors));
        }
    }

    ClusterPlan cluster() {
        ClusterPlan plan = new ClusterPlan(
                NodeMain.class.getName(), nodes, SHARDS, stateGroups, LEASE, START_TIMEOUT, seed, false);
        return scenario == Scenario.DISK_FULL ? plan.withSmallDisks() : plan;
    }

    /** The arguments of {@link ScenarioCommand} that do it again. */
    String arguments() {
        return scenario.word() + " --nodes=" + nodes + " --state-groups=" + stateGroups + " --workload="
                + EnumSet.copyOf(workloads).stream().map(Workload.Name::word).collect(Collectors.joining(","))
                + " --seconds=" + load.toSeconds() + " --seed=" + seed;
    }
}
