package io.troupe.cluster;

import java.util.Set;
import java.util.TreeSet;

import io.troupe.transport.Lane;

/**
 * Shards that are placed together under one policy. Kinds in one set with the same id share a shard, so a set is also
 * how actors are kept next to each other. The default set is the cluster's {@link ClusterConfig#shards()}; any other
 * comes to be when the first node that has a kind of it joins, and its number of shards is then fixed. Immutable.
 *
 * @param name     its name, unique in the cluster
 * @param shards   how many shards it has; 0 for the default set
 * @param roles    roles that a node must have to own its shards
 * @param nodes    the nodes that may own its shards; empty for any
 * @param strategy which of them is preferred
 * @param lane     the lane that messages to its actors take, fixed like the number of its shards: {@code ORDINARY}, or
 *                 {@code BULK} for long ones that others are not to wait for
 */
public record ShardSet(String name, int shards, Set<String> roles, Set<String> nodes, Strategy strategy, Lane lane) {
    /** Most shards of a set of its own. */
    public static final int MAX_SHARDS = 1024;

    private static final String DEFAULT_NAME = "default";

    /** All kinds that ask for nothing else. */
    public static final ShardSet DEFAULT =
            new ShardSet(DEFAULT_NAME, 0, Set.of(), Set.of(), Strategy.RENDEZVOUS, Lane.ORDINARY);

    /** Which node is preferred for a shard, among those that have room for one more. */
    public enum Strategy {
        /** By a hash of node and shard: few shards move when nodes come and go. */
        RENDEZVOUS,
        /** By chance, drawn anew whenever shards are given out. */
        RANDOM,
        /** Shard after shard, the nodes in the order of their ids. */
        ROUND_ROBIN,
        /** The node that owns the fewest shards of all sets, relative to its capacity. */
        LEAST_LOAD,
        /**
         * The node that spawns the first actor on it: the shard is moved there, and kept as by {@link
         * ClusterManager#moveShard}. Before that, and while that node may not own it, as RENDEZVOUS; so it means
         * nothing to actors that nobody spawns.
         */
        LOCAL
    }

    /**
     * Checks a set.
     *
     * @param name     its name
     * @param shards   how many shards it has
     * @param roles    roles that a node must have
     * @param nodes    the nodes that may own its shards
     * @param strategy which of them is preferred
     * @param lane     the lane that messages to its actors take
     * @throws IllegalArgumentException if a name is none, or the number of shards is out of range
     */
    public ShardSet {
        roles = Set.copyOf(roles);
        nodes = Set.copyOf(nodes);
        Names.check("shard set name", name);
        roles.forEach(role -> Names.check("role", role));
        nodes.forEach(node -> Names.check("node id", node));
        if (lane == Lane.CONTROL) {
            throw new IllegalArgumentException("shard set " + name
                    + " cannot take lane CONTROL, which is the cluster's own: say ORDINARY or BULK");
        }
        if (name.equals(DEFAULT_NAME)) {
            checkDefault(shards, roles, nodes, strategy, lane);
        } else if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException(
                    "shard set " + name + " has " + shards + " shards: it must have 1 to " + MAX_SHARDS);
        }
    }

    /** Its number of shards is the cluster's; as it is nowhere stored, its policy is the same for ever. */
    private static void checkDefault(int shards, Set<String> roles, Set<String> nodes, Strategy strategy, Lane lane) {
        boolean anyNode = roles.isEmpty() && nodes.isEmpty();
        if (shards != 0 || !anyNode || strategy != Strategy.RENDEZVOUS || lane != Lane.ORDINARY) {
            throw new IllegalArgumentException("the default shard set belongs to every node that owns shards:"
                    + " give a set another name to choose its shards, roles, nodes, strategy or lane");
        }
    }

    /** {@return true if it is the default set} */
    public boolean isDefault() {
        return name.equals(DEFAULT_NAME);
    }

    /**
     * {@return a set that any node may own}
     *
     * @param name   its name
     * @param shards how many shards
     */
    public static ShardSet of(String name, int shards) {
        return new ShardSet(name, shards, Set.of(), Set.of(), Strategy.RENDEZVOUS, Lane.ORDINARY);
    }

    /**
     * {@return a set of one shard, so that all its actors live on one node, and move together when that leaves}
     *
     * @param name its name
     */
    public static ShardSet singleton(String name) {
        return of(name, 1);
    }

    /**
     * {@return the same, for nodes that have a role}
     *
     * @param role one more role
     */
    public ShardSet onRole(String role) {
        Set<String> more = new TreeSet<>(roles);
        more.add(role);
        return new ShardSet(name, shards, more, nodes, strategy, lane);
    }

    /**
     * {@return the same, pinned to nodes: while none of them lives, nobody owns it}
     *
     * @param nodeIds the nodes
     */
    public ShardSet pinnedTo(String... nodeIds) {
        return new ShardSet(name, shards, roles, Set.of(nodeIds), strategy, lane);
    }

    /**
     * {@return the same, with another preference}
     *
     * @param preference which node is preferred
     */
    public ShardSet by(Strategy preference) {
        return new ShardSet(name, shards, roles, nodes, preference, lane);
    }

    /**
     * {@return the same, whose messages take another lane} Messages to one actor keep their order on either; long ones
     * on the bulk lane hold up only each other, not what the node sends to other sets.
     *
     * @param other {@code ORDINARY} or {@code BULK}
     */
    public ShardSet over(Lane other) {
        return new ShardSet(name, shards, roles, nodes, strategy, other);
    }

    /**
     * {@return true if a node may own its shards, provided that it has a kind of the set}
     *
     * @param nodeId  the node
     * @param hosting what it offers
     */
    public boolean admits(String nodeId, Hosting hosting) {
        return hosting.shards() && hosting.roles().containsAll(roles) && (nodes.isEmpty() || nodes.contains(nodeId));
    }
}
