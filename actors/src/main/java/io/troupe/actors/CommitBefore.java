package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/**
 * Sends to a durable entity what must take effect soon or never: from {@link Pid#commitBefore}. A commit is too late
 * when, at its place in the log, the newest time that a leader has written there has reached the deadline; leaders
 * write it every sixth of the lease. Who is too late is told NotExecuted(DEADLINE_PASSED), which is proven: no copy of
 * the message can take effect later. Safe for any thread.
 *
 * @param <M> the messages the entity takes
 */
public final class CommitBefore<M> {
    /** The longest time that a message can be given. */
    public static final Duration LONGEST = Duration.ofDays(1);

    private final EntityPid<M> target;
    private final ClusterActorSystem system;
    private final long limitMillis;

    CommitBefore(EntityPid<M> target, ClusterActorSystem system, Duration limit) {
        if (!target.kind().isDurable()) {
            throw new IllegalArgumentException(target.kind()
                    + " commits nothing: use commitBefore for durable kinds, and ask with a timeout here");
        }
        if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a message to " + target.entity() + " can be given 1 ms to "
                    + LONGEST.toDays() + " day to be committed, not " + limit);
        }
        this.target = target;
        this.system = system;
        limitMillis = limit.toMillis();
    }

    /**
     * Sends EXACTLY_ONCE, with this time from now on.
     *
     * @param message the message; its class must be registered
     * @return completes with how it ended, once that is known for certain: after the deadline too, as long as the log
     *     cannot be reached. Never exceptionally
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     */
    public CompletableFuture<SendOutcome> tell(M message) {
        Cell.refuseInDurableHandler(target);
        return system.sender().send(target, message, DeliveryGuarantee.EXACTLY_ONCE, limitMillis);
    }

    /**
     * Asks, with this time from now on for the effect.
     *
     * @param query   the message; its class must be registered
     * @param timeout how long to wait for the answer. An answer that is not there in time says nothing about the effect
     *     unless the timeout is well behind the deadline
     * @param <R>     the type of the answer
     * @return the answer; fails as {@link Pid#ask(Query, Duration)} does
     * @throws io.troupe.transport.TransportException if the class is not registered or the message is too long
     * @throws IllegalArgumentException if the query is no message of the entity's kind
     */
    public <R> CompletableFuture<R> ask(Query<R> query, Duration timeout) {
        Cell.refuseInDurableHandler(target);
        return system.sender().ask(target, query, timeout, limitMillis);
    }
}
