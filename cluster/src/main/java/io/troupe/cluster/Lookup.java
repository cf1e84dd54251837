package io.troupe.cluster;

/** Where an actor lives, or would live, as this node's copy of the store has it. */
public sealed interface Lookup {
    /** {@return the set of shards that the actor belongs to} */
    String set();

    /**
     * A node owns its shard.
     *
     * @param set    the set
     * @param shard  the shard, counted over all sets
     * @param nodeId the owner
     * @param epoch  since which revision
     * @param why    how that came to be, for a person
     */
    record Hosted(String set, int shard, String nodeId, long epoch, String why) implements Lookup {}

    /**
     * Its shard is being handed over; messages wait until it is.
     *
     * @param set   the set
     * @param shard the shard, counted over all sets
     * @param from  the owner
     * @param epoch since which revision
     * @param to    the next owner
     */
    record Moving(String set, int shard, String from, long epoch, String to) implements Lookup {}

    /**
     * Its shard has no owner now: it is being given out.
     *
     * @param set   the set
     * @param shard the shard, counted over all sets
     */
    record Homeless(String set, int shard) implements Lookup {}

    /**
     * No live node may own the shards of its set, or the set is not known here.
     *
     * @param set the set
     * @param why what is missing, and what to do
     */
    record Unavailable(String set, String why) implements Lookup {}
}
