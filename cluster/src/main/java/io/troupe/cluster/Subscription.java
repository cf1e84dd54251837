package io.troupe.cluster;

/** A running subscription. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends it; the listener may still be in its last call. Idempotent. */
    @Override
    void close();
}
