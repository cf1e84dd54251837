package io.troupe.cluster;

import org.jspecify.annotations.Nullable;

/** A failure of the cluster that its user can mend; the message says what to change. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    private final Code code;

    /** What went wrong. */
    public enum Code {
        /** This node does not lead; the message names the leader. */
        NOT_LEADING,
        /** The configuration cannot work. */
        BAD_CONFIG,
        /** Nodes disagree about the cluster's name, the seed list or the cluster's secret. */
        SEEDS_DIFFER,
        /** A port cannot be bound. */
        PORT_IN_USE,
        /** The data directory belongs to another cluster or node, is in use, or was wiped. */
        BAD_DIRECTORY,
        /** A message's class is not registered. */
        UNREGISTERED,
        /** The cluster was not ready in time. */
        TIMEOUT,
        /** No live node has this id. */
        UNKNOWN_NODE,
        /** A node may not own the shard: it lacks a role or a kind of the shard's set, or is to own nothing. */
        NOT_ADMITTED,
        /** A backup cannot be written to its file, or cannot be restored from it; the message names the file. */
        BAD_BACKUP,
        /** The voters that answer would be no majority any more. */
        UNSAFE,
        /** Nobody would be left to own the shards, or to lead. */
        LAST_NODE,
        /** This node's lease has passed, or it has none yet: it reaches no majority of the voters. */
        NO_QUORUM,
        /** This node is closed. */
        CLOSED,
        /** Something else failed; see the cause. */
        FAILED
    }

    /**
     * A failure.
     *
     * @param code    what kind
     * @param message what happened and what to change
     */
    public ClusterException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * A failure with a cause.
     *
     * @param code    what kind
     * @param message what happened and what to change
     * @param cause   the cause, or null
     */
    public ClusterException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** {@return what kind of failure it is} */
    public Code code() {
        return code;
    }
}
