package io.troupe.cluster;

/** How a sent message ended, as far as the sender can prove it. */
public sealed interface SendOutcome {
    /** Handed to the transport or the mailbox; all that AT_MOST_ONCE can say. */
    record Accepted() implements SendOutcome {}

    /**
     * The handler of a volatile actor has finished.
     *
     * @param epoch the epoch of the owner that said so
     */
    record Processed(long epoch) implements SendOutcome {}

    /**
     * The effect on a durable entity is in the log of a majority.
     *
     * @param epoch the epoch of the owner that said so, or {@link #RESOLVED}
     */
    record Committed(long epoch) implements SendOutcome {
        /** Not an owner said so, but the log, when the message was resolved. */
        public static final long RESOLVED = 0;
    }

    /**
     * The handler refused the message; it changed nothing.
     *
     * @param why what the handler said
     */
    record Rejected(String why) implements SendOutcome {}

    /**
     * The handler failed on every try; it changed nothing.
     *
     * @param why the last failure
     */
    record Failed(String why) implements SendOutcome {}

    /**
     * Proven: the message has not run and never will. It is safe to send it anew.
     *
     * @param reason why not
     */
    record NotExecuted(Reason reason) implements SendOutcome {}

    /**
     * It may have run, once at most under EXACTLY_ONCE, or may not.
     *
     * @param messageId the message, to ask about later
     * @param why       what was lost, for a person
     */
    record Unknown(MessageId messageId, String why) implements SendOutcome {}

    /** Why a message was not executed. */
    enum Reason {
        /**
         * This node does not know where the actors of the kind live: it was started without the kind, or is not
         * started.
         */
        NO_SUCH_KIND,
        /**
         * The owner of the shard was started without the kind, or the deadline passed while no live node may own the
         * shards of the kind's set: see {@link Cluster#whereIs}. Register a kind on every node that owns shards of its
         * set.
         */
        KIND_UNAVAILABLE,
        /** This node has no session. */
        NO_SESSION,
        /**
         * The target's mailbox is full, or the answers of its shard that this node has not taken note of are 16 MiB
         * already: only a durable kind keeps them.
         */
        MAILBOX_FULL,
        /** Too many messages to the shard are unsettled, or the link's ring is full. */
        BACK_PRESSURED,
        /** No link to the owner's node is up, and the message cannot wait for one: AT_MOST_ONCE. */
        NOT_CONNECTED,
        /** Nothing arrives at the owner's node, and the message cannot wait: see {@link CircuitBreaker}. */
        CIRCUIT_OPEN,
        /**
         * The owner's node takes no message of its length: its {@link ClusterConfig#maxMessageLength} is smaller than
         * ours.
         */
        TOO_LARGE,
        /** The deadline passed before it started. */
        DEADLINE_PASSED,
        /** The sender took it back before it started. */
        CANCELLED,
        /** The sender's session ended first. */
        SESSION_EXPIRED,
        /** The shard is moving and the message would have blocked the move. */
        MOVING,
        /** The target was an actor of one process, and has ended. */
        ENDED,
        /** The node is closing. */
        CLOSED
    }
}
