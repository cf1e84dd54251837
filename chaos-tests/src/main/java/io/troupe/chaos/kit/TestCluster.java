package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ShutdownReport;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * A cluster for tests, in this process, with faults. One test can run on both sorts: {@link #inProcess} has the real
 * log on a real disk and real sockets, and takes real time; {@link #simulated} has virtual time, in which nothing
 * happens between two calls, and finds the same again with the same seed. All nodes vote, own shards and are numbered
 * from 0; node 0 has the id {@code n1}.
 *
 * <p>A fault is in force when the call returns. Frames are neither dropped nor repeated one by one: a link is one TCP
 * connection, which loses nothing but its tail and repeats nothing; {@code node(i).cluster().cutLink("n2")} makes it
 * lose that. Loss, repetition and reordering of single frames are in {@code io.troupe.chaos.sim.TestCluster.storm}.
 *
 * <p>Faults are made by one thread at a time. {@link #node} and probes of a cluster in process may be used by any
 * thread; a simulated one is used by one thread altogether.
 */
public sealed interface TestCluster extends AutoCloseable permits InProcessCluster, SimulatedCluster {
    /** Most nodes of one cluster. */
    int MAX_NODES = 7;

    /**
     * Starts nodes that share nothing but this process: each has its own log in a temporary directory, which is gone
     * after {@link #close}, its own ports on the loopback address, and a proxy before every other node. Waits until
     * they have converged. The lease is 3 s and elections are SAFE, so a lost node is replaced after about four.
     *
     * @param nodes    how many: 1, 3, 5 or 7
     * @param registry the classes of messages, states and replies
     * @param kinds    the kinds of actors, on every node
     * @return the cluster
     * @throws IllegalArgumentException if the number of nodes is none of these
     * @throws IllegalStateException if a node does not start, with the reason; then nothing is left behind
     * @throws io.troupe.cluster.ClusterException if kinds and classes cannot work together
     */
    static TestCluster inProcess(int nodes, MessageRegistry registry, Kind<?>... kinds) {
        return inProcess(nodes, UnaryOperator.identity(), registry, kinds);
    }

    /**
     * Starts such a cluster with other settings.
     *
     * @param nodes    how many: 1, 3, 5 or 7
     * @param settings changes the configuration of every node, for instance
     *     {@code c -> c.lease(Duration.ofSeconds(5))}; leave addresses and directories as they are
     * @param registry the classes of messages, states and replies
     * @param kinds    the kinds of actors, on every node
     * @return the cluster
     * @throws IllegalArgumentException if the number of nodes is none of these
     * @throws IllegalStateException if a node does not start, with the reason; then nothing is left behind
     * @throws io.troupe.cluster.ClusterException if settings, kinds and classes cannot work together
     */
    static TestCluster inProcess(
            int nodes, UnaryOperator<ClusterConfig.Builder> settings, MessageRegistry registry, Kind<?>... kinds) {
        return InProcessCluster.start(nodes, settings, registry, kinds);
    }

    /**
     * Starts nodes on virtual time, links, disks and a modelled log: see {@link io.troupe.chaos.sim.TestCluster}, which
     * can do more. Every call checks what the cluster itself promises, and throws an {@link AssertionError} with the
     * seed.
     *
     * @param seed     decides all that is drawn
     * @param nodes    how many: 1, 3, 5 or 7
     * @param registry the classes of messages, states and replies
     * @param kinds    the kinds of actors, on every node
     * @return the cluster
     * @throws IllegalArgumentException if the number of nodes is none of these
     * @throws io.troupe.cluster.ClusterException if kinds and classes cannot work together
     */
    static TestCluster simulated(long seed, int nodes, MessageRegistry registry, Kind<?>... kinds) {
        return SimulatedCluster.start(seed, nodes, registry, kinds);
    }

    /** {@return how many nodes there are, up or down} */
    int nodes();

    /**
     * {@return the actor system of a node, in its newest life; to end it use {@link #stop} or {@link #crash}}
     *
     * @param node its number
     * @throws IllegalArgumentException if there is no such node
     */
    ClusterActorSystem node(int node);

    /**
     * {@return a new probe: an actor that keeps what it is told for the test to look at}
     *
     * @param type what it takes; the classes of its messages must be registered
     * @param <T>  what it takes
     */
    <T> TestProbe<T> probe(Class<T> type);

    /**
     * Waits until a future is done, and lets time pass meanwhile.
     *
     * @param future what to wait for
     * @param limit  the longest time to wait
     * @param <T>    the type of its value
     * @return its value
     * @throws java.util.concurrent.CompletionException if it failed, with its failure as the cause
     * @throws AssertionError if it is not done in time
     */
    <T> T await(CompletableFuture<T> future, Duration limit);

    /**
     * Waits until all nodes that are up agree: who leads, who is there, and who owns what; every shard has an owner
     * that runs it, and no node owns more than one shard of the default set more than another that is not drained.
     *
     * @param limit the longest time to wait
     * @throws AssertionError if it takes longer, naming what is missing
     */
    void awaitConverged(Duration limit);

    /**
     * Waits until there is a leader to which a majority of all nodes listens and has an open path.
     *
     * @param limit the longest time to wait
     * @return the leader's number
     * @throws AssertionError if it takes longer, naming whom each node takes for the leader
     */
    int awaitLeader(Duration limit);

    /**
     * Ends a node as the end of its process would: nothing of it runs any more, nobody is told, {@code postStop} is not
     * called and futures of its system never complete. Not as in a process: a handler that is within a call ends it,
     * turns on an executor of a kind go on, static fields live on, and what was written to the disk without a sync is
     * still there. For lost disks and a machine that loses power use processes. Of a node that is down: without effect.
     *
     * @param node its number
     */
    void crash(int node);

    /**
     * Starts a node that is down, from its directory and on its ports, as a new system. Returns at once: go on with
     * {@link #awaitConverged}. Nodes that have no majority without each other can so be started one after the other.
     *
     * @param node its number
     * @throws IllegalStateException if it is up
     */
    void restart(int node);

    /**
     * Stops a node gracefully: it hands over what it owns and leaves.
     *
     * @param node  its number
     * @param limit how long the hand-over may take
     * @return how it went
     * @throws IllegalStateException if it is down
     * @throws AssertionError if the node does not end in time
     */
    ShutdownReport stop(int node, Duration limit);

    /**
     * Cuts all links between two groups of nodes, until {@link #heal}: no byte gets through, and nobody is told. What
     * was sent meanwhile arrives afterwards, unless its sender has given the connection up. Nodes in neither group
     * reach both.
     *
     * @param some   numbers of nodes
     * @param others numbers of other nodes
     * @throws IllegalArgumentException if a node is in both
     */
    void partition(Set<Integer> some, Set<Integer> others);

    /** Ends all partitions and pauses. What is down stays down. */
    void heal();

    /**
     * Makes a node stand still for a while, as a stopped process does; its clock goes on. Returns at once. In process,
     * the node's links are frozen and none of its own threads begins a step; the log's threads, the caller's, and those
     * of an executor of a kind go on, and reach nobody.
     *
     * @param node  its number
     * @param pause how long, from now on; {@link #heal} ends it early
     * @throws IllegalStateException if it is down
     */
    void pause(int node, Duration pause);

    /** Ends all nodes and frees threads, ports and files. Blocks a few seconds at most. Idempotent. */
    @Override
    void close();
}
