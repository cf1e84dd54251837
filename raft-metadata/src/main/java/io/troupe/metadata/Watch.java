package io.troupe.metadata;

/** A running watch. */
public interface Watch extends AutoCloseable {
    /** Ends the watch; the listener may still be in its last call. Idempotent. */
    @Override
    void close();
}
