package io.troupe.transport;

/**
 * Frames to a node that wait for each other, and for no others: each lane of a link has a session, a ring and a
 * connection of its own. Order holds within a lane; of frames on two lanes nothing is promised.
 */
public enum Lane {
    /** For what keeps the cluster together, and must not wait for what users send. Its ring has 4 MiB at most. */
    CONTROL,

    /** For all that names no other. */
    ORDINARY,

    /** For what is long and may wait: behind its frames only such frames wait. */
    BULK
}
