package io.troupe.metadata.internal.codec;

/** Bytes that are not what they should be; the message names the position and what was expected there. */
public final class CodecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message the position and what was expected
     */
    public CodecException(String message) {
        super(message);
    }
}
