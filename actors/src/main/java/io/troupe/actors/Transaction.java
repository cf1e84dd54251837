package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;

/**
 * Messages to durable entities of one shard that take effect together or not at all: from {@link
 * ClusterActorSystem#transaction()}. Each entity's handler decides about its own message, on the state after all
 * earlier messages. If none rejects or fails, all that their effects say is one entry of the log; else nothing of it
 * is. Exactly once, like a message: it has one settle mark, and its commit is fenced. While it waits for its turn at
 * one entity, those where it has arrived do nothing else.
 *
 * <p>Entities share a shard if their kinds say so: {@link Kind#shardBy}, {@link Kind#colocateWith}. For others there is
 * {@link Saga}. Not safe for several threads.
 */
public final class Transaction {
    /** Entities of one transaction. */
    public static final int MAX_ENTITIES = 32;

    private final ClusterActorSystem system;
    private final List<Part> parts = new ArrayList<>();

    private record Part(EntityPid<?> entity, Object message) {}

    Transaction(ClusterActorSystem system) {
        this.system = system;
    }

    /**
     * Adds a message to an entity.
     *
     * @param entity  the entity: durable, and on the shard of the others
     * @param message the message; a {@link Query} if an answer is wanted, with {@link Effect#thenReply}. Its class must
     *     be registered
     * @param <M>     its messages
     * @return this
     * @throws IllegalArgumentException if the entity is not durable, is on another shard, or has a message of this
     *     transaction, if the message is none of its kind, or if there are {@value #MAX_ENTITIES} already
     */
    public <M> Transaction with(Pid<M> entity, M message) {
        EntityPid<?> to = EntityPid.of(entity);
        Objects.requireNonNull(message, () -> "a transaction needs a message for " + to + ": leave it out instead");
        if (!to.kind().isDurable()) {
            throw new IllegalArgumentException(
                    to + " cannot be in a transaction, for " + to.kind() + " commits nothing: use a durable kind");
        }
        if (parts.size() == MAX_ENTITIES) {
            throw new IllegalArgumentException("a transaction has " + MAX_ENTITIES + " entities at most, and " + to
                    + " is one more: split it, or use a saga");
        }
        for (Part part : parts) {
            if (part.entity.entity().equals(to.entity())) {
                throw new IllegalArgumentException(
                        to + " has a message of this transaction already: an entity decides once,"
                                + " so make one message of both");
            }
            refuseOtherShard(part.entity, to);
        }
        parts.add(new Part(to, to.kind().checked(to, message)));
        return this;
    }

    private static void refuseOtherShard(EntityPid<?> first, EntityPid<?> other) {
        if (first.shard() >= 0 && other.shard() >= 0 && first.shard() != other.shard()) {
            throw new IllegalArgumentException(other + " is on shard " + other.shard() + ", " + first + " on shard "
                    + first.shard()
                    + ": a transaction is one commit of one shard. Bring them together with Kind.shardBy"
                    + " or Kind.colocateWith, or use a saga");
        }
    }

    /**
     * Runs the transaction EXACTLY_ONCE. Calling it again runs another one with the same messages.
     *
     * @return completes with how it ended, once that is known; cancelling it takes the transaction back if it has not
     *     arrived. Fails only with {@link io.troupe.transport.TransportException}, if an answer cannot be read here:
     *     then it is committed
     * @throws IllegalStateException if it has no message, or this is called in the handler of a durable entity
     * @throws io.troupe.transport.TransportException if a class is not registered or the messages together are too long
     */
    public CompletableFuture<TransactionOutcome> commit() {
        return commit(0);
    }

