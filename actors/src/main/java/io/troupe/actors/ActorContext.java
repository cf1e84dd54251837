package io.troupe.actors;

import java.time.Duration;

import io.troupe.cluster.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * What an actor may ask and do while it handles one message. Valid during the call only, on its thread; what it tells of
 * the actor itself may be asked at any time.
 *
 * @param <M> the messages the actor takes
 */
public interface ActorContext<M> {
    /** {@return the actor itself} */
    Pid<M> self();

    /**
     * The token of this node's ownership, strictly increasing over the owners of the actor: hand it to external systems,
     * so that they can refuse a superseded owner.
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
     * Sends the actor a message of its own, later: after the delay, in the actor's turn, and only while this node owns the
     * shard. It has no message id, cannot be answered or stashed, and is not sent again if the activation ends first. For
     * volatile kinds. There is one timer for a key: a second call replaces the first. All timers are dropped with the
     * handler that set them: when it is restarted, stopped or passivated, and when its shard is lost.
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
     * Puts the message at hand aside when the call returns normally, to be handled after {@link #unstashAll}. For volatile
     * kinds. It stays unsettled: its sender waits, an ask until its deadline. When the handler is restarted, stopped or
     * passivated, what is stashed is handled by the next one, in order, before what waits.
     *
     * @throws IllegalStateException outside of a call, without a message of a sender, after {@link #reply}, in a durable
     *     actor, or beyond {@value Stash#MAX_STASHED} messages
     */
    void stash();

    /**
     * Takes back what was stashed: it is handled next, in the order in which it came.
     *
     * @throws IllegalStateException outside of a call, or in a durable actor
     */
    void unstashAll();
}
