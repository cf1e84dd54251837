package io.troupe.chaos.process.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.troupe.chaos.process.ClusterProcesses;
import io.troupe.cluster.NodeAddress;

/**
 * A fault that a cluster of processes must survive. Whom it hits is drawn from the seed, unless it names the leader.
 */
public enum Scenario {
    /** The leader gets SIGKILL, and is started again. */
    LEADER_KILL(2.5, true, site -> new Disturbance.Killed(site.cluster(), List.of(site.leader()))),
    /** The leader gets SIGSTOP, and SIGCONT. */
    LEADER_PAUSE(2.5, true, site -> new Disturbance.Paused(site.cluster(), site.leader())),
    /** The leader is cut off from every other node and client. */
    MINORITY_PARTITION(2.5, true, site -> new Disturbance.CutOff(site.cluster(), List.of(site.leader()))),
    /** Any node gets SIGKILL, and is started again. */
    NODE_KILL(2.5, true, site -> new Disturbance.Killed(site.cluster(), site.pick(1))),
    /** All nodes get SIGKILL, and are started again. */
    ALL_KILL(0.5, false, site -> new Disturbance.Killed(site.cluster(), site.shuffled())),
    /** All nodes hand over, leave and are started again, one after the other: no outcome may be unknown. */
    ROLLING_RESTART(0, true, site -> new Disturbance.Rolled(site.cluster(), site.shuffled())),
    /** Any node gets SIGSTOP for less than a lease. */
    SHORT_PAUSE(0.5, false, site -> new Disturbance.Paused(site.cluster(), site.one())),
    /** Any node gets SIGSTOP for much more than a lease. */
    LONG_PAUSE(5, true, site -> new Disturbance.Paused(site.cluster(), site.one())),
    /** As many nodes as the others can do without, and perhaps a client, are cut off. */
    PARTITION(2.5, true, site -> new Disturbance.CutOff(site.cluster(), site.minority())),
    /** One node is not heard by the others, or does not hear them. */
    ONE_WAY(2.5, false, Scenario::oneWay),
    /** The cluster is split in two, but for one node that both sides still reach. */
    BRIDGE(2.5, false, Scenario::bridge),
    /** One node is cut off and healed again, several times a second. */
    FLAPPING_LINK(2.5, false, site -> new Disturbance.Flapping(site.cluster(), site.one())),
    /** Every byte from and to one node takes 50 to 500 ms longer. */
    SLOW_NODE(2.5, false, site -> new Disturbance.Slow(site.cluster(), site.one())),
    /** Connections are reset, or die without a word, several times a second. */
    CONNECTION_STORM(2.5, false, site -> new Disturbance.Storm(site.cluster(), site.random())),
    /** The leader's connection to another voter's log dies without a word; shards of that voter must move. */
    DEAD_LOG_LINK(
            5, true, site -> new Disturbance.DeadLogLink(site.cluster(), site.leader(), site.otherThan(site.leader()))),
    /** One bit of the log of a voter is inverted while it is down. */
    LOG_BIT_FLIP(
            1,
            false,
            site -> new Disturbance.LogBit(
                    site.cluster(), site.one(), site.random().nextLong())),
    /** The disk of one voter is full; needs a machine that can mount. */
    DISK_FULL(2.5, false, site -> new Disturbance.DiskFull(site.cluster(), site.one(), site.leader()));

    /** How often a fault that goes on does something. */
    static final Duration TICK = Duration.ofMillis(250);

    private final double leases;
    private final boolean majorityGoesOn;
    /** Holds nothing. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<Site, Disturbance> disturbance;

    Scenario(double leases, boolean majorityGoesOn, Function<Site, Disturbance> disturbance) {
        this.leases = leases;
        this.majorityGoesOn = majorityGoesOn;
        this.disturbance = disturbance;
    }

    /** Where a fault is to happen. */
    record Site(ClusterProcesses cluster, String leader, List<String> clients, SplittableRandom random) {
        /** {@return all nodes, in an order drawn from the seed} */
        List<String> shuffled() {
            List<String> left = new ArrayList<>(
                    cluster.seeds().stream().map(NodeAddress::nodeId).toList());
            List<String> drawn = new ArrayList<>();
            while (!left.isEmpty()) {
                drawn.add(left.remove(random.nextInt(left.size())));
            }
            return drawn;
        }

        List<String> pick(int count) {
            return shuffled().subList(0, count);
        }

        String otherThan(String node) {
            List<String> nodes = pick(2);
            return nodes.get(nodes.get(0).equals(node) ? 1 : 0);
        }

        String one() {
            return pick(1).get(0);
        }

        List<String> minority() {
            List<String> minority = new ArrayList<>(pick((cluster.seeds().size() - 1) / 2));
            if (random.nextBoolean()) {
                // Only a client of registers: a sender of messages would lose all that it has in flight.
                minority.add(clients.get(clients.size() - 1));
            }
            return minority;
        }
    }

    private static Disturbance oneWay(Site site) {
        List<String> nodes = site.shuffled();
        List<String> one = nodes.subList(0, 1);
        List<String> others = nodes.subList(1, nodes.size());
        return site.random().nextBoolean()
                ? new Disturbance.OneWay(site.cluster(), one, others)
                : new Disturbance.OneWay(site.cluster(), others, one);
    }

    private static Disturbance bridge(Site site) {
        List<String> nodes = site.shuffled();
        int half = nodes.size() / 2;
        return new Disturbance.Bridge(site.cluster(), nodes.subList(0, half), nodes.subList(half + 1, nodes.size()));
    }

    Disturbance at(Site site) {
        return disturbance.apply(site);
    }

    /**
     * {@return whether the others must get work done while it lasts, because they are a majority and need nobody else}
     */
    boolean majorityGoesOn() {
        return majorityGoesOn;
    }

    /**
     * {@return how long the fault lasts}
     *
     * @param lease the lease of the cluster
     */
    public Duration duration(Duration lease) {
        return Duration.ofMillis((long) (lease.toMillis() * leases));
    }

    /** {@return whether every operation must be settled, and done, because nobody was lost} */
    boolean losesNothing() {
        return this == ROLLING_RESTART;
    }

    /** {@return why this machine cannot do it; empty if it can} */
    public String whyNot() {
        return this == DISK_FULL ? ClusterProcesses.whyNoSmallDisks() : "";
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
