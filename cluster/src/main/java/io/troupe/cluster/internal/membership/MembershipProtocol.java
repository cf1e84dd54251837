package io.troupe.cluster.internal.membership;

/**
 * My lease: how long this node may believe that it owns what its view says. Not thread-safe: confined to the cluster
 * thread, which publishes {@link #leaseEndNs()} for the others.
 *
 * <p>The lease counts from the instant the newest keep-alive <em>was sent</em> that was answered <em>and whose revision
 * this node has applied</em>, and ends a margin early. From the sending, because the leader may have counted from any
 * instant after it. Applied, because a valid lease then also bounds how stale the view is. The margin covers clocks
 * that do not run at the same rate, so it must be at least 2 % of the lease for clocks that are off by 1 %.
 *
 * <p>When the lease has passed the node is fenced; a later answer to a keep-alive lifts that, because the session lives
 * as long as the store says so. When the session has ended only a new one lifts it.
 *
 * <p>Instants are values of one monotonic clock; they are compared by difference, so the clock may wrap.
 */
public final class MembershipProtocol {
    /** Keep-alives without an answer that are remembered; the answer to an older one no longer counts. */
    static final int MAX_UNANSWERED = 64;
    /** Keep-alives are sent this many times per lease, so that some may be lost. */
    private static final int KEEP_ALIVES_PER_LEASE = 6;

    private static final long UNUSED = -1;

    /** A node whose view stands still this many leases, although the leader answers, lets its session end. */
    private static final int LEASES_BEHIND = 2;

    /** Where a node stands in the cluster. */
    public enum State {
        /** It has had no session, or has not applied its opening yet. */
        JOINING,
        /** Its lease is valid. */
        UP,
        /** Its lease has passed or its session has ended: it starts and commits nothing. */
        FENCED
    }

    private final long leaseNs;
    private final long marginNs;

    /** {@code tokens[t % MAX_UNANSWERED]} is t while t is remembered; the same index in the other two belongs to it. */
    private final long[] tokens = new long[MAX_UNANSWERED];

    private final long[] sentNs = new long[MAX_UNANSWERED];
    /** The revision of the answer, 0 before it. */
    private final long[] revisions = new long[MAX_UNANSWERED];

    private long nextToken;
    /** Answered keep-alives whose revision is not applied yet. */
    private int waiting;

    /** The oldest answered revision that is not applied, or 0; and when its keep-alive was sent. */
    private long behindRevision;

    private long behindSinceNs;

    private long appliedRevision;
    private long incarnation;
    private boolean open;
    /** True once the lease has been granted: {@code leaseEndNs} means something. */
    private boolean granted;
    /** When the newest keep-alive that counts was sent. */
    private long leaseStartNs;

    private long leaseEndNs;
    private long lastSentNs;

    /**
     * Creates the protocol in the state JOINING.
     *
     * @param leaseNs  the lease, as the session was opened with
     * @param marginNs how much earlier this node gives up than the lease says
     * @throws IllegalArgumentException if the margin is not shorter than the lease
     */
    public MembershipProtocol(long leaseNs, long marginNs) {
        if (marginNs < 0 || leaseNs <= marginNs) {
            throw new IllegalArgumentException("the lease's margin (" + marginNs
                    + " ns) must be at least 0 and shorter than the lease (" + leaseNs + " ns)");
        }
        this.leaseNs = leaseNs;
        this.marginNs = marginNs;
        forgetKeepAlives();
    }

    /**
     * A session was opened: the opening counts as the first keep-alive, its incarnation as its revision.
     *
     * @param newIncarnation  the session's incarnation
     * @param openSentNs      when the request was sent
     * @param viewRevision    the revision this node has applied
     * @throws IllegalArgumentException if the incarnation is not newer than the last one
     */
    public void onOpened(long newIncarnation, long openSentNs, long viewRevision) {
        if (newIncarnation <= incarnation) {
            throw new IllegalArgumentException("incarnation " + newIncarnation + " is not newer than " + incarnation
                    + ", which was opened before");
        }
        onJoined(newIncarnation, openSentNs, newIncarnation, viewRevision);
    }

    /**
     * A session was opened under the number that it has elsewhere, and kept alive since: that counts as the first
     * keep-alive.
     *
     * @param newIncarnation the session's incarnation
     * @param aliveSentNs    when the keep-alive was sent
     * @param aliveRevision  the revision of the entry that carried it
     * @param viewRevision   the revision this node has applied
     */
    public void onJoined(long newIncarnation, long aliveSentNs, long aliveRevision, long viewRevision) {
        forgetKeepAlives();
        incarnation = newIncarnation;
        open = true;
        granted = false;
        appliedRevision = Math.max(appliedRevision, viewRevision);
        onKeepAliveAnswered(keepAliveSent(aliveSentNs), aliveRevision);
    }

