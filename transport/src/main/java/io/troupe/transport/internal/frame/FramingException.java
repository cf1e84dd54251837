package io.troupe.transport.internal.frame;

/** Bytes that no node of this protocol sends. Costs the link they came on, nothing else. */
public final class FramingException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * A breach of the protocol.
     *
     * @param message what came and what was allowed
     */
    public FramingException(String message) {
        super(message);
    }
}
