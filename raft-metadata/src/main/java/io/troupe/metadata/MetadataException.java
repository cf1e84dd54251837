package io.troupe.metadata;

/** A failure of the metadata store; the message says what to do about it. */
public final class MetadataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    private final Code code;

    /** What went wrong. */
    public enum Code {
        /** The store is closed. */
        CLOSED,
        /** Too much is waiting; nothing was submitted. Try later. */
        BUSY,
        /** The request breaks a limit; nothing was submitted. */
        TOO_LARGE,
        /** No session is open. Nothing was submitted. */
        NO_SESSION,
        /** The session ended before the outcome was known: it may or may not have been applied. */
        SESSION_ENDED,
        /** A life of this node id is still open with another data directory, or stands in the way of one that joins. */
        SESSION_HELD,
        /** The configuration cannot work. */
        BAD_CONFIG,
        /** This node does not lead: ask the leader. */
        NOT_LEADING,
        /** The data directory belongs to another cluster or node, is in use, or cannot be read. */
        BAD_DIRECTORY,
        /** The Raft port cannot be bound. */
        PORT_IN_USE,
        /** The cluster exists, but this voter's disk is empty: it must be added again, not counted as the old one. */
        WIPED_VOTER,
        /** This voter was removed from the group: it must be added again, with an empty directory. */
        REMOVED_VOTER,
        /** A backup cannot be written to its file, or cannot be restored from it; the message names the file. */
        BAD_BACKUP,
        /** The change would leave too few living voters for a majority; nothing was changed. */
        UNSAFE,
        /** The store was not ready in time. */
        TIMEOUT,
        /** The replica has failed; the message names the cause. */
        FAILED
    }

    /**
     * A failure.
     *
     * @param code    what kind
     * @param message what happened and what to change
     */
    public MetadataException(Code code, String message) {
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
    public MetadataException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** {@return what kind of failure it is} */
    public Code code() {
        return code;
    }
}
