package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

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

    private final Executor dispatcher;
    private final Map<OwnedShard, Map<EntityId, Cell>> shards = new ConcurrentHashMap<>();
    private final AtomicLong activations = new AtomicLong();
    private volatile @Nullable ClusterActorSystem system;

    EntityHost(Executor dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Call before the cluster starts to deliver. */
    void attach(ClusterActorSystem newSystem) {
        system = newSystem;
    }

    int activeEntities() {
        return shards.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public void onShardActive(OwnedShard shard) {
        shards.put(shard, new ConcurrentHashMap<>());
    }

    @Override
    public void onShardLost(OwnedShard shard) {
        Map<EntityId, Cell> cells = shards.remove(shard);
        if (cells != null) {
            cells.values().forEach(Cell::stop);
        }
    }

    @Override
    public void onLeaseRenewed() {
        shards.values().forEach(cells -> cells.values().forEach(Cell::wake));
    }

    /** Called under the shard's lock: the order of calls is the order of the mailboxes. */
    @Override
    public void deliver(InboundMessage message) {
        ClusterActorSystem current = system;
        Map<EntityId, Cell> cells = shards.get(message.shard());
        if (current == null || cells == null) {
            return; // lost in this very moment: unsettled, so it is sent again
        }
        Envelope envelope;
        try {
            envelope = Envelope.decode(message.content());
        } catch (IllegalArgumentException e) {
            refuse(current, message, "undecodable: " + e.getMessage());
            return;
        }
        Kind<?> kind = current.kind(envelope.target().kind());
        if (kind == null) {
            refuse(
                    current,
                    message,
                    "node " + current.nodeId() + " has no kind named "
                            + envelope.target().kind() + ": register it on every node of the seed list");
            return;
        }
        Cell cell = cells.get(envelope.target());
        if (cell == null) {
            try {
                cell = activate(current, kind, envelope.target(), message.shard());
            } catch (RuntimeException e) {
                LOG.error("entity {} cannot be activated", envelope.target(), e);
                refuse(current, message, "cannot be activated: " + e);
                return;
            }
            cells.put(envelope.target(), cell);
        }
        if (!cell.offer(new Letter(message, envelope.bodyOffset()))) {
            refuse(current, message, "the mailbox of " + envelope.target() + " is full (" + Cell.MAX_MAILBOX + ")");
        }
    }

    private <M> Cell activate(ClusterActorSystem current, Kind<M> kind, EntityId id, OwnedShard shard) {
        Pid<M> self = current.entity(kind, id.id());
        return kind.isDurable()
                ? new DurableCell<>(
                        self,
                        shard,
                        current.messages(),
                        current.entityStore(),
                        activations.incrementAndGet(),
                        dispatcher)
                : new VolatileCell<>(self, shard, current.messages(), dispatcher);
    }

    /** Ends a message that no entity can take: in the log, so that no copy of it can take effect later. */
    private static void refuse(ClusterActorSystem current, InboundMessage message, String why) {
        LOG.warn("message {} is refused: {}", message.id(), why);
        if (message.isOneWay()) {
            return;
        }
        byte[] reason = why.getBytes(StandardCharsets.UTF_8);
        CompletableFuture<?> unused = current.entityStore()
                .settle(message.shard(), message.settle(Ending.FAILED, reason))
                .whenComplete((result, failure) -> {
                    if (result instanceof TxnResult.Succeeded) {
                        message.end(Ending.FAILED, reason);
                    } else if (result instanceof TxnResult.SettleRefused refused
                            && refused.reason() == TxnResult.Reason.SETTLED) {
                        message.endAsSettled(refused.outcome(), refused.reply());
                    } // else the shard has moved on: its next owner answers
                });
    }
}
