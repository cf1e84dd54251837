package io.troupe.chaos.sim;

import java.util.Arrays;
import java.util.Objects;
import java.util.PriorityQueue;

import io.troupe.chaos.sim.SplitMix.Concern;
import org.jspecify.annotations.Nullable;

/**
 * One run of one schedule: a heap of events ordered by (time, sequence), a phase of chaos, and a healed phase in which
 * everything must settle. The same schedule gives the same run on every JVM.
 */
final class Simulation {
    static {
        // The coordinator warns of every grant that a fault has undone; here that is thousands of lines.
        System.setProperty("org.slf4j.simpleLogger.log.io.troupe.cluster.internal.coordinator", "error");
    }

    private static final long MS = 1_000_000;
    /** The healed phase ends at the latest after this; a cluster that has not recovered by then never will. */
    private static final long HEAL_NS = 12_000 * MS;

    /** A node that was suspended may take its lease for valid this long, although its session is about to end. */
    private static final long STALE_LEASE_NS = 2 * Membership.LEASE_MILLIS * MS;

    private static final long HEAL_CHECK_NS = 50 * MS;
    /** A run with more events than this is a storm. */
    private static final int MAX_EVENTS = 400_000;

    final Schedule schedule;
    final Plant plant;
    final Trace trace;
    final Oracle oracle;
    final Network network;
    final Log log;
    final SimNode[] nodes = new SimNode[Schedule.NODES];
    final SplitMix retries;
    private final PriorityQueue<Event> heap = new PriorityQueue<>(2048);
    private long nextSequence;
    private long now;
    private int events;
    private boolean healed;

    private static final class Event implements Comparable<Event> {
        final long at;
        final long sequence;
        final String what;
        final @Nullable SimNode node;
        final int life;
        final Runnable step;

        Event(long at, long sequence, String what, @Nullable SimNode node, Runnable step) {
            this.at = at;
            this.sequence = sequence;
            this.what = what;
            this.node = node;
            this.life = node == null ? 0 : node.life();
            this.step = step;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    Simulation(Schedule schedule, Plant plant, boolean tracing) {
        this.schedule = schedule;
        this.plant = plant;
        trace = new Trace(tracing);
        oracle = new Oracle(this);
        network = new Network(this);
        log = new Log(this);
        retries = SplitMix.of(schedule.seed(), Concern.RETRIES);
        SplitMix clocks = SplitMix.of(schedule.seed(), Concern.CLOCKS);
        for (int node = 0; node < nodes.length; node++) {
            nodes[node] = new SimNode(this, node, clocks);
        }
    }

    /** Runs the schedule; throws {@link Violation}. */
    void run() {
        try {
            for (SimNode node : nodes) {
                node.start();
            }
            log.start();
            for (ClientOp op : schedule.ops()) {
                after(op.atNs(), "client", null, () -> nodes[op.node()].client(op));
            }
            for (Fault fault : schedule.faults()) {
                after(fault.atNs(), fault.kind().name(), null, () -> new FaultInjector(this).begin(fault));
            }
            runUntil(Schedule.CHAOS_NS);
            heal();
        } catch (IllegalStateException | IllegalArgumentException | NullPointerException e) {
            Violation found = violation("I0 no core throws", e.toString());
            found.initCause(e);
            throw found;
        }
    }

    long now() {
        return now;
    }

    int events() {
        return events;
    }

    boolean isHealed() {
        return healed;
    }

    Violation violation(String invariant, String what) {
        return new Violation(schedule.seed(), invariant, "at " + now / 1000 + " us: " + what);
    }

    /** The step runs at its time, on the node's life of now: never if that ends before, late if the node stands still. */
    void after(long delayNs, String what, @Nullable SimNode node, Runnable step) {
        heap.add(new Event(now + delayNs, nextSequence++, what, node, step));
    }

    private void runUntil(long end) {
        for (Event event = heap.peek(); event != null && event.at <= end; event = heap.peek()) {
            heap.remove();
            now = event.at;
            execute(event);
        }
        now = end;
    }

    private void execute(Event event) {
        SimNode node = event.node;
        if (node != null && (node.life() != event.life || !node.isUp())) {
            return;
        }
        if (node != null && node.isStill()) {
            node.postpone(() -> {
                if (node.life() == event.life) {
                    after(0, event.what, node, event.step);
                }
            });
            return;
        }
        if (++events > MAX_EVENTS) {
            throw violation("I7 settles once healed", events + " events: the cluster never comes to rest");
        }
        trace.event(now, event.what, node == null ? -1 : node.index);
        event.step.run();
        if (node != null) {
            node.afterStep();
        }
    }

    /** Everything works from now on: within a bounded time all must settle, and all must agree. */
    private void heal() {
        healed = true;
        trace.event(now, "heal", -1);
        new FaultInjector(this).healAll();
        for (SimNode node : nodes) {
            node.afterStep();
        }
        long end = now + HEAL_NS;
        if (oracle.clocksBroken()) {
            runUntil(now + STALE_LEASE_NS);
        }
        while (!isAtRest()) {
            if (now >= end) {
                throw violation("I7 settles once healed", unrest());
            }
            runUntil(now + HEAL_CHECK_NS);
        }
        int number = oracle.lastDrawn();
        for (int entity = 0; entity < Schedule.ENTITIES; entity++) {
            ClientOp read = new ClientOp(++number, now, entity % nodes.length, entity, ClientOp.Kind.READ);
            after(0, "client", null, () -> nodes[read.node()].client(read));
        }
        runUntil(now + HEAL_CHECK_NS);
        while (!isAtRest()) {
            if (now >= end) {
                throw violation("I7 settles once healed", unrest());
            }
            runUntil(now + HEAL_CHECK_NS);
        }
        oracle.atRest();
    }

    private boolean isAtRest() {
        return oracle.waiting() == 0
                && Arrays.stream(nodes).allMatch(SimNode::isSettled)
                && oracle.mapsAgree()
                && log.isServed();
    }

    private String unrest() {
        StringBuilder text = new StringBuilder("after " + HEAL_NS / MS + " ms without faults ")
                .append(oracle.waiting())
                .append(" operations wait ")
                .append(oracle.waitingOps());
        for (SimNode node : nodes) {
            text.append("; ").append(node);
        }
        return text.append("; ").append(log).toString();
    }

    SimNode node(String id) {
        return Objects.requireNonNull(nodes[id.charAt(1) - '1']);
    }
}
