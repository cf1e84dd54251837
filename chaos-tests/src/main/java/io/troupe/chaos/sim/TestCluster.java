package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ShutdownReport;
import io.troupe.metadata.internal.node.StatesOfGroups;
import io.troupe.metadata.internal.state.Restoration;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * A cluster of real nodes and real actors in one thread, on virtual time. The same program with the same seed gives the
 * same run, provided that the actors take time and chance from their {@link io.troupe.actors.ActorContext} only and
 * share nothing. Nothing happens between two calls: time passes in {@link #run}, {@link #await}, {@link #storm} and
 * {@link #settle} only.
 *
 * <p>Every run is checked while it goes: at most one node believes that it runs a shard, effects of two owners never
 * mix, no core throws. What is broken is thrown as an {@link AssertionError} that names the seed. Sockets, disks, Raft
 * and threads are not simulated; the log keeps its promises.
 *
 * <p>Not thread-safe: use it, and all that comes from it, in one thread.
 */
public final class TestCluster implements AutoCloseable {
    /** Most nodes of one cluster. */
    public static final int MAX_NODES = 7;

    private static final Duration SETTLE = Duration.ofSeconds(12);
    private static final long STORM_FAULT_NS = 200_000_000;
    private static final long LONGEST_FAULT_NS = 900_000_000;
    private static final long STEP_NS = 1_000_000;

    private final Simulation world;
    private final SplitMix storms;
    private boolean closed;

    private TestCluster(long seed, Topology topology, Simulation.Origin origin) {
        storms = SplitMix.of(seed, SplitMix.Concern.FAULTS);
        world = new Simulation(seed, Swarm.CALM, topology, new Simulation.Watcher() {}, true, origin);
        world.replayWith("the same test, TestCluster.simulated with seed ");
        world.start();
        settle();
    }

    /**
     * Starts a cluster whose nodes all vote and own shards, and waits until it has settled.
     *
     * @param seed     decides all that is drawn
     * @param nodes    how many nodes: 1, 3, 5 or 7
     * @param registry the classes of messages, states and replies
     * @param kinds    the kinds of actors
     * @return the cluster
     * @throws IllegalArgumentException if the number of nodes is none of these
     * @throws io.troupe.cluster.ClusterException if kinds and classes cannot work together
     */
    public static TestCluster simulated(long seed, int nodes, MessageRegistry registry, Kind<?>... kinds) {
        return simulated(seed, nodes, 0, registry, kinds);
    }

    /**
     * Starts a cluster of which some nodes own shards without a log of their own, and waits until it has settled.
     *
     * @param seed       decides all that is drawn
     * @param voters     how many nodes vote: 1, 3, 5 or 7; they have the first numbers
     * @param withoutLog how many more nodes only own shards; with the voters {@value #MAX_NODES} at most
     * @param registry   the classes of messages, states and replies
     * @param kinds      the kinds of actors
     * @return the cluster
     * @throws IllegalArgumentException if the numbers of nodes are none of these
     * @throws io.troupe.cluster.ClusterException if kinds and classes cannot work together
     */
    public static TestCluster simulated(
            long seed, int voters, int withoutLog, MessageRegistry registry, Kind<?>... kinds) {
        return simulated(seed, voters, withoutLog, 0, registry, kinds);
    }

    /**
     * Starts a cluster that keeps the states of durable entities in logs of their own, and waits until it has settled.
     * Each log has a leader of its own, which is lost by itself.
     *
     * @param seed        decides all that is drawn
     * @param voters      how many nodes vote: 1, 3, 5 or 7; they have the first numbers
     * @param withoutLog  how many more nodes only own shards; with the voters {@value #MAX_NODES} at most
     * @param stateGroups how many such logs, 0 to {@value ClusterConfig#MAX_STATE_GROUPS}; 0 keeps the states where
     *     the cluster itself is kept
     * @param registry    the classes of messages, states and replies
     * @param kinds       the kinds of actors
     * @return the cluster
     * @throws IllegalArgumentException if the numbers of nodes or groups are none of these
     * @throws io.troupe.cluster.ClusterException if kinds and classes cannot work together
     */
    public static TestCluster simulated(
            long seed, int voters, int withoutLog, int stateGroups, MessageRegistry registry, Kind<?>... kinds) {
        if (voters < 1 || voters > MAX_NODES || voters % 2 == 0) {
            throw new IllegalArgumentException("a simulated cluster has 1, 3, 5 or 7 nodes, not " + voters);
        }
        if (withoutLog < 0 || voters + withoutLog > MAX_NODES) {
            throw new IllegalArgumentException("a simulated cluster of " + voters + " voters has 0 to "
                    + (MAX_NODES - voters) + " nodes without a log, not " + withoutLog);
        }
        if (stateGroups < 0 || stateGroups > ClusterConfig.MAX_STATE_GROUPS) {
            throw new IllegalArgumentException("a simulated cluster has 0 to " + ClusterConfig.MAX_STATE_GROUPS
                    + " state groups, not " + stateGroups);
        }
        Topology topology = new Topology(voters, withoutLog, 0, stateGroups, registry, kinds);
        return new TestCluster(seed, topology, Simulation.Origin.NOTHING);
    }

    /**
     * Starts a new cluster like this one from a backup of it, and waits until it has settled.
     *
     * @param seed   decides all that is drawn
     * @param backup what {@link #backup} has completed with
     * @return the cluster
     */
    TestCluster restored(long seed, List<StateView> backup) {
        List<StateView> states = backup.stream().map(Restoration::of).toList();
        return new TestCluster(seed, world.topology(), new Simulation.Origin(world.now(), states));
    }

    /**
     * Takes the states of all groups as of one moment, while the cluster goes on.
     *
     * @param node the number of a voter
     * @return the states; never, if the node's life ends before; fails as a backup does
     */
    CompletableFuture<List<StateView>> backup(int node) {
        open();
        return StatesOfGroups.of(at(node).stores(), Runnable::run);
    }

    /**
     * {@return the actor system of a node, in its present life; never call its {@code start} or {@code close}}
     *
     * @param node its number, from 0
     */
    public ClusterActorSystem node(int node) {
        return at(node).system();
    }

    SimMessaging messaging(int node) {
        return at(node).messaging();
    }

    /** {@return how many nodes there are, up or down} */
    public int nodes() {
        return world.nodes.length;
    }

    /** {@return the seed} */
    public long seed() {
        return world.seed();
    }

    /** {@return virtual nanoseconds since the start} */
    public long nanoTime() {
        return world.now();
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     */
    public void run(Duration duration) {
        open();
        world.runUntil(world.now() + duration.toNanos());
    }

    /**
     * Lets time pass until a future is done.
     *
     * @param future what to wait for
     * @param limit  the longest time to wait
     * @param <T>    the type of its value
     * @return its value
     * @throws CompletionException if it failed, with its failure as the cause
     * @throws AssertionError      if it is not done in time
     */
    public <T> T await(CompletableFuture<T> future, Duration limit) {
        open();
        long end = world.now() + limit.toNanos();
        while (!future.isDone()) {
            if (world.now() >= end) {
                throw world.violation("what was awaited", "it is not done after " + limit + world.unrest());
            }
            world.runUntil(Math.min(end, world.now() + STEP_NS));
        }
        return future.join();
    }

    /**
     * Ends all faults and lets time pass until nothing is under way and all nodes agree who owns what.
     *
     * @throws AssertionError if that takes longer than 12 virtual seconds
     */
    public void settle() {
        open();
        world.swarm(Swarm.CALM);
        world.calm();
        if (!world.settle(world.now() + SETTLE.toNanos(), () -> true)) {
            throw world.violation("I7 settles once healed", "not at rest after " + SETTLE + world.unrest());
        }
        world.rough();
    }

    /**
     * Lets time pass with faults drawn from the seed: crashes, pauses, partitions, changes of the leader, drifting
     * clocks, lost, late, repeated and reordered messages. Go on with {@link #settle}.
     *
     * @param duration how long
     */
    public void storm(Duration duration) {
        open();
        world.swarm(Swarm.draw(storms));
        long end = world.now() + duration.toNanos();
        FaultInjector injector = new FaultInjector(world);
        List<Fault.Kind> kinds = Fault.Kind.ofStorms();
        while (world.now() < end) {
            Fault.Kind kind = kinds.get(storms.below(kinds.size()));
            int node = storms.below(nodes());
            int other = nodes() == 1 ? 0 : (node + 1 + storms.below(nodes() - 1)) % nodes();
            long last = storms.between(STEP_NS, LONGEST_FAULT_NS);
            if (kind != Fault.Kind.SUSPEND && (nodes() > 1 || !kind.isBetweenNodes())) {
                injector.begin(new Fault(kind, world.now(), last, node, other));
            }
            world.runUntil(Math.min(end, world.now() + storms.between(STEP_NS, STORM_FAULT_NS)));
        }
    }

    /**
     * Kills a node's process. Futures of its system never complete.
     *
     * @param node its number
     */
    public void crash(int node) {
        open();
        if (at(node).isUp()) {
            at(node).crash();
        }
    }

    /**
     * Stops a node gracefully: it hands over what it owns and leaves.
     *
     * @param node  its number
     * @param limit how long the hand-over may take
     * @return how it went
     * @throws AssertionError if the node does not end in time
     */
    public ShutdownReport stop(int node, Duration limit) {
        ShutdownReport report = await(at(node).system().stop(limit), limit.plus(SETTLE));
        crash(node);
        return report;
    }

    /**
     * Starts a killed or stopped node again, from its disk, as a new system.
     *
     * @param node its number
     */
    public void restart(int node) {
        open();
        at(node).restart();
    }

    /**
     * Stops a node's process for a while; its clock goes on. Ends early with {@link #heal} and {@link #settle}.
     *
     * @param node  its number
     * @param pause how long
     */
    public void pause(int node, Duration pause) {
        open();
        new FaultInjector(world).begin(new Fault(Fault.Kind.PAUSE, world.now(), pause.toNanos(), node, node));
    }

    /**
     * Cuts the links between two groups of nodes, until {@link #heal} or {@link #settle}.
     *
     * @param some   numbers of nodes
     * @param others numbers of other nodes
     */
    public void partition(Set<Integer> some, Set<Integer> others) {
        open();
        for (int one : some) {
            for (int other : others) {
                world.network.block(at(one).index, at(other).index);
                world.network.block(at(other).index, at(one).index);
            }
        }
    }

    /** Ends partitions and pauses, at once. What is down stays down, and a storm's other faults go on. */
    public void heal() {
        open();
        new FaultInjector(world).healLinks();
    }

    /** Makes another voter the leader, in every log, although the present one is well. */
    public void changeLeader() {
        open();
        for (Log log : world.logs) {
            log.elect();
        }
    }

    /** {@return what happened so far, a line each} */
    public List<String> trace() {
        return world.trace.lines();
    }

    /** {@return a number that two runs share if the same happened in both} */
    public long traceHash() {
        return world.trace.hash();
    }

    /** A node's copy of a group stands still, while all else of the node goes on; or goes on itself. */
    void holdBack(int node, int group, boolean held) {
        at(node).store(group).holdBack(held);
    }

    /** {@return what is committed in the log of the cluster itself} */
    StateView committed() {
        return world.log.view();
    }

    private SimNode at(int node) {
        if (node < 0 || node >= world.nodes.length) {
            throw new IllegalArgumentException(
                    "there is no node " + node + ": they are numbered 0 to " + (world.nodes.length - 1));
        }
        return world.nodes[node];
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("the simulated cluster is closed");
        }
    }

    /** Ends the simulation; there is nothing to free. Idempotent. */
    @Override
    public void close() {
        closed = true;
    }
}
