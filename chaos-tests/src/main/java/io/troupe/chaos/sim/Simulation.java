package io.troupe.chaos.sim;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

import io.troupe.chaos.sim.SplitMix.Concern;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster in one thread: a heap of events ordered by (time, sequence). The same seed gives the same run on
 * every JVM. First there are faults; once it is calm, everything must settle.
 */
final class Simulation {
    private static final long MS = 1_000_000;
    /** A node that was suspended may take its lease for valid this long, although its session is about to end. */
    private static final long STALE_LEASE_NS = 2 * Topology.LEASE_NS;

    private static final long SETTLE_CHECK_NS = 50 * MS;
    /** A run with more events than this is a storm. */
    private static final int MAX_EVENTS = 400_000;

    final Trace trace;
    final SimNode[] nodes;
    final Network network;
    /** That of the cluster, and those of the state groups, by their numbers. */
    final Log[] logs;
    /** The first of them: nodes, their sessions, shards, sets and orders. */
    final Log log;

    private final long seed;
    private final Topology topology;
    private final Watcher watcher;
    private final Believers believers;
    private final MoveOrders orders;
    private final PriorityQueue<Event> heap = new PriorityQueue<>(2048);
    private Swarm swarm;
    private String replay = "the same program with seed ";
    /** The first that was found. */
    private @Nullable Violation found;

    private long nextSequence;
    private long now;
    private int events;
    private boolean calm;

    /** Learns what truly happens. */
    interface Watcher {
        /** One more entry of the log of a group was applied. */
        default void onApplied(int group, List<WatchEvent> changes, MetadataView view) {}

        /** A process died. */
        default void onCrash(SimNode node) {}
    }

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

    /**
     * What a cluster starts from.
     *
     * @param now    the time
     * @param states what each log goes on from; none for empty ones
     */
    record Origin(long now, List<StateView> states) {
        static final Origin NOTHING = new Origin(0, List.of());

        StateView state(int group) {
            return states.isEmpty() ? StateView.EMPTY : states.get(group);
        }
    }

    Simulation(long seed, Swarm swarm, Topology topology, Watcher watcher, boolean tracing) {
        this(seed, swarm, topology, watcher, tracing, Origin.NOTHING);
    }

    Simulation(long seed, Swarm swarm, Topology topology, Watcher watcher, boolean tracing, Origin origin) {
        now = origin.now;
        this.seed = seed;
        this.swarm = swarm;
        this.topology = topology;
        this.watcher = watcher;
        trace = new Trace(tracing);
        believers = new Believers(this);
        orders = new MoveOrders(this);
        nodes = new SimNode[topology.nodes()];
        network = new Network(this);
        logs = new Log[topology.groups()];
        for (int group = 0; group < logs.length; group++) {
            logs[group] = new Log(this, group, origin.state(group));
        }
        log = logs[0];
        SplitMix clocks = SplitMix.of(seed, Concern.CLOCKS);
        for (int node = 0; node < nodes.length; node++) {
            nodes[node] = new SimNode(this, node, clocks);
        }
    }

    /** What a violation names, with the seed after it, to show it again. */
    void replayWith(String command) {
        replay = command;
    }

    void start() {
        for (SimNode node : nodes) {
            node.start();
        }
        startLogs();
    }

    /** Starts the stores of all nodes and nothing on them, for a test that is the only one to use them. */
    void startStores() {
        for (SimNode node : nodes) {
            node.startStores();
        }
        startLogs();
    }

    private void startLogs() {
        for (Log each : logs) {
            each.start();
        }
    }

    long seed() {
        return seed;
    }

    Swarm swarm() {
        return swarm;
    }

    void swarm(Swarm next) {
        swarm = next;
    }

    Topology topology() {
        return topology;
    }

    Believers believers() {
        return believers;
    }

    MoveOrders orders() {
        return orders;
    }

    long now() {
        return now;
    }

    int events() {
        return events;
    }

    /** True once there are no more faults. */
    boolean isCalm() {
        return calm;
    }

    /** To be thrown; where a future swallows it, it is thrown again after the present step. */
    Violation violation(String invariant, String what) {
        Violation next = new Violation(seed, invariant, "at " + now / 1000 + " us: " + what, replay + seed);
        if (found == null) {
            found = next;
        }
        return next;
    }

    void onApplied(int group, List<WatchEvent> changes, MetadataView view) {
        believers.onApplied(group, changes, view);
        if (group == 0) {
            orders.onApplied(changes);
        }
        watcher.onApplied(group, changes, view);
    }

    void onCrash(SimNode node) {
        orders.onCrash(node);
        watcher.onCrash(node);
    }

    /**
     * The step runs at its time, on the node's life of now: never if that ends before, late if the node stands still.
     */
    void after(long delayNs, String what, @Nullable SimNode node, Runnable step) {
        heap.add(new Event(now + delayNs, nextSequence++, what, node, step));
    }

    void runUntil(long end) {
        try {
            for (Event event = heap.peek(); event != null && event.at <= end; event = heap.peek()) {
                heap.remove();
                now = event.at;
                execute(event);
                if (found != null) {
                    throw found;
                }
            }
        } catch (IllegalStateException | IllegalArgumentException | NullPointerException e) {
            Violation thrown = violation("I0 no core throws", e.toString());
            thrown.initCause(e);
            throw thrown;
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
            throw violation("I9 no storm", events + " events: the cluster never comes to rest");
        }
        trace.event(now, event.what, node == null ? -1 : node.index);
        event.step.run();
        if (node != null) {
            node.afterStep();
        }
    }

    /** Everything works from now on. */
    void calm() {
        calm = true;
        trace.event(now, "heal", -1);
        new FaultInjector(this).healAll();
        for (SimNode node : nodes) {
            node.afterStep();
        }
        if (believers.clocksBroken()) {
            runUntil(now + STALE_LEASE_NS);
        }
    }

    /** Faults may happen again. */
    void rough() {
        calm = false;
    }

    /** Runs until all is at rest, also in the eyes of the caller; false if that takes longer than until the end. */
    boolean settle(long end, BooleanSupplier atRest) {
        while (!(atRest.getAsBoolean() && isAtRest())) {
            if (now >= end) {
                return false;
            }
            runUntil(now + SETTLE_CHECK_NS);
        }
        return true;
    }

    private boolean isAtRest() {
        return Arrays.stream(nodes).allMatch(SimNode::isSettled)
                && believers.mapsAgree()
                && believers.isBalanced()
                && Arrays.stream(logs).allMatch(Log::isServed);
    }

    /** {@return what keeps the cluster from being at rest, for a person} */
    String unrest() {
        StringBuilder text = new StringBuilder();
        for (SimNode node : nodes) {
            text.append("; ").append(node);
        }
        for (Log each : logs) {
            text.append("; ").append(each);
        }
        return text.toString();
    }

    boolean knows(String id) {
        for (SimNode node : nodes) {
            if (node.id.equals(id)) {
                return true;
            }
        }
        return false;
    }

    SimNode node(String id) {
        return nodes[Integer.parseInt(id, 1, id.length(), 10) - 1];
    }
}
