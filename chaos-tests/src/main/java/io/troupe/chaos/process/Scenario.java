package io.troupe.chaos.process;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A fault that a cluster of processes must survive, with its end. It always hits the node that leads. */
public enum Scenario {
    /** The leader gets SIGKILL, and is started again. */
    LEADER_KILL {
        @Override
        void begin(ClusterProcesses cluster, String leader) {
            cluster.node(leader).kill();
        }

        @Override
        void end(ClusterProcesses cluster, String leader) {
            cluster.restart(leader);
        }
    },
    /** The leader gets SIGSTOP, and SIGCONT. */
    LEADER_PAUSE {
        @Override
        void begin(ClusterProcesses cluster, String leader) {
            cluster.node(leader).pause();
        }

        @Override
        void end(ClusterProcesses cluster, String leader) {
            cluster.node(leader).resume();
        }
    },
    /** The leader is cut off from every other node and client. */
    MINORITY_PARTITION {
        @Override
        void begin(ClusterProcesses cluster, String leader) {
            cluster.links().partition(Set.of(leader));
        }

        @Override
        void end(ClusterProcesses cluster, String leader) {
            cluster.links().heal();
        }
    };

    /** How long the fault lasts, in leases: longer than one, so that the others must take over. */
    private static final double LEASES = 2.5;

    abstract void begin(ClusterProcesses cluster, String leader);

    abstract void end(ClusterProcesses cluster, String leader);

    /**
     * {@return how long the fault lasts}
     *
     * @param lease the lease of the cluster
     */
    public Duration duration(Duration lease) {
        return Duration.ofMillis((long) (lease.toMillis() * LEASES));
    }

    /**
     * Reads a name as {@code leader-kill}.
     *
     * @param name the name
     * @return the scenario
     * @throws IllegalArgumentException naming the ones that are known
     */
    public static Scenario parse(String name) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.word().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown scenario '" + name + "' (known: "
                        + Arrays.stream(values()).map(Scenario::word).collect(Collectors.joining(", ")) + ")"));
    }

    /** {@return its name as people write it} */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
