package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterLock;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.NodeState;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.ShutdownPhase;
import io.troupe.cluster.ShutdownReport;
import io.troupe.cluster.Subscription;
import io.troupe.cluster.internal.coordinator.Coordinator;
import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.membership.QuorumWatch;
import io.troupe.cluster.internal.placement.ShardHash;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.OutcomeListener;
import io.troupe.cluster.spi.Platform;
import io.troupe.cluster.spi.Sent;
import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Watch;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node: wires transport, store and the cluster's parts, and drives them from the cluster thread. */
public final class ClusterRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterRuntime.class);

    /** How often timers are looked at; retries and keep-alives are late by at most this. */
    private static final long TICK_MILLIS = 20;

    private static final byte[] NO_REPLY = {};

    private final ClusterConfig config;
    private final HostedActors actors;
    private final MessagingSystem messaging;
    private final MetadataStore store;
    private final ShardStores stores;
    private final Platform platform;
    private final NanoClock clock;
    private final Platform.Loop cluster;
    private final Membership membership;
    private final Neighbours neighbours;
    private final RoutingTable routing;
    private final ShardSets sets;
    private final Sender sender;
    private final HostedShards shards;
    private final Receiver receiver;
    private final Links links;
    private final Answers answers;
    private final HandOff handOff;
    private final Drains drains;
    private final Moves moves;
    private final Requests requests;
    private final Locks locks;
    private final Standing standing;
    private final LiveNodes nodes;
    private final ClusterManager manager;
    private final Coordinator coordinator;
    private final Leaving leaving;
    private final Diagnosis diagnosis;
    private final Readiness readiness;
    private final Events events;
    private final BoundedSteps more;
    private volatile @Nullable Watch watch;

    /**
     * A node that is not started.
     *
     * @param config   what it was told
     * @param actors   what runs on its shards
     * @param platform what it stands on
     */
    public ClusterRuntime(ClusterConfig config, HostedActors actors, Platform platform) {
        this.config = config;
        this.actors = actors;
        this.platform = platform;
        clock = platform.clock();
        cluster = platform.newLoop("cluster");
        FrameRouter frames = new FrameRouter(this::onLink, this::onRefused);
        messaging = platform.messaging(config, actors.sets().stream().anyMatch(set -> set.lane() == Lane.BULK), frames);
        TransportPeerChannel peers = new TransportPeerChannel(messaging);
        store = platform.store(config, peers);
        stores = new ShardStores(store, config.stateGroups());
        NodeRecord self = new NodeRecord(
                config.hosting(),
                actors.kinds(),
                actors.sets().stream().map(ShardSet::name).collect(Collectors.toSet()));
        membership =
                new Membership(config.nodeId(), self, stores, config.lease(), clock, cluster, sessionListener(actors));
        events = new Events(cluster);
        more = new BoundedSteps(actors::goOn, this::onCluster);
        neighbours = new Neighbours(config, messaging, events);
        routing = new RoutingTable(config.allShards(), routeListener());
        sets = new ShardSets(config.shards(), config.allShards(), actors.sets(), store, cluster);
        DeliveryLimits limits = Wiring.limits(config);
        SetLanes lanes = new SetLanes(config.shards(), store::view);
        links = new Links(config.nodeId(), messaging, lanes::lane, clock, config.maxMessageLength());
        sender = new Sender(
                config.allShards(),
                limits,
                new ByteBudget(config.maxUnsettledBytes()),
                routing,
                lanes::lane,
                links,
                platform);
        handOff = new HandOff(store, messaging, clock, cluster);
        Acknowledgements acknowledgements = new Acknowledgements(links);
        shards = new HostedShards(routing.shards(), membership, stores, actors, acknowledgements, handOff);
        handOff.connect(shards);
        receiver = new Receiver(shards, routing, stores, actors, acknowledgements, limits, clock);
        shards.connect(receiver::onActive);
        links.connect(sender, receiver);
        requests = new Requests(config.nodeId(), cluster);
        Pings pings = new Pings(config.nodeId(), messaging, store, clock, requests);
        Listings listings = new Listings(messaging, store, actors, clock, requests);
        answers = new Answers(config.nodeId(), links, actors);
        frames.connect(
                peers,
                new FrameDecoder(sender, receiver, handOff, pings, listings, answers, clock),
                sender::onLinkWritable);
        drains = new Drains(store, routing, sets, clock);
        moves = new Moves(new NodeWrites(store), routing, clock);
        Succession succession = new Succession(store, requests, neighbours::isSuspect, clock);
        standing = new Standing(config.nodeId(), store, membership, neighbours, clock);
        nodes = new LiveNodes(store, routing, standing::state);
        manager = new Administration(store, requests, nodes, drains, moves, sets, pings, succession, listings, shards);
        diagnosis = new Diagnosis(config, store, messaging, standing, membership, sets, routing, shards);
        readiness = new Readiness(config, store, membership, sets, routing, diagnosis);
        locks = new Locks(store, membership, requests);
        leaving = new Leaving(platform, requests, locks, drains, shards, sender, succession);
        coordinator = new Coordinator(store, Wiring.coordination(config), cluster);
    }

    /** {@return completes when this node can send to every shard, and runs its own; fails with ClusterException} */
    public CompletableFuture<Void> start() {
        CompletableFuture<Void> unused = messaging
                .start()
                .thenCompose(bound -> store.start())
                .thenRunAsync(this::join, cluster)
                .whenComplete((joined, failure) -> {
                    if (failure != null) {
                        readiness.fail(failure);
                    }
                });
        requests.later(config.startTimeout().toNanos(), readiness::onTimeout);
        return readiness.decided().exceptionallyComposeAsync(this::abandon, this::onClosingThread);
    }

    private CompletableFuture<Void> abandon(Throwable failure) {
        close();
        return CompletableFuture.failedFuture(Wiring.explain(failure));
    }

    /** For what may end on a thread of the transport or the store, which must not wait for its own end. */
    private void onClosingThread(Runnable step) {
        platform.detach("closing", step);
    }

    private void join() {
        standing.start();
        store.onLeadership(new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                onCluster(() -> coordinator.onLeading(clock.nanoTime()));
            }

            @Override
            public void onNotLeading() {
                onCluster(coordinator::onNotLeading);
            }
        });
        routing.start(store);
        watch = store.watch(ClusterKeys.ALL, 1, new Changes(events, neighbours, sets, coordinator));
        cluster.repeat(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), this::tick);
    }

    private void onCluster(Runnable step) {
        if (!standing.isClosed()) {
            cluster.execute(step);
        }
    }

    private void tick() {
        try {
            long now = clock.nanoTime();
            membership.onTick(now);
            QuorumWatch.Change lease = standing.onTick(now);
            if (lease != null) {
                events.onQuorum(lease, actors.degradable(), store.view());
            }
            sender.onTick(now);
            shards.onTick();
            receiver.onTick();
            handOff.onTick(now);
            drains.onTick(now);
            moves.onTick(now);
            locks.onTick(now);
            coordinator.onTick(now);
            actors.onTick();
            more.onTick();
            events.lookAtLeader(store.view());
            neighbours.onTick(now, store.view());
            readiness.onTick();
        } catch (RuntimeException e) {
            // The next tick must come whatever happened in this one: the lease depends on it.
            LOG.error("a tick of node {} failed", config.nodeId(), e);
        }
    }

    private void onRefused(String node, String reason) {
        readiness.onRefused(node, reason);
    }

    private void onLink(String node, Lane lane, LinkEvent event) {
        if (event == LinkEvent.OPENED) {
            sender.onLinkOpened(node, lane);
        }
    }

    private RoutingTable.RouteListener routeListener() {
        return new RoutingTable.RouteListener() {
            @Override
            public void onRecord(int shard, @Nullable ShardRecord news, long revision) {
                shards.onRecord(shard, news, revision);
                coordinator.onChange();
            }

            @Override
            public void onRoute(int shard, @Nullable Route route) {
                receiver.onRoute(shard);
                sender.onRoute(shard, route);
            }
        };
    }

    /**
     * Tells what happens in the cluster.
     *
     * @param listener called on the cluster thread
     * @return the subscription
     */
    public Subscription subscribe(Consumer<? super ClusterEvent> listener) {
        return events.subscribe(listener);
    }

    /** {@return what keeps this node from working as it should, a line each; empty if nothing does} */
    public List<String> diagnose() {
        return diagnosis.findings();
    }

    /** {@return what works: lease, leader, shards, links} */
    public Map<String, Boolean> health() {
        return diagnosis.health();
    }

    private Membership.SessionListener sessionListener(HostedActors actors) {
        return new Membership.SessionListener() {
            @Override
            public void onSession(@Nullable SessionId session) {
                ClusterRuntime.this.onSession(session);
            }

            @Override
            public void onLeaseRenewed() {
                actors.onLeaseRenewed();
            }
        };
    }

    private void onSession(@Nullable SessionId session) {
        if (session == null) {
            shards.loseAll();
        }
        sender.onSession(session);
    }

    /**
     * {@return the shard of an actor, or -1 as long as its set is not known}
     *
     * @param set  the set of its kind
     * @param kind the kind's name
     * @param id   the id within the kind
     */
    public int shardOf(ShardSet set, String kind, String id) {
        SetRecord found = sets.find(set.name());
        return found == null ? -1 : found.first() + ShardHash.shard(kind, id, found.shards());
    }

    /**
     * Settles what is unknown of a message to a durable kind.
     *
     * @param id the message
     * @return what became of it
     */
    public CompletableFuture<SendOutcome> resolve(MessageId id) {
        return Resolution.resolve(stores, id).exceptionally(failure -> {
            throw Wiring.explain(failure);
        });
    }

    /**
     * {@return the set of a shard, as the store has it}
     *
     * @param shard the shard, counted over all sets
     * @throws IllegalArgumentException if it is in no set that this node knows
     */
    public ShardSet setOf(int shard) {
        return sets.of(shard).set();
    }

    /**
     * {@return where a shard is}
     *
     * @param shard the shard, counted over all sets
     */
    public Lookup whereIs(int shard) {
        return sets.whereIs(shard, routing);
    }

    /** {@return the store of this node} */
    public MetadataStore store() {
        return store;
    }

    /**
     * {@return the store that has what is kept of a shard}
     *
     * @param shard the shard
     */
    public MetadataStore store(int shard) {
        return stores.of(shard);
    }

    /**
     * {@return true if this node's copy of a shard's store is at most a lease old}
     *
     * @param shard the shard
     */
    public boolean isFresh(int shard) {
        return membership.isFresh(stores.groupOf(shard));
    }

    /**
     * Sends above AT_MOST_ONCE.
     *
     * @param shard      the target shard
     * @param guarantee  AT_LEAST_ONCE or EXACTLY_ONCE
     * @param durable    true if the target kind is durable
     * @param content    target and body; not modified afterwards
     * @param deadlineNs on the platform's clock, or {@link OutboundMessage#NO_DEADLINE}
     * @param listener   told exactly once how it ended
     * @return the message, or null if there was no room for it
     */
    public @Nullable Sent send(
            int shard,
            DeliveryGuarantee guarantee,
            boolean durable,
            byte[] content,
            long deadlineNs,
            OutcomeListener listener) {
        links.checkLength(content);
        OutboundMessage sent = sender.send(shard, guarantee, durable, content, deadlineNs, listener);
        if (sent == null) {
            listener.onOutcome(new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED), NO_REPLY);
        }
        return sent;
    }

    /**
     * Takes a message back, as far as that can be.
     *
     * @param sent the message
     */
    public void cancel(Sent sent) {
        sender.cancel(sent);
    }

    /**
     * Sends AT_MOST_ONCE.
     *
     * @param shard   the target shard
     * @param content target and body; not modified afterwards
     * @return Accepted, or NotExecuted when it cannot leave now
     */
    public SendOutcome sendOneWay(int shard, byte[] content) {
        links.checkLength(content);
        Route route = routing.route(shard);
        if (standing.isClosed()) {
            return new SendOutcome.NotExecuted(SendOutcome.Reason.CLOSED);
        }
        if (route == null) {
            return new SendOutcome.NotExecuted(SendOutcome.Reason.NO_SESSION);
        }
        return Links.outcome(links.oneWay(route, shard, content));
    }

    /**
     * Sends an answer by itself, AT_MOST_ONCE.
     *
     * @param to     where to
     * @param answer the answer; not modified afterwards
     * @return false if nothing takes it now
     */
    public boolean answer(AnswerAddress to, byte[] answer) {
        return !standing.isClosed() && answers.send(to, answer);
    }

    /** {@return how many shards each node owns, as this node's copy of the store has it} */
    public Map<String, Integer> shardsPerOwner() {
        return routing.shardsPerOwner();
    }

    /**
     * {@return the owner of a shard, or null}
     *
     * @param shard the shard
     */
    public @Nullable String owner(int shard) {
        Route route = routing.route(shard);
        return route == null ? null : route.owner();
    }

    /** {@return the live nodes, by id} */
    public List<NodeInfo> nodes() {
        return nodes.list();
    }

    /** {@return shards that this node may run} */
    public int activeShards() {
        return shards.activeShards();
    }

    /**
     * {@return true if this node may run the actors of a shard now}
     *
     * @param shard the shard
     */
    public boolean mayRun(int shard) {
        return shards.mayRun(shard);
    }

    /** {@return messages sent again since start} */
    public long retransmissions() {
        return sender.retransmissions();
    }

    /** {@return messages that wait for their outcome} */
    public long unsettled() {
        return sender.unsettled();
    }

    /** {@return the incarnation of this node's session, or 0} */
    public long incarnation() {
        return standing.incarnation();
    }

    /** {@return where this node stands} */
    public NodeState state() {
        return standing.state();
    }

    /** {@return true if this node has a session whose lease has not passed} */
    public boolean inCluster() {
        return standing.inCluster();
    }

    /**
     * Takes a lock.
     *
     * @param name  its name
     * @param limit how long to wait for it
     * @return the lock
     */
    public CompletableFuture<ClusterLock> lock(String name, Duration limit) {
        return requests.onCluster(acquired -> locks.acquire(name, limit, acquired));
    }

    /** {@return what people and tools ask of the cluster} */
    public ClusterManager manager() {
        return manager;
    }

    /**
     * Closes the link to a node, as a broken network would.
     *
     * @param nodeId the node
     */
    public void cutLink(String nodeId) {
        messaging.cut(nodeId);
    }

    /**
     * Runs something when this node is stopped.
     *
     * @param phase  before what
     * @param name   for the report
     * @param action what
     */
    public void onShutdown(ShutdownPhase phase, String name, Supplier<? extends CompletableFuture<?>> action) {
        leaving.onShutdown(phase, name, action);
    }

    /**
     * Hands over what this node owns, and closes it.
     *
     * @param limit how long that may take
     * @return completes when everything is closed, with how it went
     */
    public CompletableFuture<ShutdownReport> stop(Duration limit) {
        return leaving.stop(limit).whenCompleteAsync((report, failure) -> close(), this::onClosingThread);
    }

    @Override
    public void close() {
        if (!standing.close()) {
            return;
        }
        readiness.fail(new ClusterException(ClusterException.Code.CLOSED, "the node was closed"));
        leaving.sayGoodbye();
        cluster.close();
        locks.close();
        requests.close();
        sender.stop();
        routing.close();
        Watch following = watch;
        if (following != null) {
            following.close();
        }
        store.close();
        messaging.close();
    }
}
