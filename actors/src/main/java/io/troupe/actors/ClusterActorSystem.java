package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShutdownReport;
import io.troupe.cluster.Subscription;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.KryoCodec;
import io.troupe.transport.kryo.MessageRegistry;
import org.jspecify.annotations.Nullable;

/**
 * A node of an actor cluster inside this process. Actors are addressed by kind and id, live on the node that owns their
 * shard, and are activated by their first message.
 *
 * <p>It manages the cluster, too: what {@link io.troupe.cluster.ClusterManager} has goes to
 * {@code cluster().manager()}.
 *
 * <p>All methods may be called from any thread and none blocks, except {@link #close()}.
 */
public final class ClusterActorSystem implements ActorSystem, ManagedNode, ClusterMetrics {
    private final Messages messages;
    private final ActorRuntime runtime;
    private final LocalActors locals;
    private final EntityHost host;
    private final Cluster cluster;
    private final EntityStore entityStore;
    private final ClusterClock clusterClock;
    private final OpenAsks openAsks;
    private final EntitySender sender;
    private final NamedActors names = new NamedActors();
    /** Null for that of the kind. */
    private volatile @Nullable DeliveryGuarantee usual;

    private ClusterActorSystem(ClusterConfig config, KryoCodec codec, Map<String, Kind<?>> kinds, Platform platform) {
        messages = new Messages(codec);
        runtime = new ActorRuntime(platform);
        locals = new LocalActors(this, config.nodeId(), runtime);
        try {
            host = new EntityHost(config.allShards(), names.hosted(kinds.values()), runtime);
            cluster = Cluster.create(config, host, platform);
        } catch (RuntimeException e) {
            runtime.close();
            throw e;
        }
        entityStore = new EntityStore(cluster);
        clusterClock = new ClusterClock(cluster.store(), platform.clock());
        openAsks = new OpenAsks(cluster, messages, runtime);
        sender = new EntitySender(cluster, messages, clusterClock, openAsks, platform.clock());
        names.attach(this, runtime);
    }

    /**
     * Starts a node and waits until messages can be sent to every actor.
     *
     * @param config   the node
     * @param registry the classes of messages, states and replies, the same on every node
     * @param kinds    the kinds this node can run; a node that only sends needs none
     * @return the system; fails with {@link ClusterException}, and then nothing is left behind
     */
    public static CompletableFuture<ClusterActorSystem> start(
            ClusterConfig config, MessageRegistry registry, Kind<?>... kinds) {
        return start(Cluster.threads(config.nodeId()), config, registry, kinds);
    }

