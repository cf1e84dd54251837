package io.troupe.actors;

/** What happens to a message for an entity whose mailbox is full. */
public enum Overflow {
    /** The message that comes on top ends as failed. */
    REJECT,
    /** The message that has waited longest ends as failed, and makes room for the new one. */
    DROP_OLDEST,
    /**
     * Whoever sends it waits until there is room, for a limited time, and after that it ends as failed. For local
     * actors, and for senders that nobody waits for: within a handler, and on the threads of a system or a node, it is
     * REJECT.
     */
    BLOCK_SENDER
}
