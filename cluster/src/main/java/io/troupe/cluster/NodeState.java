package io.troupe.cluster;

/** Where a node stands in the cluster. */
public enum NodeState {
    /** It has no session yet. */
    JOINING,
    /** It lives and is reached. */
    UP,
    /**
     * It lives as far as the log knows, but the node that was asked has had no link to it for a while. One observer's
     * opinion: nobody loses anything by it.
     */
    SUSPECT,
    /** It lives, and is to own nothing any more. */
    DRAINING,
    /** Its lease has passed or its session was ended: it starts and commits nothing. Only a node itself knows that. */
    FENCED,
    /** It was closed. */
    LEFT
}
