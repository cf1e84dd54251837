package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/**
 * The address of an actor, wherever it lives: stable over moves and restarts, so it may be kept. Safe for any thread.
 *
 * @param <M> the messages the actor takes
 */
public final class Pid<M> {
    private final Kind<M> kind;
    private final EntityId entity;
    /** -1 until the set of the kind is known; never changes after that. */
    private int shard = -1;

    private final ClusterActorSystem system;

    Pid(Kind<M> kind, EntityId entity, ClusterActorSystem system) {
        this.kind = kind;
        this.entity = entity;
        this.system = system;
    }

    /** {@return kind and id} */
    public EntityId entity() {
        return entity;
    }

    /** {@return the id within its kind} */
    public String actorId() {
        return entity.id();
    }

    /** {@return the system it sends through} */
    public ClusterActorSystem system() {
        return system;
    }

    Kind<M> kind() {
        return kind;
    }

    int shard() {
        int known = shard;
        if (known < 0) {
            known = system.shardOf(kind, entity);
            shard = known;
        }
        return known;
    }

    /**
     * Sends with the default guarantee of the kind: EXACTLY_ONCE for a durable kind, AT_LEAST_ONCE for a volatile one.
     *
     * @param message the message; its class must be registered
     * @return completes with how it ended; never exceptionally. It completes on a thread of the system: do not block it
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     */
    public CompletableFuture<SendOutcome> tell(M message) {
        return tell(message, kind.isDurable() ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE);
    }

    /**
     * Sends with a guarantee. Messages of one sending node to one actor are handled in the order they were sent in,
     * within a guarantee.
     *
     * @param message   the message; its class must be registered
     * @param guarantee what may become of it
     * @return completes with how it ended; never exceptionally. It completes on a thread of the system: do not block it.
     *     Cancelling it takes the message back if it has not arrived yet; what was done is not undone
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     */
    public CompletableFuture<SendOutcome> tell(M message, DeliveryGuarantee guarantee) {
        return system.send(this, message, guarantee);
    }

    /**
     * Asks, exactly once.
     *
     * @param query   the message, which must be one of the actor's messages
     * @param timeout how long to wait; the actor does not start it later
     * @param <R>     the type of the answer
     * @return the answer; fails with {@link AskException}. It completes on a thread of the system: do not block it.
     *     Cancelling it takes the query back if it has not arrived yet; what was done is not undone
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     * @throws IllegalArgumentException if the query is none of the actor's messages
     */
    public <R> CompletableFuture<R> ask(Query<R> query, Duration timeout) {
        return system.ask(this, query, timeout);
    }

    /**
     * Settles what is unknown of a message to this actor. Of a durable kind: from then on the message has either taken
     * effect or never will, and it is safe to act on what this says. Of a volatile kind nothing can be found out once the
     * activation is gone, and it stays unknown.
     *
     * @param unknown what the sender was told; any node may ask, also after a restart
     * @return Committed, Rejected, Failed or NotExecuted; Unknown if nothing is known any more: the sender's channel has
     *     settled it and gone on, or its session ended about an hour ago; fails with {@link io.troupe.cluster.ClusterException} if the log cannot be reached, and
     *     then it may be asked again
     */
    public CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown) {
        return kind.isDurable()
                ? system.cluster().resolve(unknown.messageId())
                : CompletableFuture.completedFuture(unknown);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pid<?> pid && pid.entity.equals(entity) && pid.system == system;
    }

    @Override
    public int hashCode() {
        return entity.hashCode();
    }

    @Override
    public String toString() {
        return entity.toString();
    }
}