    /**
     * A keep-alive is being sent. Call it before the sending, with an instant not after it.
     *
     * @param nowNs now
     * @return what to give back with the answer
     */
    public long keepAliveSent(long nowNs) {
        long token = nextToken++;
        int slot = slot(token);
        if (tokens[slot] != UNUSED && revisions[slot] != 0) {
            waiting--;
        }
        tokens[slot] = token;
        sentNs[slot] = nowNs;
        revisions[slot] = 0;
        lastSentNs = nowNs;
        return token;
    }

    /**
     * A keep-alive was answered. Answers that are late, repeated or of an ended session change nothing.
     *
     * @param token    as {@link #keepAliveSent} returned it
     * @param revision the revision of the entry that carried it
     */
    public void onKeepAliveAnswered(long token, long revision) {
        if (token < 0 || tokens[slot(token)] != token || revisions[slot(token)] != 0 || !open) {
            return;
        }
        if (revision <= appliedRevision) {
            extend(sentNs[slot(token)]);
            tokens[slot(token)] = UNUSED;
        } else {
            revisions[slot(token)] = revision;
            waiting++;
            if (behindRevision == 0) {
                behindRevision = revision;
                behindSinceNs = sentNs[slot(token)];
            }
        }
    }

    /**
     * This node's view has moved on.
     *
     * @param revision its revision
     */
    public void onApplied(long revision) {
        appliedRevision = Math.max(appliedRevision, revision);
        for (int slot = 0; waiting > 0 && slot < MAX_UNANSWERED; slot++) {
            if (tokens[slot] != UNUSED && revisions[slot] != 0 && revisions[slot] <= appliedRevision) {
                extend(sentNs[slot]);
                tokens[slot] = UNUSED;
                waiting--;
            }
        }
        if (behindRevision != 0 && behindRevision <= appliedRevision) {
            behindRevision = 0;
            catchUp();
        }
    }

    /** What is the oldest answer that waits, now that the one before is applied? */
    private void catchUp() {
        for (int slot = 0; waiting > 0 && slot < MAX_UNANSWERED; slot++) {
            boolean waits = tokens[slot] != UNUSED && revisions[slot] != 0;
            if (waits && (behindRevision == 0 || revisions[slot] < behindRevision)) {
                behindRevision = revisions[slot];
                behindSinceNs = sentNs[slot];
            }
        }
    }

    /** The store says that the session is over, or this node has closed it. */
    public void onSessionEnded() {
        open = false;
        forgetKeepAlives();
        leaseEndNs = leaseStartNs; // an instant in the past: whoever compares only the number sees it passed, too
    }

    /**
     * {@return true if this node may run what its view says it owns}
     *
     * @param nowNs now
     */
    public boolean isLeaseValid(long nowNs) {
        return granted && nowNs - leaseEndNs < 0;
    }

    /** {@return true once a lease was granted: only then {@link #leaseEndNs()} means something} */
    public boolean hasLease() {
        return granted;
    }

    /** {@return when the lease passes; valid while {@code now - leaseEndNs() < 0}} */
    public long leaseEndNs() {
        return leaseEndNs;
    }

    /**
     * {@return true if this node has not applied for long what the leader has answered} It cannot run its shards then,
     * and nobody else gets them as long as its session lives: so it stops renewing it, until its view moves on.
     *
     * @param nowNs now
     */
    public boolean isBehind(long nowNs) {
        return behindRevision != 0 && nowNs - behindSinceNs >= LEASES_BEHIND * leaseNs;
    }

    /**
     * {@return true if it is time to send a keep-alive}
     *
     * @param nowNs now
     */
    public boolean isKeepAliveDue(long nowNs) {
        return open && !isBehind(nowNs) && nowNs - lastSentNs >= leaseNs / KEEP_ALIVES_PER_LEASE;
    }

    /**
     * {@return where this node stands}
     *
     * @param nowNs now
     */
    public State state(long nowNs) {
        if (isLeaseValid(nowNs)) {
            return State.UP;
        }
        return granted || (incarnation != 0 && !open) ? State.FENCED : State.JOINING;
    }

    private void extend(long startNs) {
        if (!granted || startNs - leaseStartNs > 0) {
            granted = true;
            leaseStartNs = startNs;
            leaseEndNs = startNs + leaseNs - marginNs;
        }
    }

    private void forgetKeepAlives() {
        java.util.Arrays.fill(tokens, UNUSED);
        java.util.Arrays.fill(revisions, 0);
        waiting = 0;
        behindRevision = 0;
    }

    private static int slot(long token) {
        return (int) (token % MAX_UNANSWERED);
    }
}
