package io.troupe.cluster;

/** What a node that is stopped does, in this order. Hooks of a phase run before what the node itself does in it. */
public enum ShutdownPhase {
    /** Its shards are handed over to other nodes; until then its actors work as ever. */
    HAND_OVER,
    /** The outcomes of what it has sent are awaited. */
    SETTLE,
    /** If it leads, another voter is made the leader. */
    ABDICATE,
    /** Its session is closed: for the others it is gone. */
    LEAVE,
    /** Threads, ports and files are closed. */
    CLOSE
}
