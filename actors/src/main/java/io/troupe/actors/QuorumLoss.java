package io.troupe.actors;

/**
 * What the actors of a kind do while their node's lease has passed, because it reaches no majority of the voters.
 * Nothing is committed without one, whatever a kind says.
 */
public enum QuorumLoss {
    /**
     * They wait: within a lease the majority runs them elsewhere, and nothing runs twice. Of a durable kind nothing is
     * read by {@link Read#LOCAL} either, so what is read is a lease old at most.
     */
    STOP,
    /**
     * They wait, and what this node has applied of their states can still be read by {@link Read#LOCAL}, with its
     * revision: for what is worth more old than not at all. How old it is nobody can tell. For durable kinds, on nodes
     * with a log; no handler runs, and {@link Read#LINEARIZABLE} still needs the majority.
     */
    SERVE_READS,
    /**
     * They go on where they are, while the majority may run them elsewhere: for what is worth more twice than not at
     * all. Excluded from single activation, from EXACTLY_ONCE across the two activations, and from their order.
     * {@link ActorContext#isOwner} is false for them meanwhile. When the node reaches the majority again they go on if
     * its session has outlived the gap, for then nobody else was given them; else they end, with their state. For
     * volatile kinds.
     */
    CONTINUE_UNFENCED
}
