package io.troupe.chaos.process;

/** Which of a node's two ports a link leads to. */
public enum Plane {
    /** Messages between nodes. */
    MESSAGING,
    /** The replicated log. */
    RAFT
}
