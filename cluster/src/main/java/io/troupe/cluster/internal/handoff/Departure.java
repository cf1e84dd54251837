package io.troupe.cluster.internal.handoff;

/**
 * The old owner's half of one planned move: QUIESCING until nothing runs, SENDING until the new owner has all parts of
 * the transfer, RELEASING until the store has answered (READY while it is too busy to take the release), then OVER.
 * Confined to its user.
 *
 * <ul>
 *   <li>The shard is released only after the new owner has acknowledged every part: whoever is granted the shard as a
 *       continuation has what it continues.
 *   <li>From the moment the release is proposed the shard counts as lost. Only a refusal that the store has told lets
 *       the old owner resume; an unknown outcome never does.
 *   <li>Nothing that waits in a mailbox is transferred or acknowledged: its sender still has it, and sends it to the
 *       new owner in order.
 * </ul>
 */
public final class Departure {
    /** What the old owner is to do next. */
    public enum Step {
        /** Nothing. */
        WAIT,
        /** Send every part that is not acknowledged. */
        SEND,
        /** Propose the release. */
        RELEASE,
        /** Run the shard again. */
        RESUME
    }

    private enum State {
        QUIESCING,
        SENDING,
        READY,
        RELEASING,
        OVER
    }

    private final long moveId;
    private final long resendNs;
    private State state = State.QUIESCING;
    /** The record no longer says that the shard moves. */
    private boolean cancelled;

    private boolean[] acknowledged = {};
    private int missing;
    private long sentAtNs;

    /**
     * A departure that waits for the shard to be quiet.
     *
     * @param moveId   the revision of the record that says so
     * @param resendNs how long to wait for an acknowledgement before sending again
     */
    public Departure(long moveId, long resendNs) {
        this.moveId = moveId;
        this.resendNs = resendNs;
    }

    /** {@return the revision of the record that says so} */
    public long moveId() {
        return moveId;
    }

    /** {@return true until the release was proposed} */
    public boolean mayBeCancelled() {
        return state == State.QUIESCING || state == State.SENDING || state == State.READY;
    }

    /**
     * Nothing of the shard runs any more, and no commit is under way.
     *
     * @param parts how many parts the transfer has, at least 1
     * @param nowNs now
     * @return SEND, or WAIT if that was known or the move is off
     */
    public Step onQuiet(int parts, long nowNs) {
        if (state != State.QUIESCING) {
            return Step.WAIT;
        }
        state = State.SENDING;
        acknowledged = new boolean[parts];
        missing = parts;
        sentAtNs = nowNs;
        return Step.SEND;
    }

    /**
     * Time has passed.
     *
     * @param nowNs now
     * @return SEND when the acknowledgement is overdue, RELEASE when the store was too busy for it
     */
    public Step onTick(long nowNs) {
        if (state == State.READY) {
            state = State.RELEASING;
            return Step.RELEASE;
        }
        if (state != State.SENDING || nowNs - sentAtNs < resendNs) {
            return Step.WAIT;
        }
        sentAtNs = nowNs;
        return Step.SEND;
    }

    /**
     * {@return true if the new owner has not acknowledged the part}
     *
     * @param part its number, from 0
     */
    public boolean isMissing(int part) {
        return state == State.SENDING && !acknowledged[part];
    }

    /**
     * The new owner has a part.
     *
     * @param ackedMove the move it belongs to
     * @param part      its number, from 0
     * @return RELEASE when it was the last
     */
    public Step onAck(long ackedMove, int part) {
        if (state != State.SENDING || ackedMove != moveId || part < 0 || part >= acknowledged.length) {
            return Step.WAIT;
        }
        if (!acknowledged[part]) {
            acknowledged[part] = true;
            missing--;
        }
        if (missing > 0) {
            return Step.WAIT;
        }
        state = State.RELEASING;
        return Step.RELEASE;
    }

    /**
     * The record no longer says that the shard moves, but still that it is ours.
     *
     * @return RESUME, unless a release is on its way, whose refusal must be known first
     */
    public Step onCancelled() {
        cancelled = true;
        if (!mayBeCancelled()) {
            return Step.WAIT;
        }
        state = State.OVER;
        return Step.RESUME;
    }

    /**
     * The store has refused the release: nothing was given away.
     *
     * @return RESUME if the cancellation is known; else it comes as {@link #onCancelled} or as the end of the ownership
     */
    public Step onRefused() {
        if (state != State.RELEASING) {
            return Step.WAIT;
        }
        if (cancelled) {
            state = State.OVER;
            return Step.RESUME;
        }
        state = State.SENDING; // waits for the cancellation: there is nothing left to send
        return Step.WAIT;
    }

    /**
     * The store was too busy to take the release: it is not on its way.
     *
     * @return RESUME if the move has been called off meanwhile; else the release is due again with the next tick
     */
    public Step onNotProposed() {
        if (state != State.RELEASING) {
            return Step.WAIT;
        }
        state = cancelled ? State.OVER : State.READY;
        return cancelled ? Step.RESUME : Step.WAIT;
    }

    @Override
    public String toString() {
        return "move " + moveId + " " + state + (missing > 0 ? ", " + missing + " parts to acknowledge" : "");
    }
}
