package io.troupe.cluster.internal.membership;

import org.jspecify.annotations.Nullable;

/**
 * Notices when this node loses its lease for longer than the time between two looks, and when it has one again. Not
 * thread-safe: confined to the cluster thread.
 */
public final class QuorumWatch {
    /** A watch that has seen nothing. */
    public QuorumWatch() {}

    /** What has changed since the look before. */
    public enum Change {
        /** It had a lease, and has none. */
        LOST,
        /** It has a lease again, of the same life: nobody can have been given what it owns. */
        REGAINED,
        /** It has a lease again, of another life: what it owned may be owned by others. */
        REBORN
    }

    /** The life of the last valid lease, 0 before there was one. */
    private long incarnation;

    private boolean lost;

    /**
     * {@return what has changed, or null}
     *
     * @param leaseIsValid   whether this node has a valid lease now
     * @param newIncarnation its life; means something with a valid lease
     */
    public @Nullable Change onTick(boolean leaseIsValid, long newIncarnation) {
        if (!leaseIsValid) {
            boolean news = incarnation != 0 && !lost;
            lost |= news;
            return news ? Change.LOST : null;
        }
        boolean wasLost = lost;
        boolean reborn = newIncarnation != incarnation;
        lost = false;
        incarnation = newIncarnation;
        return !wasLost ? null : reborn ? Change.REBORN : Change.REGAINED;
    }
}
