package io.troupe.metadata.internal.ratis;

import java.util.Map;

import io.troupe.metadata.MetadataException;

/** Who votes in a group, at run time. Confined to the metadata thread of the group. */
interface GroupVoters {
    /** {@return true if this node is a voter of the group, as far as Raft has told} */
    boolean isMember();

    /**
     * Raft has committed these voters, the only ones from this index on.
     *
     * @param index of the entry
     * @param peers their peer ids and addresses
     */
    void onConfiguration(long index, Map<String, String> peers);

    /** This node leads the group. */
    void onLeading();

    /** This node no longer leads the group. */
    void onNotLeading();

    /**
     * Whoever waits is told.
     *
     * @param failure why nothing will come any more
     */
    void end(MetadataException failure);

    /**
     * Does what is due.
     *
     * @param nowNs the time
     * @return when to be called again
     */
    long turn(long nowNs);
}
