package io.troupe.cluster.spi;

/** The right of this node to run the actors of one shard, valid for a single epoch. Safe for any thread. */
public interface OwnedShard {
    /** {@return the shard} */
    int shard();

    /** {@return the fencing token: strictly increasing over the owners of the shard} */
    long epoch();

    /**
     * Whether a handler may start or a commit be proposed now: the ownership stands and the node's lease is valid on
     * its own clock. While not, what waits must keep waiting: either the lease is renewed or the shard is lost.
     *
     * @return true if so
     */
    boolean mayRun();

    /**
     * {@return whether the ownership stands as far as this node knows, whatever its lease says} Without a lease another
     * node may own the shard already: only for actors that may run twice.
     */
    boolean isHeld();

    /** Tells the senders of what has ended by {@link InboundMessage#done}. Cheap if that is nothing. */
    default void tellEnded() {
        // Nobody waits: what ends is told at once.
    }
}
