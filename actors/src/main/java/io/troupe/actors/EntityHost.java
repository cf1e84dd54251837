package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.spi.ActorRange;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entities that are active on this node, by owned shard. An entity is activated by its first message; when the
 * shard is lost all of it is dropped: what was committed is in the store, and what was not is sent again.
 */
final class EntityHost implements HostedActors {
    private static final Logger LOG = LoggerFactory.getLogger(EntityHost.class);

    private final Set<String> kinds;
    private final Set<ShardSet> sets;
    private final ActorRuntime runtime;
    /** The cells of each shard's present ownership. An array, so that everything is visited in the order of the shards. */
    private final AtomicReferenceArray<@Nullable ShardCells> shards;

    /** What the store was too busy for. */
    private final ConcurrentLinkedQueue<Runnable> postponed = new ConcurrentLinkedQueue<>();

    private final AtomicLong activations = new AtomicLong();
    private final Map<String, Kind<?>> kindsByName;
    /** Some kind of this node is durable: only then has a shard duties. */
    private final boolean isDurable;

    /** What each kind has here, once attached; written before the system, and read after it. */
    private Map<String, KindHost> kindHosts = Map.of();

    private @Nullable Passivation passivation;

    private volatile @Nullable ClusterActorSystem system;

    EntityHost(int shards, Map<String, Kind<?>> kinds, ActorRuntime runtime) {
        kindsByName = kinds;
        this.kinds = kinds.keySet();
        isDurable = kinds.values().stream().anyMatch(Kind::isDurable);
        sets = kinds.values().stream()
                .map(Kind::shardSet)
                .filter(set -> !set.isDefault())
                .collect(Collectors.toUnmodifiableSet());
        this.shards = new AtomicReferenceArray<>(shards);
        this.runtime = runtime;
    }

    /** Call before the cluster starts to deliver. */
    void attach(ClusterActorSystem newSystem) {
        Map<String, KindHost> hosts = new HashMap<>();
        kindsByName.forEach((name, kind) -> hosts.put(name, new KindHost(kind, runtime)));
        kindHosts = hosts;
        passivation = new Passivation(this, shards.length(), hosts.values(), runtime.nanoTime());
        system = newSystem;
    }

    int activeEntities() {
        int[] active = {0};
        forEach(cells -> active[0] += cells.byId.size());
        return active[0];
    }

    @Override
    public Set<String> kinds() {
        return kinds;
    }

    @Override
    public Set<String> degradable() {
        return kindsByName.values().stream()
                .filter(kind -> kind.options().quorumLoss() != QuorumLoss.STOP)
                .map(Kind::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean goesOnUnfenced(byte[] content) {
        try {
            KindHost kind = kindHosts.get(Envelope.decode(content).target().kind());
            return kind != null && kind.goesOnUnfenced;
        } catch (IllegalArgumentException e) {
            return false; // refused once there is a lease again
        }
    }

    @Override
    public void onAnswer(AnswerAddress to, byte[] answer) {
        ClusterActorSystem current = system;
        if (current != null) {
            boolean unused = current.openAsks().onAnswer(to, answer);
        }
    }

    OpenAsks openAsks() {
        return system().openAsks();
    }

    /** Not on a thread of the cluster: there may be many. */
    @Override
    public void list(ActorRange range, Consumer<List<ActorInfo>> found) {
        try {
            runtime.dispatcher.execute(() -> {
                Census census = new Census(system().nodeId(), range);
                for (int shard = range.shard(); shard < shards.length() && !census.isFull(); shard++) {
                    ShardCells cells = shards.get(shard);
                    if (cells != null) {
                        census.add(cells);
                    }
                }
                found.accept(census.result());
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed before the actors of this node were listed");
        }
    }

    @Override
    public Set<ShardSet> sets() {
        return sets;
    }

    @Override
    public void onShardActive(OwnedShard shard) {
        ShardCells cells = new ShardCells(shard, this);
        ShardCells earlier = shards.getAndSet(shard.shard(), cells);
        if (earlier != null) {
            end(earlier.stop()); // its end is still to be told by another thread
        }
        if (isDurable) {
            cells.duties.load();
        }
    }

    @Override
    public void onShardLost(OwnedShard shard) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard && shards.compareAndSet(shard.shard(), cells, null)) {
            end(cells.stop());
        }
    }

    /** Not on a thread of the cluster: there may be many. */
    private void end(List<Cell> stopped) {
        if (!stopped.isEmpty()) {
            try {
                runtime.dispatcher.execute(() -> stopped.forEach(Cell::wake));
            } catch (RejectedExecutionException e) {
                LOG.debug("closed before {} entities could end", stopped.size());
            }
        }
    }

    @Override
    public void onShardMoving(OwnedShard shard, Runnable quiet) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.whenQuiet(quiet);
        }
    }

