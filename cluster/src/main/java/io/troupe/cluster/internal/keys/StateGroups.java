package io.troupe.cluster.internal.keys;

/** Which Raft group has the state of a shard. Fixed for ever: what is stored moves to no other one. */
public final class StateGroups {
    private StateGroups() {}

    /**
     * {@return the number of the group that has what is stored of a shard's entities: states, fence, settled messages;
     * 0 for the cluster's own}
     *
     * @param shard       the shard
     * @param stateGroups how many groups there are besides the cluster's own
     */
    public static int of(int shard, int stateGroups) {
        return stateGroups == 0 ? 0 : 1 + shard % stateGroups;
    }
}
