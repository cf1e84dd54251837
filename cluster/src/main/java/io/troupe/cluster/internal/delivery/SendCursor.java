package io.troupe.cluster.internal.delivery;

/**
 * Where the transmission of one channel stands: go-back-N over a link that loses nothing while it is up, with a probe
 * in place of a timer for each message.
 *
 * <p>Everything below the cursor is on its way. It goes back to the floor when what was on its way is lost, and to the
 * receiver's next expected sequence when that reports a gap, once for each gap, or is behind where the cursor was at
 * the last probe: the receiver has had time to see all of that. The receiver drops what it has seen, so going back is
 * always safe.
 */
final class SendCursor {
    /** The next sequence to transmit. */
    private long next = 1;
    /** The sequence of the last probe, until it is answered, else 0. */
    private long probed;
    /** Where the cursor was at the last probe; 0: no probe. */
    private long probedNext;
    /** The gap that the cursor last went back for; one gap is reported by every frame behind it. */
    private long filledGap;

    /** What was on its way is lost, and nothing that the receiver has said counts any more. */
    void restart(long floor) {
        next = floor;
        probed = 0;
        probedNext = 0;
        filledGap = 0;
    }

    /** {@return the next sequence to transmit, which is not below the floor} */
    long advance(long floor) {
        next = Math.max(next, floor);
        return next;
    }

    /** That sequence is on its way, or needs none. */
    void pass(long sequence) {
        next = sequence + 1;
    }

    void goBack(long sequence) {
        next = Math.min(next, sequence);
    }

    boolean hasPassed(long sequence) {
        return sequence < next;
    }

    /** That sequence goes out once more, to hear what the receiver has. */
    void probe(long sequence) {
        probed = sequence;
        probedNext = next;
        filledGap = 0;
    }

    boolean isProbe(long sequence) {
        return sequence == probed;
    }

    /** The owner of now says how far it is. */
    void onReceiverAt(long nextExpected) {
        if (nextExpected < probedNext) {
            goBack(nextExpected);
        }
        probed = 0;
        probedNext = 0;
    }

    /** The owner of now has a later sequence, and waits for this one. */
    void onGap(long nextExpected) {
        if (nextExpected != filledGap && hasPassed(nextExpected)) {
            filledGap = nextExpected;
            next = nextExpected;
        }
    }
}
