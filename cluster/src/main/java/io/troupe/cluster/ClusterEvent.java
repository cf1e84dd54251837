package io.troupe.cluster;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened in the cluster, as this node's copy of the store has it: every node sees the same changes of
 * nodes and shards in the same order, each at its own time. Only {@link NodeSuspected}, {@link QuorumLost},
 * {@link Degraded} and {@link QuorumRegained} are what this node alone observes.
 */
public sealed interface ClusterEvent {
    /** {@return the revision of the store with which it happened; never lower than that of the event before} */
    long revision();

    /**
     * A node has joined.
     *
     * @param nodeId      the node
     * @param incarnation its life
     * @param hosts       true if it can own shards
     * @param revision    when
     */
    record NodeJoined(String nodeId, long incarnation, boolean hosts, long revision) implements ClusterEvent {}

    /**
     * A node has left: it said goodbye, or its session was ended because it was silent for longer than its lease.
     *
     * @param nodeId      the node
     * @param incarnation its life
     * @param revision    when
     */
    record NodeLeft(String nodeId, long incarnation, long revision) implements ClusterEvent {}

    /**
     * This node has had no link to a live node for a third of the lease, or has one again. The log decides what becomes
     * of it: this is a hint to a person.
     *
     * @param nodeId      the node
     * @param incarnation its life
     * @param suspected   which of the two
     * @param revision    the newest revision when this node noticed
     */
    record NodeSuspected(String nodeId, long incarnation, boolean suspected, long revision) implements ClusterEvent {}

    /**
     * A node is to own nothing any more, or may own shards again.
     *
     * @param nodeId   the node
     * @param draining which of the two
     * @param revision when
     */
    record NodeDraining(String nodeId, boolean draining, long revision) implements ClusterEvent {}

    /**
     * A shard has a new owner.
     *
     * @param shard    the shard
     * @param from     the owner before, or null if this node knows of none
     * @param to       the owner
     * @param epoch    its epoch
     * @param planned  true if the former owner handed it over, false if it was granted without one
     * @param revision when
     */
    record ShardMoved(int shard, @Nullable String from, String to, long epoch, boolean planned, long revision)
            implements ClusterEvent {}

    /**
     * Another voter leads, or the same one in a later term.
     *
     * @param nodeId   the leader
     * @param term     its term
     * @param revision the newest revision when this node learned of it
     */
    record LeaderChanged(String nodeId, long term, long revision) implements ClusterEvent {}

    /**
     * This node's lease has passed, and it was noticed: it reaches no majority of the voters, or its process stood
     * still for longer than the lease. What it runs waits, but for what {@link Degraded} names. A gap of less than some
     * tens of milliseconds goes by unnoticed. Only this node observes it.
     *
     * @param revision the newest revision that this node had heard of
     */
    record QuorumLost(long revision) implements ClusterEvent {}

    /**
     * Told after {@link QuorumLost} by a node with kinds that go on without a lease, in the way that each of them says.
     *
     * @param kinds    their names
     * @param revision the newest revision that this node had heard of
     */
    record Degraded(Set<String> kinds, long revision) implements ClusterEvent {}

    /**
     * This node has a lease again, and all its kinds work as ever.
     *
     * @param kept     true if it is the same life: nobody can have been given what it owns, and its actors go on with
     *     what they have. False if that life has ended: so have all its actors, also those that had gone on
     * @param revision the newest revision when this node had it
     */
    record QuorumRegained(boolean kept, long revision) implements ClusterEvent {}

    /**
     * What happened in between is not known any more, because this node was away for long: look at the nodes and shards
     * anew.
     *
     * @param revision from when on events are complete again
     */
    record Resynchronized(long revision) implements ClusterEvent {}
}
