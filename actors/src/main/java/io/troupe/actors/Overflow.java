package io.troupe.actors;

/** What happens to a message for an entity whose mailbox is full. */
public enum Overflow {
    /** The message that comes on top ends as failed. */
    REJECT,
    /** The message that has waited longest ends as failed, and makes room for the new one. */
    DROP_OLDEST
}
