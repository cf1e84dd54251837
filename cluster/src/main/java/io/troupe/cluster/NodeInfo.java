package io.troupe.cluster;

import java.util.Set;

/**
 * A live node, as this node's copy of the store has it.
 *
 * @param nodeId      its id
 * @param incarnation the revision of its join; higher for each later life
 * @param hosting     what it offers: whether it can own shards, where it is dialled, its capacity and roles
 * @param kinds       the names of the kinds it can run
 * @param state       UP, SUSPECT or DRAINING, as this node sees it; of itself also FENCED
 * @param draining    true if it is to own nothing any more, whatever its state
 * @param leader      true if it leads the metadata group, as far as this node knows
 * @param voter       true if it keeps the log and votes
 * @param shards      how many it owns
 */
public record NodeInfo(
        String nodeId,
        long incarnation,
        Hosting hosting,
        Set<String> kinds,
        NodeState state,
        boolean draining,
        boolean leader,
        boolean voter,
        int shards) {}
