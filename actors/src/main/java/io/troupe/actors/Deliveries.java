package io.troupe.actors;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a message from the node into the mailbox of its entity, which its first message activates. What a sender
 * has sent comes under the lock of its shard, so the order of the calls is the order of the mailboxes; what an entity
 * has promised itself comes on any thread.
 */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private final EntityHost host;
    private final ClusterActorSystem system;
    private final Map<String, KindHost> kinds;
    private final Undelivered undelivered;
    private final AtomicLong activations = new AtomicLong();

    Deliveries(EntityHost host, ClusterActorSystem system, Map<String, KindHost> kinds, Undelivered undelivered) {
        this.host = host;
        this.system = system;
        this.kinds = kinds;
        this.undelivered = undelivered;
    }

    /** What a sender has sent: to one entity, or a transaction. Under the shard's lock. */
    void deliver(InboundMessage message, ShardCells cells) {
        byte[] content = message.content();
        if (TransactionCodec.isTransaction(content)) {
            deliverParts(message, cells);
            return;
        }
        int headerLength = Envelope.headerLength(content);
        Cell recent = headerLength == 0 ? null : cells.recent.find(content, headerLength);
        if (recent != null && recent.offer(new Letter(message, headerLength, system.messages())) == Cell.Offer.TAKEN) {
            return;
        }
        EntityId target = deliverByName(message, cells);
        if (target != null && recent == null && headerLength > 0 && cells.recent.isToNote(content)) {
            Cell cell = cells.byId.get(target);
            if (cell != null) {
                cells.recent.note(content, headerLength, cell);
            }
        }
    }

    /** {@return the entity that it is for; null if it is for none} */
    private @Nullable EntityId deliverByName(InboundMessage message, ShardCells cells) {
        Envelope envelope;
        try {
            envelope = Envelope.decode(message.content());
        } catch (IllegalArgumentException e) {
            undelivered.refuse(null, message, Ending.FAILED, "undecodable: " + e.getMessage());
            return null;
        }
        InboundMessage received = envelope.origin() == null ? message : new RelayedMessage(message, envelope.origin());
        if (envelope.before() > 0) {
            received = new TimelyMessage(received, envelope.before(), system.clusterClock());
        }
        KindHost kind = kinds.get(envelope.target().kind());
        if (kind == null) {
            refuseUnhosted(envelope.target(), received);
            return null;
        }
        place(new Letter(received, envelope.bodyOffset(), system.messages()), envelope.target(), cells, kind);
        return envelope.target();
    }

    private void refuseUnhosted(EntityId target, InboundMessage message) {
        undelivered.refuse(
                target,
                message,
                Ending.UNHOSTED,
                "node " + system.nodeId() + " has no kind named " + target.kind()
                        + ": register it on every node that owns shards");
    }

    /** Into the mailbox, or what a full one asks for instead. */
    private void place(Letter letter, EntityId target, ShardCells cells, KindHost kind) {
        while (!put(letter, target, cells, kind)) {
            String full = "the mailbox of " + target + " is full (" + kind.mailbox + ")";
            if (!kind.dropsOldest) {
                undelivered.overflow(target, kind, letter.message(), full);
                return;
            }
            Cell cell = cells.byId.get(target);
            if (cell != null && cell.pushOut() instanceof Letter oldest) {
                undelivered.overflow(target, kind, oldest.message(), full + ", and a newer message took its place");
            }
        }
    }

    /**
     * To every entity at once, and under the shard's lock: so the transactions of a shard come to all mailboxes in one
     * order, and no two of them can wait for each other.
     */
    private void deliverParts(InboundMessage message, ShardCells cells) {
        TransactionCodec.Content content;
        List<Envelope> envelopes;
        try {
            content = TransactionCodec.decode(message.content());
            envelopes = TransactionCodec.envelopes(content);
        } catch (IllegalArgumentException e) {
            undelivered.refuse(null, message, Ending.FAILED, "undecodable: " + e.getMessage());
            return;
        }
        InboundMessage received =
                content.before() == 0 ? message : new TimelyMessage(message, content.before(), system.clusterClock());
        for (Envelope envelope : envelopes) {
            KindHost kind = kinds.get(envelope.target().kind());
            if (kind == null) {
                refuseUnhosted(envelope.target(), received);
                return;
            }
            if (!kind.kind.isDurable()) {
                undelivered.refuse(
                        envelope.target(),
                        received,
                        Ending.FAILED,
                        kind.kind + " commits nothing on node " + system.nodeId()
                                + ": start all nodes with the same kinds");
                return;
            }
        }
        TransactionRun run = new TransactionRun(received, envelopes.size(), cells, host);
        for (int number = 0; number < envelopes.size() && !run.isOver(); number++) {
            Envelope envelope = envelopes.get(number);
            TransactionPart part =
                    new TransactionPart(run, number, content.messages().get(number));
            place(
                    new Letter(part, envelope.bodyOffset(), system.messages()),
                    envelope.target(),
                    cells,
                    Objects.requireNonNull(kinds.get(envelope.target().kind())));
        }
    }

    /** What an entity of the shard has promised itself. Any thread. */
    void deliverOwn(OwnMessage message, ShardCells cells) {
        Envelope envelope = Envelope.decode(message.content());
        KindHost kind = kinds.get(envelope.target().kind());
        if (kind == null) {
            LOG.debug("entity {} waits for a node with its kind", envelope.target());
            return; // it stands in the store: the next owner of the shard may have the kind
        }
        Letter letter = new Letter(message, envelope.bodyOffset(), system.messages());
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
                } catch (Throwable failure) { // of its handler: this is a thread that others wait for
                    LOG.error("entity {} cannot be activated", target, failure);
                    undelivered.refuse(target, letter.message(), Ending.FAILED, "cannot be activated: " + failure);
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

    private <M> Cell activate(Kind<M> kind, String id, ShardCells cells, KindHost kindHost) {
        // The kind's own name: an idle entity then needs no copy of it.
        EntityPid<M> self = new EntityPid<>(kind, new EntityId(kind.name(), id), system);
        return kind.isDurable()
                ? new DurableCell<>(self, cells, kindHost, host, system, activations.incrementAndGet())
                : new EntityCell<>(self, cells, kindHost);
    }
}
