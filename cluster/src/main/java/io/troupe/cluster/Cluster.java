package io.troupe.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.runtime.ClusterRuntime;
import io.troupe.cluster.internal.runtime.ThreadPlatform;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.OutcomeListener;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.cluster.spi.Platform;
import io.troupe.cluster.spi.Sent;
import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster: who owns which shard, and how a message gets there. All methods may be called from any thread,
 * and none blocks except {@link #close()}.
 */
public final class Cluster implements AutoCloseable {
    /** A deadline that never passes. */
    public static final long NO_DEADLINE = OutboundMessage.NO_DEADLINE;

    /**
     * Prefix of the keys of the store that belong to what runs above the cluster, and that every node keeps a copy of.
     */
    public static final String ACTOR_KEYS = ClusterKeys.ACTORS;

    private final ClusterConfig config;
    private final ClusterRuntime runtime;

    private Cluster(ClusterConfig config, HostedActors actors, Platform platform) {
        this.config = config;
        runtime = new ClusterRuntime(config, actors, platform);
    }

    /**
     * Makes a node, not started yet.
     *
     * @param config what it is told
     * @param actors what runs on the shards it owns
     * @return the node
     * @throws ClusterException if the configuration cannot work
     */
    public static Cluster create(ClusterConfig config, HostedActors actors) {
        return new Cluster(config, actors, threads(config.nodeId()));
    }

    /**
     * Makes a node on a platform of the caller's choice, not started yet.
     *
     * @param config   what it is told
     * @param actors   what runs on the shards it owns
     * @param platform what it stands on
     * @return the node
     * @throws ClusterException if the configuration cannot work
     */
    public static Cluster create(ClusterConfig config, HostedActors actors, Platform platform) {
        return new Cluster(config, actors, platform);
    }

    /**
     * {@return the real platform of a node: threads, the machine's clock, TCP and Raft}
     *
     * @param nodeId the node's id
     */
    public static Platform threads(String nodeId) {
        return new ThreadPlatform(nodeId);
    }

    /**
     * Starts the node: binds its ports, joins or forms the cluster, and waits until every shard has an owner.
     *
     * @return completes when messages can be sent; fails with {@link ClusterException}, and then nothing is left behind
     */
    public CompletableFuture<Cluster> start() {
        return runtime.start().thenApply(started -> this);
    }

    /** {@return this node's configuration} */
    public ClusterConfig config() {
        return config;
    }

    /**
     * The shard of an actor, by the hash that {@code docs/placement.md} gives.
     *
     * @param set  the set of its kind
     * @param kind the kind's name
     * @param id   the id within the kind
     * @return the shard, counted over all sets; -1 as long as this node does not know the set, but never once it is
     *     started with a kind of it
     */
    public int shardOf(ShardSet set, String kind, String id) {
        return runtime.shardOf(set, kind, id);
    }

    /**
     * The shard of an actor whose kind is in the default set.
     *
     * @param kind the kind's name
     * @param id   the id within the kind
     * @return the shard
     */
    public int shardOf(String kind, String id) {
        return runtime.shardOf(ShardSet.DEFAULT, kind, id);
    }

    /**
     * Sends above AT_MOST_ONCE.
     *
     * @param shard      the target shard
     * @param guarantee  AT_LEAST_ONCE or EXACTLY_ONCE
     * @param durable    true if the target kind is durable
     * @param content    target and body; not modified afterwards
     * @param deadlineNs when it expires on the platform's clock, or {@link #NO_DEADLINE}
     * @param listener   told exactly once how it ended
     * @return the message, to take it back; null if there was no room for it
     */
    public @Nullable Sent send(
            int shard,
            DeliveryGuarantee guarantee,
            boolean durable,
            byte[] content,
            long deadlineNs,
            OutcomeListener listener) {
        return runtime.send(shard, guarantee, durable, content, deadlineNs, listener);
    }

    /**
     * Takes a message back: its listener is told NotExecuted if it never left this node, and Unknown if it did; the
     * actor does not start it if it has not yet arrived there. Nothing that was done is undone.
     *
     * @param sent the message
     */
    public void cancel(Sent sent) {
        runtime.cancel(sent);
    }

    /**
     * Sends AT_MOST_ONCE.
     *
     * @param shard   the target shard
     * @param content target and body; not modified afterwards
     * @return Accepted, or NotExecuted when it cannot leave now
     */
    public SendOutcome sendOneWay(int shard, byte[] content) {
        return runtime.sendOneWay(shard, content);
    }

    /**
     * Sends an answer by itself, AT_MOST_ONCE, to the node that waits for it; that may be this one.
     *
     * @param to     where to
     * @param answer the answer, one byte at least; not modified afterwards
     * @return false if it cannot leave now, and so never arrives
     * @throws io.troupe.transport.TransportException TOO_LARGE
     */
    public boolean answer(AnswerAddress to, byte[] answer) {
        return runtime.answer(to, answer);
    }

    /** {@return the replicated store of this node, which has what the cluster keeps of itself} */
    public MetadataStore store() {
        return runtime.store();
    }

    /**
     * {@return the store that has what is kept of a shard: that of one of the state groups if there are some, else
     * {@link #store()}} A transaction cannot have keys of two stores, nor can their revisions be compared.
     *
     * @param shard the shard, counted over all sets
     */
    public MetadataStore store(int shard) {
        return runtime.store(shard);
    }

    /**
     * {@return true if this node's copy of {@link #store(int)} is at most a lease old}
     *
     * @param shard the shard, counted over all sets
     */
    public boolean isFresh(int shard) {
        return runtime.isFresh(shard);
    }

    /**
     * {@return the condition that no later owner has raised the shard's fence}
     *
     * @param shard an ownership
     */
    public Compare fenceHolds(OwnedShard shard) {
        return ClusterKeys.fenceHolds(shard.shard(), shard.epoch());
    }

    /**
     * {@return a shard number of fixed width, as it stands in keys}
     *
     * @param shard the shard
     */
    public static String paddedShard(int shard) {
        return ClusterKeys.padded(shard);
    }

    /** {@return the live nodes, by id, as this node's copy of the store has it} */
    public List<NodeInfo> nodes() {
        return runtime.nodes();
    }

    /** {@return where this node stands} */
    public NodeState state() {
        return runtime.state();
    }

    /** {@return how many shards each node owns, as this node's copy of the store has it} */
    public Map<String, Integer> shardsPerOwner() {
        return runtime.shardsPerOwner();
    }

    /**
     * {@return the owner of a shard, or null while it has none}
     *
     * @param shard the shard
     */
    public @Nullable String owner(int shard) {
        return runtime.owner(shard);
    }

    /**
     * {@return the set of a shard, as the store has it}
     *
     * @param shard the shard, counted over all sets
     * @throws IllegalArgumentException if it is in no set that this node knows
     */
    public ShardSet setOf(int shard) {
        return runtime.setOf(shard);
    }

    /**
     * Settles what is unknown of a message to a durable kind: from then on it has either taken effect, or never will.
     *
     * @param id the message, as {@link SendOutcome.Unknown} names it
     * @return Committed, Rejected, Failed or NotExecuted; Unknown if its session ended about an hour ago, or its
     *     channel has settled it and gone on; fails with {@link ClusterException}, and then it may be asked again
     */
    public CompletableFuture<SendOutcome> resolve(MessageId id) {
        return runtime.resolve(id);
    }

    /**
     * Where an actor lives, or would live with its first message. Reads what this node knows, and asks nobody.
     *
     * @param set  the set of its kind
     * @param kind the kind's name
     * @param id   the id within the kind
     * @return what is known
     */
    public Lookup whereIs(ShardSet set, String kind, String id) {
        int shard = shardOf(set, kind, id);
        return shard < 0
                ? new Lookup.Unavailable(
                        set.name(), "this node was started without a kind of the set, or is not started")
                : runtime.whereIs(shard);
    }

    /**
     * Where a shard is. Reads what this node knows, and asks nobody.
     *
     * @param shard the shard, counted over all sets
     * @return what is known
     * @throws IllegalArgumentException if it is in no set that this node knows
     */
    public Lookup whereIs(int shard) {
        return runtime.whereIs(shard);
    }

    /** {@return the newest leader this node has heard of, with its term} */
    public Optional<MetadataView.Leader> leader() {
        return Optional.ofNullable(store().view().leader());
    }

    /** {@return shards whose actors this node may run now} */
    public int activeShards() {
        return runtime.activeShards();
    }

    /**
     * {@return true if this node may run the actors of a shard now: it owns it, and its lease is valid}
     *
     * @param shard the shard
     */
    public boolean mayRun(int shard) {
        return runtime.mayRun(shard);
    }

    /** {@return messages sent more than once since start} */
    public long retransmissions() {
        return runtime.retransmissions();
    }

    /** {@return messages of this node that wait for their outcome} */
    public long unsettled() {
        return runtime.unsettled();
    }

    /** {@return the number of this node's present life, larger than that of any before; 0 while it has none} */
    public long incarnation() {
        return runtime.incarnation();
    }

    /** {@return true if this node has a session whose lease has not passed} */
    public boolean inCluster() {
        return runtime.inCluster();
    }

    /**
     * Closes the link to a node at once, as a broken network would; it is dialled again. For tests.
     *
     * @param nodeId the other node
     */
    public void cutLink(String nodeId) {
        runtime.cutLink(nodeId);
    }

    /**
     * Learns what happens in the cluster from now on.
     *
     * @param listener called for every event, in order, on a thread of the cluster: do not block it
     * @return the subscription; close it to hear no more
     */
    public Subscription subscribe(Consumer<? super ClusterEvent> listener) {
        return runtime.subscribe(listener);
    }

    /**
     * {@return what keeps this node from working as it should, a line each for a person; empty if nothing does} Reads
     * what this node knows, and asks nobody.
     */
    public List<String> diagnose() {
        return runtime.diagnose();
    }

    /**
     * Takes a lock that one holder in the cluster has at a time, for instance for work outside of actors that one node
     * is to do; who has actors needs none. Waiters are served in no order.
     *
     * @param name  its name, 1 to 100 letters, digits, '.', '_' or '-'
     * @param limit how long to wait for it; zero takes it only if it is free now. While it seems free, and an answer is
     *     under way, that is waited for a second at least
     * @return the lock; cancel this to take the wish back. Fails with {@link ClusterException}: TIMEOUT, which names
     *     the holder, CLOSED, or FAILED
     * @throws IllegalArgumentException if it is no name
     */
    public CompletableFuture<ClusterLock> lock(String name, Duration limit) {
        Names.check("lock", name);
        return runtime.lock(name, limit);
    }

    /** {@return true if this node leads the metadata group, as far as it knows} */
    public boolean isLeader() {
        return store().isLeader();
    }

    /** {@return what people and their tools ask of the cluster} */
    public ClusterManager manager() {
        return runtime.manager();
    }

    /**
     * {@return what works here, for a readiness probe: {@code lease}, {@code leader}, {@code shards} and {@code links}}
     * {@link #diagnose()} says what is missing.
     */
    public Map<String, Boolean> health() {
        return runtime.health();
    }

    /**
     * Runs something when this node is stopped, before what the node itself does in that phase. All hooks of a phase
     * run side by side, and the phase waits for them as long as there is time. {@link #close} and a crash run none.
     *
     * @param phase  before what
     * @param name   names it in the report
     * @param action starts it; called on a thread of the node, so it must not block
     */
    public void onShutdown(ShutdownPhase phase, String name, Supplier<? extends CompletableFuture<?>> action) {
        runtime.onShutdown(phase, name, action);
    }

    /**
     * Stops this node in the order of {@link ShutdownPhase}: hands over what it owns, settles, leaves the cluster and
     * frees threads, ports and locks. What cannot be done within the limit, or fails, is left out and reported. Asked
     * again it answers the same.
     *
     * @param limit how long all of it may take; leaving takes a second more at most
     * @return completes when everything is closed; never exceptionally
     */
    public CompletableFuture<ShutdownReport> stop(Duration limit) {
        return runtime.stop(limit);
    }

    /** Leaves the cluster and frees threads, ports and locks. Blocks a few seconds at most. Idempotent. */
    @Override
    public void close() {
        runtime.close();
    }
}
