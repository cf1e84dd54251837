package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/**
 * The address of an actor. That of an entity, from {@link ClusterActorSystem#entity}, means whoever bears its kind and
 * id, wherever that lives: it is stable over moves and restarts. That of a local actor, from {@link ActorSystem#spawn},
 * means that one actor of this process, from its spawn to its end, and nobody who gets its name later. Either may be
 * kept; that of an entity may be a field of messages and states, and is read as an address in the system of the node
 * that reads it. Safe for any thread.
 *
 * @param <M> the messages the actor takes
 */
public abstract sealed class Pid<M> permits EntityPid, LocalPid, ReplyPid {
    /** Only this package knows how to reach an actor. */
    Pid() {}

    /** {@return kind and id} */
    public abstract EntityId entity();

    /** {@return the id within its kind} */
    public final String actorId() {
        return entity().id();
    }

    /** {@return the system it sends through} */
    public abstract ActorSystem system();

    abstract Kind<M> kind();

    /**
     * Sends with the default guarantee: EXACTLY_ONCE to an entity of a durable kind, AT_LEAST_ONCE to one of a volatile
     * kind, AT_MOST_ONCE to a local actor.
     *
     * @param message the message; to an entity its class must be registered, to a local actor the object itself goes,
     *     so it must be immutable
     * @return completes with how it ended; never exceptionally. It completes on a thread of the system: do not block it
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     * @throws IllegalArgumentException if the message is none of a local actor's
     */
    public abstract CompletableFuture<SendOutcome> tell(M message);

    /**
     * {@return what sends to this durable entity with a time for the commit: a late one is refused by the log itself}
     *
     * @param limit how long each message is given, by the cluster's clock, from when it is sent; 1 ms to a day
     * @throws IllegalArgumentException if the limit is out of range, or the actor is no durable entity
     */
    public CommitBefore<M> commitBefore(Duration limit) {
        throw new IllegalArgumentException(
                this + " commits nothing: use commitBefore for durable entities of the cluster");
    }

    /**
     * Sends with a guarantee. Messages of one sending node to one actor are handled in the order they were sent in,
     * within a guarantee.
     *
     * @param message   the message; its class must be registered
     * @param guarantee what may become of it
     * @return completes with how it ended; never exceptionally. It completes on a thread of the system: do not block
     *     it. Cancelling it takes the message back if it has not arrived yet; what was done is not undone
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     * @throws IllegalArgumentException if the actor is local and the guarantee is above AT_MOST_ONCE
     */
    public abstract CompletableFuture<SendOutcome> tell(M message, DeliveryGuarantee guarantee);

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
    public abstract <R> CompletableFuture<R> ask(Query<R> query, Duration timeout);

    /**
     * Asks with a message that carries the address for the answer. The first message to that address is the answer,
     * whoever sends it and whenever: also after the handler has returned, or from another actor; of an entity's answer,
     * on any node. The message is sent exactly once, as that of the other ask. The answer is sent by itself and at most
     * once: it can be lost with the link or the node that sends it, and then the ask fails when its time is over. What
     * comes to the address later is a dead letter of the asker's node.
     *
     * @param message makes the message of the address; called at once, on the calling thread. To an entity its class
     *     must be registered, and a component for the address is of the type {@code Pid}
     * @param timeout how long to wait; the actor does not start it later
     * @param <R>     the type of the answer; its class must be registered
     * @return the answer; fails with {@link AskException}: of an entity with Committed or Processed if it has handled
     *     the message and no answer came in time, of a local actor with Unknown if its handler has begun
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     * @throws IllegalArgumentException if the message is none of the actor's
     */
    public abstract <R> CompletableFuture<R> ask(Function<Pid<R>, ? extends M> message, Duration timeout);

    /**
     * {@return this actor as an object of an interface, whose methods send it messages} Each method has the name of a
     * record of the actor's protocol, in any case, and its components as parameters. One that returns
     * {@code CompletableFuture<SendOutcome>} tells, one that returns {@code CompletableFuture<R>} asks a
     * {@code Query<R>}; others cannot be. Default methods are called as they are.
     *
     * @param type    the interface
     * @param timeout how long each ask waits
     * @param <T>     the interface
     * @throws IllegalArgumentException naming every method that stands for no message, and what it could be
     */
    public final <T> T as(Class<T> type, Duration timeout) {
        return PidProxy.of(this, type, timeout);
    }

    /**
     * Settles what is unknown of a message to this actor. Of a durable kind: from then on the message has either taken
     * effect or never will, and it is safe to act on what this says. Of a volatile kind or a local actor nothing can be
     * found out, and it stays unknown.
     *
     * @param unknown what the sender was told; any node may ask, also after a restart
     * @return Committed, Rejected, Failed or NotExecuted; Unknown if nothing is known any more: the sender's channel
     *     has settled it and gone on, or its session ended about an hour ago; fails with
     *     {@link io.troupe.cluster.ClusterException} if the log cannot be reached, and then it may be asked again
     */
    public abstract CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown);

    @Override
    public final String toString() {
        return entity().toString();
    }
}
