package io.troupe.transport;

/**
 * What becomes of a lane of the link to a node. Always {@code OPENED (INTERRUPTED RESUMED)* INTERRUPTED? ENDED}, and
 * again.
 *
 * <p>Between {@link #OPENED} and {@link #ENDED} every frame accepted arrives once and in order, or the session ends
 * first: then of the last ones it is not known whether they have arrived.
 */
public enum LinkEvent {
    /** A session has begun: frames are accepted. */
    OPENED,
    /** The connection is lost. Frames are accepted until the ring is full, and leave when the session is resumed. */
    INTERRUPTED,
    /** There is a connection again, and nothing was lost. */
    RESUMED,
    /**
     * The session is over, because the other node left, is another process now, or was away for too long: what had been
     * accepted and has not arrived is lost.
     */
    ENDED
}
