package io.troupe.actors;

/** What the actors of a kind do while their node's lease has passed, because it reaches no majority of the voters. */
public enum QuorumLoss {
    /** They wait: within a lease the majority runs them elsewhere, and nothing runs twice. */
    STOP,
    /**
     * They go on where they are, while the majority may run them elsewhere: for what is worth more twice than not at all.
     * Excluded from single activation, from EXACTLY_ONCE across the two activations, and from their order. Once the node
     * reaches the majority again its activations end, with their state.
     */
    CONTINUE_UNFENCED
}
