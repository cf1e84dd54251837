package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.troupe.cluster.ShardSet;
import io.troupe.cluster.Subscription;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.cluster.spi.OwnedShard;
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
    private final Executor dispatcher;
    /** The cells of each shard's present ownership. An array, so that everything is visited in the order of the shards. */
    private final AtomicReferenceArray<@Nullable Cells> shards;

    /** What the store was too busy for. */
    private final ConcurrentLinkedQueue<Runnable> postponed = new ConcurrentLinkedQueue<>();

    private final LongAdder deadLetters = new LongAdder();
    private final List<Consumer<? super DeadLetter>> deadLetterListeners = new CopyOnWriteArrayList<>();
    private final AtomicLong activations = new AtomicLong();
    private volatile @Nullable ClusterActorSystem system;

    /** The active entities of one ownership. */
    private record Cells(OwnedShard shard, ShardGate gate, Map<EntityId, Cell> byId) {
        void stop() {
            byId.values().forEach(Cell::stop);
        }
    }

    EntityHost(int shards, Collection<Kind<?>> kinds, Executor dispatcher) {
        this.kinds = kinds.stream().map(Kind::name).collect(Collectors.toUnmodifiableSet());
        sets = kinds.stream()
                .map(Kind::shardSet)
                .filter(set -> !set.isDefault())
                .collect(Collectors.toUnmodifiableSet());
        this.shards = new AtomicReferenceArray<>(shards);
        this.dispatcher = dispatcher;
    }

    /** Call before the cluster starts to deliver. */
    void attach(ClusterActorSystem newSystem) {
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
    public Set<ShardSet> sets() {
        return sets;
    }

    @Override
    public void onShardActive(OwnedShard shard) {
        Cells earlier = shards.getAndSet(shard.shard(), new Cells(shard, new ShardGate(), new ConcurrentHashMap<>()));
        if (earlier != null) {
            earlier.stop(); // its end is still to be told by another thread
        }
    }

    @Override
    public void onShardLost(OwnedShard shard) {
        Cells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard && shards.compareAndSet(shard.shard(), cells, null)) {
            cells.stop();
        }
    }

    @Override
    public void onShardMoving(OwnedShard shard, Runnable quiet) {
        Cells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.whenQuiet(quiet);
        }
    }

    @Override
    public void onShardResumed(OwnedShard shard) {
        Cells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.forget();
            cells.byId.values().forEach(Cell::wake);
        }
    }

    /** Wakes a cell with the next tick. */
    void wakeSoon(Cell cell) {
        postponed.add(cell::wake);
    }

    @Override
    public void onTick() {
        for (int waiting = postponed.size(); waiting > 0; waiting--) {
            Runnable step = postponed.poll();
            if (step != null) {
                step.run();
            }
        }
    }

    @Override
    public void onLeaseRenewed() {
        forEach(cells -> cells.byId.values().forEach(Cell::wake));
    }

    private void forEach(Consumer<Cells> visitor) {
        for (int shard = 0; shard < shards.length(); shard++) {
            Cells cells = shards.get(shard);
            if (cells != null) {
                visitor.accept(cells);
            }
        }
    }

    /** Called under the shard's lock: the order of calls is the order of the mailboxes. */
    @Override
    public void deliver(InboundMessage message) {
        ClusterActorSystem current = system;
        Cells cells = shards.get(message.shard().shard());
        if (current == null || cells == null || cells.shard != message.shard()) {
            return; // lost in this very moment: unsettled, so it is sent again
        }
        Envelope envelope;
        try {
            envelope = Envelope.decode(message.content());
        } catch (IllegalArgumentException e) {
            refuse(current, null, message, "undecodable: " + e.getMessage());
            return;
        }
        Kind<?> kind = current.kind(envelope.target().kind());
        if (kind == null) {
            refuse(
                    current,
                    envelope.target(),
                    message,
                    "node " + current.nodeId() + " has no kind named "
                            + envelope.target().kind() + ": register it on every node that owns shards");
            return;
        }
        Cell cell = cells.byId.get(envelope.target());
        if (cell == null) {
            try {
                cell = activate(current, kind, envelope.target(), cells);
            } catch (RuntimeException e) {
                LOG.error("entity {} cannot be activated", envelope.target(), e);
                refuse(current, envelope.target(), message, "cannot be activated: " + e);
                return;
            }
            cells.byId.put(envelope.target(), cell);
        }
        if (!cell.offer(new Letter(message, envelope.bodyOffset()))) {
            refuse(
                    current,
                    envelope.target(),
                    message,
                    "the mailbox of " + envelope.target() + " is full (" + Cell.MAX_MAILBOX + ")");
        }
    }

    private <M> Cell activate(ClusterActorSystem current, Kind<M> kind, EntityId id, Cells cells) {
        Pid<M> self = current.entity(kind, id.id());
        return kind.isDurable()
                ? new DurableCell<>(self, cells.shard, cells.gate, this, activations.incrementAndGet(), dispatcher)
                : new VolatileCell<>(self, cells.shard, cells.gate, this, dispatcher);
    }

    /** Ends a message that no entity can take: in the log, so that no copy of it can take effect later. */
    void refuse(EntityId target, InboundMessage message, String why) {
        refuse(Objects.requireNonNull(system), target, message, why);
    }

    /** Tells whoever listens that no actor has handled a message; not here, where a shard's lock may be held. */
    void deadLetter(@Nullable EntityId target, InboundMessage message, String why) {
        deadLetters.increment();
        if (deadLetterListeners.isEmpty()) {
            return;
        }
        DeadLetter letter = new DeadLetter(target, message.isOneWay() ? null : message.id(), why);
        try {
            dispatcher.execute(() -> tellOf(letter));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed before anybody heard of {}", letter);
        }
    }

    private void tellOf(DeadLetter letter) {
        for (Consumer<? super DeadLetter> listener : deadLetterListeners) {
            try {
                listener.accept(letter);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed to hear of {}", letter, e);
            }
        }
    }

    long deadLetters() {
        return deadLetters.sum();
    }

    Subscription onDeadLetter(Consumer<? super DeadLetter> listener) {
        deadLetterListeners.add(listener);
        return () -> deadLetterListeners.remove(listener);
    }

    private void refuse(ClusterActorSystem current, @Nullable EntityId target, InboundMessage message, String why) {
        LOG.warn("message {} is refused: {}", message.id(), why);
        deadLetter(target, message, why);
        if (!message.isOneWay()) {
            settleAsFailed(current, message, why.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void settleAsFailed(ClusterActorSystem current, InboundMessage message, byte[] reason) {
        CompletableFuture<TxnResult> settled =
                current.entityStore().settle(message.shard(), message.settle(Ending.FAILED, reason));
        if (EntityStore.refusal(settled) != null) {
            postponed.add(() -> settleAsFailed(current, message, reason));
            return;
        }
        CompletableFuture<?> unused = settled.whenComplete((result, failure) -> {
            if (result instanceof TxnResult.Succeeded) {
                message.end(Ending.FAILED, reason);
            } else if (result instanceof TxnResult.SettleRefused refused
                    && refused.reason() == TxnResult.Reason.SETTLED) {
                message.endAsSettled(refused.outcome(), refused.reply());
            } // else the shard has moved on: its next owner answers
        });
    }
}
