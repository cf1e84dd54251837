package io.troupe.transport;

/** What became of an offered frame. */
public enum Offer {
    /** It is in the send ring, in order. */
    ACCEPTED,
    /** The send ring is full: try again when the link has drained. */
    BACK_PRESSURED,
    /** No link to the node is up. */
    NOT_CONNECTED,
    /** The body is longer than {@link TransportConfig#maxFrameLength()}. */
    TOO_LARGE,
    /** The messaging system is closed. */
    CLOSED
}
