package io.troupe.cluster;

import java.util.Set;

/**
 * A live node, as this node's copy of the store has it.
 *
 * @param nodeId      its id
 * @param incarnation the revision of its join; higher for each later life
 * @param hosting     what it offers: whether it can own shards, where it is dialled, its capacity and roles
 * @param kinds       the names of the kinds it can run
 * @param draining    true if it is to own nothing any more
 * @param shards      how many it owns
 */
public record NodeInfo(
        String nodeId, long incarnation, Hosting hosting, Set<String> kinds, boolean draining, int shards) {}
