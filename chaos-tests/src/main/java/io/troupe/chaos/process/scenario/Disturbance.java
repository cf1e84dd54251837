package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import io.troupe.chaos.process.ClusterProcesses;
import io.troupe.chaos.process.Fault;
import io.troupe.chaos.process.FaultKind;
import io.troupe.chaos.process.FaultProxy;
import io.troupe.chaos.process.HarnessException;
import io.troupe.chaos.process.LogDamage;
import io.troupe.chaos.process.Plane;

/** One fault of one run: how it begins, goes on, and is taken back so that nothing of it stays. */
abstract class Disturbance {
    final ClusterProcesses cluster;
    final List<String> victims;

    private Disturbance(ClusterProcesses cluster, List<String> victims) {
        this.cluster = cluster;
        this.victims = List.copyOf(victims);
    }

    /** Whom it hits, for a person. */
    final String nodes() {
        return String.join(" ", victims);
    }

    abstract void begin();

    /** Called every {@link Scenario#TICK} while it lasts. */
    void tick() {}

    /** Takes back whatever has begun. */
    abstract void end();

    /** SIGKILL, and a new start at the end. */
    static final class Killed extends Disturbance {
        Killed(ClusterProcesses cluster, List<String> victims) {
            super(cluster, victims);
        }

        @Override
        void begin() {
            victims.forEach(victim -> cluster.node(victim).kill());
        }

        @Override
        void end() {
            cluster.restart(victims);
        }
    }

    /** One after the other leaves in order, and is started again: all of it while it begins. */
    static final class Rolled extends Disturbance {
        Rolled(ClusterProcesses cluster, List<String> victims) {
            super(cluster, victims);
        }

        @Override
        void begin() {
            for (String victim : victims) {
                cluster.node(victim).leave();
                cluster.restart(victim);
            }
        }

        @Override
        void end() {
            // Every node runs again.
        }
    }

    /** SIGSTOP and SIGCONT. */
    static final class Paused extends Disturbance {
        Paused(ClusterProcesses cluster, String victim) {
            super(cluster, List.of(victim));
        }

        @Override
        void begin() {
            cluster.node(victims.get(0)).pause();
        }

        @Override
        void end() {
            cluster.node(victims.get(0)).resume();
        }
    }

    /** No byte passes between the victims and all others. */
    static final class CutOff extends Disturbance {
        CutOff(ClusterProcesses cluster, List<String> victims) {
            super(cluster, victims);
        }

