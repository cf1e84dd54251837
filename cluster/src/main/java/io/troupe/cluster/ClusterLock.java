package io.troupe.cluster;

import java.util.concurrent.CompletableFuture;

/**
 * A lock that this node holds: nobody else does as long as {@link #isHeld()}. It goes when it is released and when the
 * node loses its lease, crashes or leaves; then the others wait for that lease at most. All methods may be called from
 * any thread.
 *
 * <p>A holder that stands still, for a garbage collection say, cannot know that its time has passed before it goes on.
 * What must never be done by two at a time has to hand {@link #token()} to whatever it changes, which refuses tokens
 * that are smaller than one that it has seen.
 */
public interface ClusterLock extends AutoCloseable {
    /** {@return its name} */
    String name();

    /** {@return a number that is larger than that of every earlier holder} */
    long token();

    /** {@return true as long as nobody else can hold it; asks nobody} */
    boolean isHeld();

    /**
     * {@return completes when it is lost, at latest some tens of milliseconds after {@link #isHeld()} has become false,
     * and before anyone else can hold it unless this process stood still; never if it is released}
     */
    CompletableFuture<Void> lost();

    /**
     * Gives it back. Idempotent.
     *
     * @return completes when another one can hold it; fails with {@link ClusterException} CLOSED
     */
    CompletableFuture<Void> release();

    /** Gives it back, without waiting for that. */
    @Override
    default void close() {
        CompletableFuture<Void> unused = release();
    }
}
