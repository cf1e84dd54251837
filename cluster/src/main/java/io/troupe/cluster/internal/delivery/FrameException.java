package io.troupe.cluster.internal.delivery;

/** A delivery frame whose bytes are not what its type promises. The link it came on is not to be trusted. */
public final class FrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the type, the offending value and its bound
     */
    public FrameException(String message) {
        super(message);
    }
}