    /**
     * As {@link #commit()}, soon or never: {@link Pid#commitBefore} says by which clock.
     *
     * @param limit how long it may take from now on until it is committed, 1 ms to a day; later it is NotExecuted with
     *     DEADLINE_PASSED, which is final
     * @return as {@link #commit()}
     * @throws IllegalArgumentException if the limit is out of range
     * @throws IllegalStateException as {@link #commit()}
     */
    public CompletableFuture<TransactionOutcome> commitBefore(Duration limit) {
        if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(CommitBefore.LONGEST) > 0) {
            throw new IllegalArgumentException("a transaction can be given 1 ms to " + CommitBefore.LONGEST.toDays()
                    + " day to be committed, not " + limit);
        }
        return commit(limit.toMillis());
    }

    private CompletableFuture<TransactionOutcome> commit(long withinMillis) {
        if (parts.isEmpty()) {
            throw new IllegalStateException(
                    "a transaction without messages has no effect: add some with(entity, message)");
        }
        EntityPid<?> first = parts.get(0).entity;
        Cell.refuseInDurableHandler(first);
        List<byte[]> messages = new ArrayList<>(parts.size());
        List<EntityId> entities = new ArrayList<>(parts.size());
        for (Part part : parts) {
            refuseOtherShard(first, part.entity);
            if (part.entity.shard() < 0) {
                return CompletableFuture.completedFuture(
                        new TransactionOutcome.NotExecuted(SendOutcome.Reason.NO_SUCH_KIND));
            }
            entities.add(part.entity.entity());
            messages.add(Envelope.encode(part.entity.entity(), system.messages().encode(part.message)));
        }
        long before = withinMillis == 0 ? 0 : system.clusterClock().nowMillis() + withinMillis;
        byte[] content = TransactionCodec.encode(new TransactionCodec.Content(before, messages));
        return system.sender().send(first.shard(), content, (ended, reply) -> outcome(entities, ended, reply));
    }

    /**
     * Settles what is unknown of this transaction: from then on it has either taken effect, or never will.
     *
     * @param unknown what {@link #commit()} said
     * @return as {@link Pid#resolve}; one that is committed has no answers here
     */
    public CompletableFuture<TransactionOutcome> resolve(TransactionOutcome.Unknown unknown) {
        List<EntityId> entities =
                parts.stream().map(part -> part.entity.entity()).toList();
        return system.cluster().resolve(unknown.messageId()).thenApply(ended -> outcome(entities, ended, new byte[0]));
    }

    private TransactionOutcome outcome(List<EntityId> entities, SendOutcome ended, byte[] reply) {
        if (ended instanceof SendOutcome.Committed committed) {
            return new TransactionOutcome.Committed(committed.epoch(), answers(entities, reply));
        } else if (ended instanceof SendOutcome.Rejected rejected) {
            TransactionCodec.Refusal refusal = TransactionCodec.refusal(rejected.why(), entities.size());
            return new TransactionOutcome.Rejected(entities.get(Math.max(0, refusal.message())), refusal.why());
        } else if (ended instanceof SendOutcome.Failed failed) {
            TransactionCodec.Refusal refusal = TransactionCodec.refusal(failed.why(), entities.size());
            return new TransactionOutcome.Failed(
                    refusal.message() < 0 ? null : entities.get(refusal.message()), refusal.why());
        } else if (ended instanceof SendOutcome.NotExecuted not) {
            return new TransactionOutcome.NotExecuted(not.reason());
        } else if (ended instanceof SendOutcome.Unknown unknown) {
            return new TransactionOutcome.Unknown(unknown.messageId(), unknown.why());
        }
        throw new IllegalStateException("a transaction cannot end as " + ended);
    }

    private Map<EntityId, Object> answers(List<EntityId> entities, byte[] reply) {
        Map<EntityId, Object> answers = new HashMap<>();
        List<byte[]> encoded = TransactionCodec.answers(reply, entities.size());
        for (int i = 0; i < encoded.size(); i++) {
            if (encoded.get(i).length > 0) {
                answers.put(entities.get(i), system.messages().decode(encoded.get(i), 0));
            }
        }
        return answers;
    }
}
