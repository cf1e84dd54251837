package io.troupe.cluster.internal.delivery;

/**
 * Messages of one channel that ended {@link End.Code#DONE} without an answer, near enough to each other to be told in
 * one frame. Not thread-safe.
 *
 * <p>A selective acknowledgement as in RFC 2018, with a mask in the place of ranges: what a turn of an actor has ended
 * is mostly, but not always, consecutive.
 */
public final class DoneRun {
    /** The sequences that a run can span. */
    public static final int SPAN = Long.SIZE;

    private long first;
    private long mask = 1;

    /**
     * A run of one message.
     *
     * @param sequence its sequence
     */
    public DoneRun(long sequence) {
        first = sequence;
    }

    /**
     * Adds a message.
     *
     * @param sequence its sequence, in any order
     * @return false, and nothing is added, if it is too far from the others
     */
    public boolean add(long sequence) {
        long behind = sequence - first;
        if (behind >= 0) {
            if (behind >= SPAN) {
                return false;
            }
            mask |= 1L << behind;
            return true;
        }
        if (-behind > Long.numberOfLeadingZeros(mask)) {
            return false;
        }
        mask = mask << -behind | 1;
        first = sequence;
        return true;
    }

    /** {@return the lowest sequence} */
    public long first() {
        return first;
    }

    /** {@return which sequences have ended: bit n stands for {@code first + n}, so bit 0 is set} */
    public long mask() {
        return mask;
    }

    /** {@return how many messages there are} */
    public int size() {
        return Long.bitCount(mask);
    }

    @Override
    public String toString() {
        return "DoneRun[first=" + first + ", mask=" + Long.toHexString(mask) + "]";
    }
}
