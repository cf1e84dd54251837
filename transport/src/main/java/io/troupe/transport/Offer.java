package io.troupe.transport;

/** What became of an offered frame. */
public enum Offer {
    /** It is in the send ring, in order. */
    ACCEPTED,
    /** The send ring is full: {@link MessagingSystem.FrameHandler#onWritable} says when there is room. */
    BACK_PRESSURED,
    /** No link to the node is up. */
    NOT_CONNECTED,
    /** The body is longer than the {@link TransportConfig#maxFrameLength()} of this node, or of the other one. */
    TOO_LARGE,
    /**
     * Nothing arrives at the node: one connection after the other was lost with frames under way. See {@link
     * TransportConfig.Builder#circuitBreaker}.
     */
    CIRCUIT_OPEN,
    /** The messaging system is closed. */
    CLOSED
}