    @Override
    public void onShardResumed(OwnedShard shard) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.forget();
            cells.byId.values().forEach(Cell::wake);
        }
    }

    /** Wakes a cell with the next tick. */
    void wakeSoon(Cell cell) {
        postponed.add(cell::wake);
    }

    /** Runs a step with the next tick. */
    void soon(Runnable step) {
        postponed.add(step);
    }

    private ClusterActorSystem system() {
        return Objects.requireNonNull(system);
    }

    EntityStore store() {
        return system().entityStore();
    }

    Cluster cluster() {
        return system().cluster();
    }

    ClusterClock clock() {
        return system().clusterClock();
    }

    Platform platform() {
        return runtime.platform;
    }

    /** {@return messages that entities of this node have sent and that have not arrived as far as is known} */
    long outboxSize() {
        return sum(cells -> cells.duties.outboxSize());
    }

    /** {@return reminders of entities of this node's shards} */
    long reminderCount() {
        return sum(cells -> cells.duties.reminderCount());
    }

    private long sum(ToIntFunction<ShardCells> counts) {
        long[] sum = {0};
        forEach(cells -> sum[0] += counts.applyAsInt(cells));
        return sum[0];
    }

    @Override
    public void onTick() {
        for (int waiting = postponed.size(); waiting > 0; waiting--) {
            Runnable step = postponed.poll();
            if (step != null) {
                step.run();
            }
        }
        ClusterActorSystem current = system;
        if (current != null) {
            Objects.requireNonNull(passivation).onTick(runtime.nanoTime());
            if (isDurable) {
                long clusterMillis = current.clusterClock().loggedMillis();
                forEach(cells -> cells.duties.onTick(clusterMillis));
            }
        }
    }

    @Override
    public void onLeaseRenewed() {
        forEach(cells -> cells.byId.values().forEach(Cell::wake));
    }

    void forEachCell(int shard, Consumer<Cell> visitor) {
        ShardCells cells = shards.get(shard);
        if (cells != null) {
            cells.byId.values().forEach(visitor);
        }
    }

    void forEachCell(Consumer<Cell> visitor) {
        forEach(cells -> cells.byId.values().forEach(visitor));
    }

    long activationCount() {
        return kindHosts.values().stream().mapToLong(KindHost::activations).sum();
    }

    long passivationCount() {
        return kindHosts.values().stream().mapToLong(KindHost::passivations).sum();
    }

    private void forEach(Consumer<ShardCells> visitor) {
        for (int shard = 0; shard < shards.length(); shard++) {
            ShardCells cells = shards.get(shard);
            if (cells != null) {
                visitor.accept(cells);
            }
        }
    }

    /** Called under the shard's lock: the order of calls is the order of the mailboxes. */
    @Override
    public void deliver(InboundMessage message) {
        ClusterActorSystem current = system;
        ShardCells cells = shards.get(message.shard().shard());
        if (current == null || cells == null || cells.shard != message.shard()) {
            return; // lost in this very moment: unsettled, so it is sent again
        }
        if (TransactionCodec.isTransaction(message.content())) {
            deliverParts(current, message, cells);
            return;
        }
        Envelope envelope;
        try {
            envelope = Envelope.decode(message.content());
        } catch (IllegalArgumentException e) {
            refuse(current, null, message, Ending.FAILED, "undecodable: " + e.getMessage());
            return;
        }
        InboundMessage received = envelope.origin() == null ? message : new RelayedMessage(message, envelope.origin());
        if (envelope.before() > 0) {
            received = new TimelyMessage(received, envelope.before(), current.clusterClock());
        }
        KindHost kind = kindHosts.get(envelope.target().kind());
        if (kind == null) {
            refuseUnhosted(current, envelope.target(), received);
            return;
        }
        deliver(new Letter(received, envelope.bodyOffset(), current.messages()), envelope.target(), cells, kind);
    }

    private void refuseUnhosted(ClusterActorSystem current, EntityId target, InboundMessage message) {
        refuse(
                current,
                target,
                message,
                Ending.UNHOSTED,
                "node " + current.nodeId() + " has no kind named " + target.kind()
                        + ": register it on every node that owns shards");
    }

    private void deliver(Letter letter, EntityId target, ShardCells cells, KindHost kind) {
        while (!put(letter, target, cells, kind)) {
            String full = "the mailbox of " + target + " is full (" + kind.mailbox + ")";
            if (!kind.dropsOldest) {
                overflow(letter.message(), target, kind, full);
                return;
            }
            Cell cell = cells.byId.get(target);
            if (cell != null && cell.pushOut() instanceof Letter oldest) {
                overflow(oldest.message(), target, kind, full + ", and a newer message took its place");
            }
        }
    }

    /**
     * To every entity at once, and under the shard's lock: so the transactions of a shard come to all mailboxes in one
     * order, and no two of them can wait for each other.
     */
    private void deliverParts(ClusterActorSystem current, InboundMessage message, ShardCells cells) {
        TransactionCodec.Content content;
        List<Envelope> envelopes;
        try {
            content = TransactionCodec.decode(message.content());
            envelopes = TransactionCodec.envelopes(content);
        } catch (IllegalArgumentException e) {
            refuse(current, null, message, Ending.FAILED, "undecodable: " + e.getMessage());
            return;
        }
        InboundMessage received =
                content.before() == 0 ? message : new TimelyMessage(message, content.before(), current.clusterClock());
        for (Envelope envelope : envelopes) {
            KindHost kind = kindHosts.get(envelope.target().kind());
            if (kind == null) {
                refuseUnhosted(current, envelope.target(), received);
                return;
            }
            if (!kind.kind.isDurable()) {
                refuse(
                        current,
                        envelope.target(),
                        received,
                        Ending.FAILED,
                        kind.kind + " commits nothing on node " + current.nodeId()
                                + ": start all nodes with the same kinds");
                return;
            }
        }
        TransactionRun run = new TransactionRun(received, envelopes.size(), cells, this);
        for (int number = 0; number < envelopes.size() && !run.isOver(); number++) {
            Envelope envelope = envelopes.get(number);
            TransactionPart part =
                    new TransactionPart(run, number, content.messages().get(number));
            deliver(
                    new Letter(part, envelope.bodyOffset(), current.messages()),
                    envelope.target(),
                    cells,
                    Objects.requireNonNull(kindHosts.get(envelope.target().kind())));
        }
    }

    /** What an entity of the shard has promised itself. Any thread. */
    void deliver(ShardCells cells, OwnMessage message) {
        Envelope envelope = Envelope.decode(message.content());
        KindHost kind = kindHosts.get(envelope.target().kind());
        if (kind == null) {
            LOG.debug("entity {} waits for a node with its kind", envelope.target());
            return; // it stands in the store: the next owner of the shard may have the kind
        }
        Letter letter = new Letter(message, envelope.bodyOffset(), system().messages());
        if (!put(letter, envelope.target(), cells, kind)) {
            message.promise().onPostponed();
        }
    }

    /** False if the mailbox is full. */
    private boolean put(Letter letter, EntityId target, ShardCells cells, KindHost kind) {
        for (; ; ) {
            Cell cell = cells.byId.get(target);
            if (cell == null) {
                try {
                    cell = activate(kind.kind, target.id(), cells, kind);
                } catch (RuntimeException e) {
                    LOG.error("entity {} cannot be activated", target, e);
                    refuse(target, letter.message(), "cannot be activated: " + e);
                    return true;
                }
                cell = cells.add(cell);
            }
            switch (cell.offer(letter)) {
                case TAKEN -> {
                    return true;
                }
                case CLOSED -> cells.remove(cell); // it has just left the memory, or is about to say so
                case FULL -> {
                    return false;
                }
            }
        }
    }

    /** Ends a message that has no place. Not logged: there may be very many. */
    private void overflow(InboundMessage message, EntityId target, KindHost kind, String why) {
        if (message instanceof OwnMessage own) {
            own.promise().onPostponed();
            return;
        }
        if (message instanceof TransactionPart part) {
            if (part.run().abandon()) {
                overflow(part.run().carrier(), target, kind, why);
            }
            return;
        }
        deadLetter(target, message, why);
        if (message.isOneWay()) {
            return;
        }
        byte[] reason = why.getBytes(StandardCharsets.UTF_8);
        if (kind.kind.isDurable()) {
            settle(system(), message, Ending.FULL, reason);
            return;
        }
        try {
            runtime.dispatcher.execute(() -> message.end(Ending.FULL, reason)); // nobody is told under a shard's lock
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: message {} stays unsettled", message.id());
        }
    }

    private <M> Cell activate(Kind<M> kind, String id, ShardCells cells, KindHost kindHost) {
        ClusterActorSystem current = system();
        // The kind's own name: an idle entity then needs no copy of it.
        EntityPid<M> self = new EntityPid<>(kind, new EntityId(kind.name(), id), current);
        return kind.isDurable()
                ? new DurableCell<>(self, cells, kindHost, this, current, activations.incrementAndGet())
                : new EntityCell<>(self, cells, kindHost);
    }

    /** Ends a message that no entity can take: in the log, so that no copy of it can take effect later. */
    void refuse(EntityId target, InboundMessage message, String why) {
        refuse(system(), target, message, Ending.FAILED, why);
    }

    /** Not logged: there may be very many. */
    void deadLetter(@Nullable EntityId target, InboundMessage message, String why) {
        runtime.deadLetters.add(target, message.id(), why);
    }

    private void refuse(
            ClusterActorSystem current, @Nullable EntityId target, InboundMessage message, Ending ending, String why) {
        if (message instanceof TransactionPart part) {
            if (part.run().abandon()) {
                String refusal = TransactionCodec.refusal(part.number(), why);
                refuse(current, target, part.run().carrier(), ending, refusal);
            }
            return;
        }
        LOG.warn("message {} is refused: {}", message.id(), why);
        deadLetter(target, message, why);
        if (!message.isOneWay()) {
            settle(current, message, ending, why.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void settle(ClusterActorSystem current, InboundMessage message, Ending ending, byte[] reason) {
        CompletableFuture<TxnResult> settled =
                current.entityStore().guarded(message.shard(), List.of(message.settle(ending, reason)));
        if (EntityStore.refusal(settled) != null) {
            postponed.add(() -> settle(current, message, ending, reason));
            return;
        }
        CompletableFuture<?> unused = settled.whenComplete((result, failure) -> {
            if (result instanceof TxnResult.Succeeded) {
                message.end(ending, reason);
            } else if (result instanceof TxnResult.SettleRefused refused) {
                RelayedMessage.endAsRefused(message, refused);
            } // else the shard has moved on: its next owner answers
        });
    }
}