    /**
     * Starts a node on a platform of the caller's choice, such as a simulated one.
     *
     * @param platform what the node stands on, used by no other node
     * @param config   the node
     * @param registry the classes of messages, states and replies, the same on every node
     * @param kinds    the kinds this node can run; a node that only sends needs none
     * @return the system; fails with {@link ClusterException}, and then nothing is left behind
     */
    public static CompletableFuture<ClusterActorSystem> start(
            Platform platform, ClusterConfig config, MessageRegistry registry, Kind<?>... kinds) {
        try {
            ClusterActorSystem system = create(platform, config, registry, kinds);
            return system.start();
        } catch (ClusterException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Makes a node that is not started, for those who cannot wait for it.
     *
     * @param platform what the node stands on, used by no other node
     * @param config   the node
     * @param registry the classes of messages, states and replies, the same on every node
     * @param kinds    the kinds this node can run
     * @return the system; messages sent before it is started wait, but those to kinds in a shard set of their own are
     *     NotExecuted until their set is known
     * @throws ClusterException if kinds, classes and configuration cannot work together
     */
    public static ClusterActorSystem create(
            Platform platform, ClusterConfig config, MessageRegistry registry, Kind<?>... kinds) {
        MessageRegistry.Builder classes = MessageRegistry.builder().addAll(registry);
        Saga.register(classes);
        Addresses addresses = Addresses.register(classes);
        MessageRegistry all = classes.build();
        ClusterActorSystem system =
                new ClusterActorSystem(config, codec(config, all), NodeKinds.checked(kinds, all), platform);
        addresses.attach(system);
        system.host.attach(system);
        return system;
    }

    /** What a message may be, or a state, which has to fit into an entry of the log. */
    private static KryoCodec codec(ClusterConfig config, MessageRegistry classes) {
        return new KryoCodec(classes, Math.max(config.maxMessageLength(), MetadataStore.MAX_VALUE_LENGTH));
    }

    /** {@return completes when messages can be sent to every actor; fails with ClusterException} Call once. */
    public CompletableFuture<ClusterActorSystem> start() {
        CompletableFuture<ClusterActorSystem> ready = new CompletableFuture<>();
        CompletableFuture<?> unused = cluster.start().whenComplete((started, failure) -> {
            if (failure == null) {
                names.begin();
                ready.complete(this);
            } else {
                close();
                Throwable cause = failure.getCause();
                ready.completeExceptionally(cause instanceof ClusterException ? cause : failure);
            }
        });
        return ready;
    }

    /**
     * The address of an actor; no I/O, never fails. The actor comes to be with its first message.
     *
     * @param kind its kind
     * @param id   its id within the kind, 1 to {@value Envelope#MAX_ID_LENGTH} bytes of UTF-8
     * @param <M>  its messages
     * @return the address
     * @throws IllegalArgumentException if the id is empty or too long, or {@link Kind#shardBy} makes no key of it
     */
    public <M> Pid<M> entity(Kind<M> kind, String id) {
        return address(kind, id, null);
    }

    /** The address that was sent or kept, as that of an actor of a kind that this node knows. */
    EntityPid<?> address(String kindName, String id, @Nullable DeliveryGuarantee guarantee) {
        Kind<?> spawned = names.kind(kindName);
        Kind<?> kind = spawned != null ? spawned : host.kind(kindName);
        if (kind == null) {
            throw new IllegalArgumentException("node " + nodeId() + " knows no kind named " + kindName
                    + ", and so not where " + kindName + "/" + id
                    + " is: start it with that kind, which it need not run for that");
        }
        return address(kind, id, guarantee);
    }

    private <M> EntityPid<M> address(Kind<M> kind, String id, @Nullable DeliveryGuarantee guarantee) {
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > Envelope.MAX_ID_LENGTH) {
            throw new IllegalArgumentException("the id of an entity of " + kind + " must have 1 to "
                    + Envelope.MAX_ID_LENGTH + " bytes, not " + length);
        }
        kind.shardKey(id); // what it makes of a wrong id shows here, and not when something is sent
        return new EntityPid<>(kind, new EntityId(kind.name(), id), this, guarantee);
    }

    /**
     * Where an actor lives, or would live with its first message. Reads what this node knows, and asks nobody.
     *
     * @param actor the actor
     * @return what is known
     */
    public Lookup whereIs(Pid<?> actor) {
        return sender.whereIs(EntityPid.of(actor));
    }

    /**
     * Reads the committed state of a durable entity, without a message and wherever it is: its handler does not run.
     *
     * @param actor the entity
     * @param type  the type of its state
     * @param how   how fresh it must be
     * @param <S>   the type of its state
     * @return the state and the revision it reflects; fails as {@link io.troupe.metadata.MetadataStore#txn} does, with
     *     {@link ClusterException} NO_QUORUM if it is LOCAL, this node has no lease, and the kind does not say
     *     {@link QuorumLoss#SERVE_READS}, or with {@link TransportException} if the state has another format than this
     *     node knows
     * @throws IllegalArgumentException if the entity is not durable, its state is of another type, or its kind's set is
     *     not known on this node
     */
    public <S> CompletableFuture<EntityState<S>> read(Pid<?> actor, Class<S> type, Read how) {
        EntityPid<?> entity = EntityPid.of(actor);
        if (entity.kind().stateType() != type) {
            throw new IllegalArgumentException(entity.kind()
                    + (entity.kind().isDurable()
                            ? " keeps a "
                                    + Objects.requireNonNull(entity.kind().stateType())
                                            .getName() + ", not a " + type.getName()
                            : " keeps nothing: ask the actor"));
        }
        if (entity.shard() < 0) {
            throw new IllegalArgumentException("the set of " + entity.kind() + " is not known: start the node with it");
        }
        QuorumLoss without = entity.kind().options().quorumLoss();
        return entityStore.read(entity.shard(), entity.entity(), how, without).thenApply(stored -> {
            KeyValue entry = stored.entry();
            boolean none = entry == null || entry.value().length == CommitId.LENGTH;
            return new EntityState<>(
                    none
                            ? null
                            : type.cast(messages.decode(
                                    Objects.requireNonNull(entry).value(), CommitId.LENGTH)),
                    stored.revision());
        });
    }

    /** {@return a transaction without messages, over durable entities of one shard} */
    public Transaction transaction() {
        return new Transaction(this);
    }

    /**
     * Begins to spawn an actor in the cluster, under a name that nobody else has.
     *
     * @param handler its class; a kind that is {@link Kind#spawnedAs spawned as} it must be among this system's
     * @param <M>     its messages
     * @return what spawns it
     * @throws IllegalArgumentException if there is no such kind
     */
    public <M> ActorBuilder<M> actorOf(Class<? extends Handler<M>> handler) {
        return names.actorOf(handler);
    }

    /**
     * Tells whether a spawned actor bears a name.
     *
     * @param name the name
     * @return with all that was spawned and despawned anywhere before the call; fails with {@link
     *     io.troupe.metadata.MetadataException} if the log cannot be reached
     * @throws IllegalArgumentException if the name is none
     */
    public CompletableFuture<Boolean> actorExists(String name) {
        return names.lookUp(name).thenApply(Optional::isPresent);
    }

    /**
     * Finds the spawned actor that bears a name.
     *
     * @param name the name
     * @return its address, empty if there is none, with all that was spawned and despawned anywhere before the call;
     *     fails with {@link IllegalStateException} if this system does not have its kind, and with
     *     {@link io.troupe.metadata.MetadataException} if the log cannot be reached
     * @throws IllegalArgumentException if the name is none
     */
    public CompletableFuture<Optional<Pid<?>>> get(String name) {
        return names.get(name);
    }

    /**
     * Lists the spawned actors whose names begin with a prefix, a part at a time. Who is in the memory of which node,
     * also without a spawn, is what {@link io.troupe.cluster.ClusterManager#actors} asks the nodes.
     *
     * @param prefix the prefix; empty for all
     * @param after  the {@link SpawnedPage#next} of the part before; null for the first part
     * @param limit  most names of this part, 1 to {@value SpawnedPage#MAX_LIMIT}
     * @return a part, with all that was spawned and despawned anywhere before the call; fails with {@link
     *     io.troupe.metadata.MetadataException} if the log cannot be reached
     * @throws IllegalArgumentException if the limit is out of range
     */
    public CompletableFuture<SpawnedPage> spawnedActors(String prefix, @Nullable String after, int limit) {
        return names.list(prefix, after, limit);
    }

    /**
     * Gives up the name of a spawned actor. When this completes the name is free; the actor itself ends a moment later,
     * when its node has heard of it, and until then handles what comes. After that its messages are refused as
     * {@link SendOutcome.Failed}, unless an actor is spawned under the name again.
     *
     * @param name the name
     * @return false if nobody bears it; fails with {@link io.troupe.metadata.MetadataException} if the log cannot be
     *     reached
     * @throws IllegalArgumentException if the name is none
     */
    public CompletableFuture<Boolean> despawn(String name) {
        return names.despawn(name);
    }

    /**
     * Sends to the spawned actor that bears a name. Two calls for a name that this node has not yet heard of may
     * overtake each other: keep the address that {@link ActorBuilder#spawn} or {@link #get} returns where order
     * matters.
     *
     * @param name      the name
     * @param message   the message
     * @param guarantee what may become of it
     * @return how it ended, NotExecuted(ENDED) if nobody bears the name; fails as {@link #get} does, and with {@link
     *     IllegalArgumentException} if the message is none of the actor's
     * @throws IllegalArgumentException if the name is none, or the message is none of the actor's
     */
    public CompletableFuture<SendOutcome> routeMessage(String name, Object message, DeliveryGuarantee guarantee) {
        return names.route(name, message, Objects.requireNonNull(guarantee));
    }

    /**
     * Chooses the guarantee for what entities are told through this system without one, in place of EXACTLY_ONCE for
     * durable kinds and AT_LEAST_ONCE for volatile ones. What a spawned actor was given goes before it.
     *
     * @param guarantee the guarantee
     */
    public void setDefaultDeliveryGuarantee(DeliveryGuarantee guarantee) {
        usual = Objects.requireNonNull(guarantee);
    }

    /**
     * As {@link #setDefaultDeliveryGuarantee}.
     *
     * @param guarantee the guarantee
     * @return this system
     */
    public ClusterActorSystem withDeliveryGuarantee(DeliveryGuarantee guarantee) {
        setDefaultDeliveryGuarantee(guarantee);
        return this;
    }

    DeliveryGuarantee usualGuarantee(Kind<?> kind) {
        DeliveryGuarantee chosen = usual;
        return chosen != null
                ? chosen
                : kind.isDurable() ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE;
    }

    @Override
    public <M> Pid<M> spawn(Kind<M> kind, String id) {
        return locals.spawn(kind, id);
    }

    @Override
    public <M> Pid<M> spawn(Handler<M> handler, String id) {
        return locals.spawn(handler, id);
    }

    @Override
    public Cluster cluster() {
        return cluster;
    }

    /** {@return this node's id} */
    public String nodeId() {
        return cluster.config().nodeId();
    }

    @Override
    public NodeMetrics metrics() {
        return new NodeMetrics(
                host.activeEntities(),
                host.activationCount(),
                host.passivationCount(),
                cluster.nodes().size(),
                cluster.activeShards(),
                cluster.unsettled(),
                cluster.retransmissions(),
                runtime.deadLetters.count(),
                host.outboxSize(),
                host.reminderCount(),
                sender.counts(),
                cluster.health());
    }

    /**
     * Moves an actor to a node, with all actors of its shard, and keeps it there as long as that node lives and may own
     * it: see {@link io.troupe.cluster.ClusterManager#moveShard}.
     *
     * @param actor  the actor
     * @param nodeId the node
     * @param limit  how long to wait
     * @return how that went; fails with {@link ClusterException}: UNKNOWN_NODE, NOT_ADMITTED
     * @throws IllegalArgumentException if its kind's set is not known on this node
     */
    public CompletableFuture<MoveReport> migrate(Pid<?> actor, String nodeId, Duration limit) {
        return cluster.manager().moveShard(EntityPid.of(actor).shard(), nodeId, limit);
    }

    /**
     * Moves a spawned actor to a node, as {@link #migrate} does, within {@link #DEFAULT_LIMIT}.
     *
     * @param actorId      its name
     * @param targetNodeId the node
     * @return how that went; fails as {@link #get} and {@link #migrate} do, and with {@link IllegalArgumentException}
     *     if nobody bears the name
     * @throws IllegalArgumentException if the name is none
     */
    public CompletableFuture<MoveReport> migrateActor(String actorId, String targetNodeId) {
        return names.demand(actorId).thenCompose(actor -> migrate(actor, targetNodeId, DEFAULT_LIMIT));
    }

    /**
     * Learns of messages that no actor of this node could handle, from now on.
     *
     * @param listener called on a thread that runs actors, in no order: do not block it
     * @return the subscription; close it to hear no more
     */
    @Override
    public Subscription onDeadLetter(Consumer<? super DeadLetter> listener) {
        return runtime.deadLetters.subscribe(listener);
    }

    /** {@return entities that are active on this node} */
    public int activeEntities() {
        return host.activeEntities();
    }

    int shardOf(Kind<?> kind, EntityId entity) {
        return cluster.shardOf(kind.shardSet(), kind.placement(), kind.shardKey(entity.id()));
    }

    LocalActors locals() {
        return locals;
    }

    Messages messages() {
        return messages;
    }

    EntityStore entityStore() {
        return entityStore;
    }

    ClusterClock clusterClock() {
        return clusterClock;
    }

    OpenAsks openAsks() {
        return openAsks;
    }

    EntitySender sender() {
        return sender;
    }

    /**
     * Hands over the actors of this node to the others, leaves the cluster and frees threads, ports and locks. No
     * message above AT_MOST_ONCE is lost, doubled or reordered. When the limit has passed, or nobody can take the
     * actors, it leaves as {@link #close} does. {@link Cluster#onShutdown} adds what is yours to the phases.
     *
     * @param limit how long all of it may take; leaving takes a second more at most
     * @return completes when everything is closed, with how it went; never exceptionally
     */
    public CompletableFuture<ShutdownReport> stop(Duration limit) {
        return cluster.stop(limit).whenComplete((report, failure) -> closeActors());
    }

    /** Leaves the cluster and frees threads, ports and locks. Blocks a few seconds at most. Idempotent. */
    @Override
    public void close() {
        cluster.close();
        closeActors();
    }

    /** Call when the node owns nothing any more: then every handler is about to end. */
    private void closeActors() {
        names.close();
        openAsks.close();
        locals.stop();
        runtime.close();
        locals.close();
    }
}
