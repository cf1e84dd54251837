package io.troupe.transport;

/** A failure of the transport that its user can mend; the message says how. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    private final Code code;

    /** What went wrong. */
    public enum Code {
        /** The port cannot be bound. */
        PORT_IN_USE,
        /** The configuration cannot work. */
        BAD_CONFIG,
        /** A message's class is not registered, or an id is used twice. */
        UNREGISTERED,
        /** Bytes that are no message. */
        UNDECODABLE,
        /** A message that cannot be written. */
        UNENCODABLE,
        /** A message breaks a limit. */
        TOO_LARGE
    }

    /**
     * A failure.
     *
     * @param code    what kind
     * @param message what happened and what to change
     */
    public TransportException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * A failure with a cause.
     *
     * @param code    what kind
     * @param message what happened and what to change
     * @param cause   the cause
     */
    public TransportException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** {@return what kind of failure it is} */
    public Code code() {
        return code;
    }
}
