package io.troupe.metadata.internal.state;

/**
 * What a backup becomes in a new cluster. Pure, and the same bytes wherever it is done: every voter of the new cluster
 * starts from this state.
 *
 * <p>Keys, settled messages and the cluster's time stay. Every life of a node is over: its session has ended as if it
 * had expired, with the keys bound to it, so nobody is live, holds a lease or a lock, or owns a shard that the next
 * owner does not get under a higher epoch. The leader goes, because its term counts in the log of the old cluster.
 *
 * <p>The revision goes on behind {@link #REVISION_GAP}. The old cluster went on after the backup, and gave out
 * revisions as epochs, incarnations and fencing tokens, which others have seen: none of them may be given out again.
 */
public final class Restoration {
    /** More revisions than a cluster gives out between a backup and its use: two months of 200,000 a second. */
    public static final long REVISION_GAP = 1L << 40;

    private Restoration() {}

    /**
     * {@return the first state of a new cluster}
     *
     * @param backup the state of the old one
     */
    public static StateView of(StateView backup) {
        WorkingState state = new WorkingState(backup);
        state.leader = null;
        state.revision = Math.addExact(state.revision, REVISION_GAP);
        new Sessions(state).endAll();
        return state.view();
    }
}
