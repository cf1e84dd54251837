package io.troupe.actors;

import java.time.Duration;

import io.troupe.cluster.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * What an actor may ask and do while it handles one message. Valid during the call only, on its thread; what it tells
 * of the actor itself may be asked at any time.
 *
 * @param <M> the messages the actor takes
 */
public interface ActorContext<M> {
    /** {@return the actor itself} */
    Pid<M> self();

    /**
     * The token of this node's ownership, strictly increasing over the owners of the actor: hand it to external
     * systems, so that they can refuse a superseded owner.
     *
     * @return the epoch
     */
    long fencingToken();

    /** {@return the identity of the message, the idempotency key of external calls; null for AT_MOST_ONCE} */
    @Nullable
    MessageId messageId();

    /** {@return the time in nanoseconds on the node's monotonic clock, which a simulation can replace} */
    long nanoTime();

    /** {@return a number drawn evenly from all longs, which a simulation can repeat} */
    long random();

    /** {@return true while this node's lease on the actor's shard is valid on its own clock} */
    boolean isOwner();

    /**
     * The address of an entity of the cluster; no I/O. In a durable actor it is good for {@link Effect#thenTell} alone.
     *
     * @param kind its kind
     * @param id   its id within the kind
     * @param <C>  its messages
     * @return the address
     * @throws IllegalArgumentException if the id is empty or too long
     * @throws IllegalStateException if there is no cluster
     */
    default <C> Pid<C> entity(Kind<C> kind, String id) {
        if (self().system() instanceof ClusterActorSystem cluster) {
            return cluster.entity(kind, id);
        }
        throw new IllegalStateException(self() + " has no cluster that entity " + id + " of " + kind
                + " could live in: start a ClusterActorSystem");
    }

    /**
     * Answers an ask when the handler has returned. For durable actors use {@link Effect#thenReply}.
     *
     * @param query the message being handled
     * @param value the answer; its class must be registered
     * @param <R>   the type of the answer
     * @throws IllegalStateException in a durable actor, or for a second answer
     */
    <R> void reply(Query<R> query, R value);

    /**
     * Ends this activation: the actor leaves the memory. A volatile actor does so when the call has returned normally;
     * its state is lost, and what waits is handled by a new activation. A durable one does so as soon as nothing waits
     * and no commit is under way; its state is stored.
     *
     * @throws IllegalStateException outside of a call
     */
    void passivate();

    /**
     * Sends the actor a message of its own, later: after the delay, in the actor's turn, and only while this node owns
     * the shard. It has no message id, cannot be answered or stashed, and is not sent again if the activation ends
     * first. For volatile kinds. There is one timer for a key: a second call replaces the first. All timers are dropped
     * with the handler that set them: when it is restarted, stopped or passivated, and when its shard is lost.
     *
     * @param key     names the timer
     * @param delay   zero to 365 days
     * @param message the message
     * @throws IllegalArgumentException if the delay is out of range
     * @throws IllegalStateException outside of a call, in a durable actor, or beyond {@value EntityTimers#MAX_TIMERS}
     *     timers
     */
    void schedule(String key, Duration delay, M message);

    /**
     * Drops a timer. Its message is not handled any more, even if its time has come.
     *
     * @param key names the timer
     * @return false if there is none
     * @throws IllegalStateException outside of a call, or in a durable actor
     */
    boolean cancel(String key);

    /**
     * Puts the message at hand aside when the call returns normally, to be handled after {@link #unstashAll}. For
     * volatile kinds. It stays unsettled: its sender waits, an ask until its deadline. When the handler is restarted,
     * stopped or passivated, what is stashed is handled by the next one, in order, before what waits.
     *
     * @throws IllegalStateException outside of a call, without a message of a sender, after {@link #reply}, in a
     *     durable actor, or beyond {@value Stash#MAX_STASHED} messages
     */
    void stash();

    /**
     * Takes back what was stashed: it is handled next, in the order in which it came.
     *
     * @throws IllegalStateException outside of a call, or in a durable actor
     */
    void unstashAll();

    /**
     * Spawns a local actor below this one, on the same node. It starts at once, runs only while its parent may run, and
     * ends when it ends itself, when its parent ends it, or with the handler that has spawned it: when that is
     * restarted, stopped or passivated, and when its shard is lost. The next handler starts when all children have
     * ended. A parent with children is not idle. For volatile kinds.
     *
     * @param name  its name among the children, 1 to {@value Envelope#MAX_ID_LENGTH} bytes without '/'
     * @param child its handler, used for nothing else unless it has no state; a restart starts it again
     * @param <C>   its messages
     * @return its address, for this process only
     * @throws IllegalArgumentException if the name is taken or none
     * @throws IllegalStateException outside of a call, in a durable actor, or beyond {@value Children#MAX_CHILDREN}
     *     children
     */
    <C> Pid<C> spawnLocal(String name, Handler<C> child);

    /**
     * Spawns a local actor of a kind below this one, as above. A restart takes a new handler.
     *
     * @param name its name among the children
     * @param kind a volatile kind that does not passivate; its mailbox, restarts and executor hold
     * @param <C>  its messages
     * @return its address, for this process only
     * @throws IllegalArgumentException if the name is taken or none, or the kind cannot be spawned
     * @throws IllegalStateException outside of a call, in a durable actor, or beyond {@value Children#MAX_CHILDREN}
     *     children
     */
    <C> Pid<C> spawnLocal(String name, Kind<C> kind);

    /**
     * Ends a child after the message at hand: what waits for it becomes dead letters. Without effect if it has ended.
     *
     * @param child the child
     * @throws IllegalArgumentException if it is no child of this actor
     * @throws IllegalStateException outside of a call, or in a durable actor
     */
    void stop(Pid<?> child);

    /**
     * Sends the actor a message of its own when another one ends, or at once if it has ended: exactly one for every
     * watch, in its turn. There is one watch of an actor: a second call replaces the first. Watches end with the
     * handler that set them. The message cannot be answered or stashed. For volatile kinds.
     *
     * @param other   a local actor of this process; an entity has no end
     * @param message the message
     * @throws IllegalArgumentException if the other one is an entity or this actor itself
     * @throws IllegalStateException outside of a call, in a durable actor, beyond {@value Watches#MAX_WATCHES} watches,
     *     or if {@value LocalCell#MAX_WATCHERS} actors watch the other one
     */
    void watch(Pid<?> other, M message);

    /**
     * Withdraws a watch. Its message is not handled any more, even if the other one has ended.
     *
     * @param other the watched actor
     * @return false if it was not watched, or its message has been handled
     * @throws IllegalArgumentException if the other one cannot be watched
     * @throws IllegalStateException outside of a call, or in a durable actor
     */
    boolean unwatch(Pid<?> other);
}
