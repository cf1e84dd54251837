package io.troupe.metadata;

/** Learns when this node's replica leads the metadata group. Called on a thread of the store, never on Raft's. */
public interface LeadershipListener {
    /**
     * This node leads and has applied every entry of earlier terms.
     *
     * @param term the Raft term; higher for each later leadership
     */
    void onLeading(long term);

    /** This node no longer leads, as far as it knows: a leader that is cut off learns it late. */
    void onNotLeading();
}
