package io.troupe.cluster.spi;

/**
 * What the layer above does with the shards this node owns. Called on threads of the cluster; must not block.
 */
public interface HostedActors {
    /**
     * This node may run the actors of a shard: the fence is raised, and the local view of the store has everything that
     * earlier owners committed.
     *
     * @param shard the ownership
     */
    void onShardActive(OwnedShard shard);

    /**
     * The ownership has ended: start no handler, propose no commit. Called once per active ownership.
     *
     * @param shard the ownership
     */
    void onShardLost(OwnedShard shard);

    /** The node's lease had passed and is valid again, with the same ownerships: what had to wait may go on. */
    void onLeaseRenewed();

    /**
     * A message to run, in the order of its channel. Its end is reported through the message itself.
     *
     * @param message the message
     */
    void deliver(InboundMessage message);
}
