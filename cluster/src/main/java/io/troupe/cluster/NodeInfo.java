package io.troupe.cluster;

/**
 * A live node, as this node's copy of the store has it.
 *
 * @param nodeId      its id
 * @param incarnation the revision of its join; higher for each later life
 * @param hosts       true if it can own shards
 * @param draining    true if it is to own nothing any more
 * @param shards      how many it owns
 */
public record NodeInfo(String nodeId, long incarnation, boolean hosts, boolean draining, int shards) {}
