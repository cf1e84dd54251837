package io.troupe.actors;

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
}