        @Override
        void begin() {
            cluster.links().partition(Set.copyOf(victims));
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /** No byte passes from each sender to each receiver. */
    static final class OneWay extends Disturbance {
        private final List<String> senders;
        private final List<String> receivers;

        OneWay(ClusterProcesses cluster, List<String> senders, List<String> receivers) {
            super(cluster, List.of(String.join(" ", senders) + " to " + String.join(" ", receivers)));
            this.senders = senders;
            this.receivers = receivers;
        }

        @Override
        void begin() {
            for (String sender : senders) {
                receivers.forEach(receiver -> cluster.links().cutOneWay(sender, receiver));
            }
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /** No byte passes between the two sides; the nodes on neither side hear both. */
    static final class Bridge extends Disturbance {
        private final OneWay there;
        private final OneWay back;

        Bridge(ClusterProcesses cluster, List<String> left, List<String> right) {
            super(cluster, List.of(String.join(" ", left) + " from " + String.join(" ", right)));
            there = new OneWay(cluster, left, right);
            back = new OneWay(cluster, right, left);
        }

        @Override
        void begin() {
            there.begin();
            back.begin();
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /** The victim is cut off and healed in turn. */
    static final class Flapping extends Disturbance {
        private boolean isCut;

        Flapping(ClusterProcesses cluster, String victim) {
            super(cluster, List.of(victim));
        }

        @Override
        void begin() {
            tick();
        }

        @Override
        void tick() {
            isCut = !isCut;
            if (isCut) {
                cluster.links().partition(Set.copyOf(victims));
            } else {
                cluster.links().heal();
            }
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /** Every link of the victim is slow, and not steadily so. */
    static final class Slow extends Disturbance {
        private static final long DELAY_MILLIS = 50;
        private static final long JITTER_MILLIS = 450;

        Slow(ClusterProcesses cluster, String victim) {
            super(cluster, List.of(victim));
        }

        @Override
        void begin() {
            for (FaultProxy link : cluster.links().of(victims.get(0))) {
                link.apply(Fault.of(FaultKind.DELAY, DELAY_MILLIS));
                link.apply(Fault.of(FaultKind.JITTER, JITTER_MILLIS));
            }
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /**
     * Again and again the connections of some links are reset, or die without a word; the latter only between nodes'
     * messages, whose links have heartbeats.
     */
    static final class Storm extends Disturbance {
        private static final int RESETS_A_TICK = 2;

        private final SplittableRandom random;

        Storm(ClusterProcesses cluster, SplittableRandom random) {
            super(cluster, List.of("all"));
            this.random = random;
        }

        @Override
        void begin() {
            tick();
        }

        @Override
        void tick() {
            for (int i = 0; i < RESETS_A_TICK; i++) {
                strike(cluster.links().all(), FaultKind.RESET);
            }
            strike(cluster.links().of(Plane.MESSAGING), FaultKind.DROP);
        }

        private void strike(Collection<FaultProxy> links, FaultKind kind) {
            List.copyOf(links).get(random.nextInt(links.size())).apply(Fault.of(kind));
        }

        @Override
        void end() {
            cluster.links().heal();
        }
    }

    /**
     * The connections over which the leader replicates the log to the victim die without a word. Those have no
     * heartbeats: it lasts until a system gives the connections up, here at the end.
     */
    static final class DeadLogLink extends Disturbance {
        private final FaultProxy link;

        DeadLogLink(ClusterProcesses cluster, String leader, String victim) {
            super(cluster, List.of(leader + " to " + victim));
            link = cluster.links().proxy(leader, victim, Plane.RAFT);
        }

        @Override
        void begin() {
            link.apply(Fault.of(FaultKind.DROP));
        }

        @Override
        void end() {
            link.apply(Fault.of(FaultKind.RESET));
        }
    }

    /**
     * One bit of the log of a voter that is down is inverted. It may start and repair itself from the others, or
     * refuse; then the bit is inverted back, which proves that nothing else was wrong.
     */
    static final class LogBit extends Disturbance {
        private final long seed;

        LogBit(ClusterProcesses cluster, String victim, long seed) {
            super(cluster, List.of(victim));
            this.seed = seed;
        }

        @Override
        void begin() {
            String victim = victims.get(0);
            cluster.node(victim).kill();
            flip(victim);
            try {
                cluster.restart(victim);
            } catch (HarnessException refused) {
                if (cluster.node(victim).isAlive()) {
                    throw refused;
                }
            }
        }

        private void flip(String victim) {
            try {
                LogDamage.flipBit(cluster.node(victim), cluster.dataDirectory(victim), seed);
            } catch (IOException e) {
                throw new HarnessException("the log of " + victim + " cannot be damaged: " + e.getMessage(), e);
            }
        }

        @Override
        void end() {
            String victim = victims.get(0);
            if (!cluster.node(victim).isAlive()) {
                flip(victim);
                cluster.restart(victim);
            }
        }
    }

    /**
     * The disk of the victim is full. Its log has room that was allocated ahead, so the leader stands still for a
     * second: a new term must be stored by every voter. A victim that cannot store it says that it has to be started
     * anew, and is, once there is room.
     */
    static final class DiskFull extends Disturbance {
        private static final int PAUSE_AT = 2;
        private static final int RESUME_AT = 6;

        private final String leader;
        private int ticks;

        DiskFull(ClusterProcesses cluster, String victim, String leader) {
            super(cluster, List.of(victim));
            this.leader = leader;
        }

        @Override
        void begin() {
            cluster.fillDisk(victims.get(0));
        }

        @Override
        void tick() {
            ticks++;
            if (ticks == PAUSE_AT) {
                cluster.node(leader).pause();
            } else if (ticks == RESUME_AT) {
                cluster.node(leader).resume();
            }
        }

        @Override
        void end() {
            String victim = victims.get(0);
            cluster.freeDisk(victim);
            if (cluster.node(victim).hasSaid("restart the node")) {
                cluster.node(victim).kill();
                cluster.restart(victim);
            }
        }
    }
}
