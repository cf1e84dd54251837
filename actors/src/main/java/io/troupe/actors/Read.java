package io.troupe.actors;

/** How fresh the state of a durable entity is read. */
public enum Read {
    /**
     * With everything that was committed anywhere before the read was asked for; costs a transaction, shared in
     * batches.
     */
    LINEARIZABLE,
    /**
     * As this node has applied it, at once and without I/O; it may be behind, by a lease at most unless the kind says
     * {@link QuorumLoss#SERVE_READS}. Reads of one node never go back. On a node without a log as LINEARIZABLE.
     */
    LOCAL
}
