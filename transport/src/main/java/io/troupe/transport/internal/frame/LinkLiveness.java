package io.troupe.transport.internal.frame;

/**
 * Whether a connection is alive: what to send when there is nothing to say, and when to give up waiting.
 *
 * <p>Heartbeats are a little early if something else woke the agent, so those of quiet connections come to leave
 * together, and a node does not wake once for each of them.
 */
public final class LinkLiveness {
    /** Of an interval. */
    private static final int EARLY_PART = 4;

    private final long heartbeatNs;
    private final long timeoutNs;
    private long receivedNs;
    private long writtenNs;
    private long toldNs;
    private long tickedNs;

    /** What to do now. */
    public enum Verdict {
        /** Nothing. */
        ALIVE,
        /** Send a heartbeat. */
        HEARTBEAT_DUE,
        /** Close the link. */
        DEAD
    }

    /**
     * A link that has just come up.
     *
     * @param heartbeatNs after how long without a write a heartbeat is due
     * @param timeoutNs   after how long without a byte the link is dead
     * @param nowNs       now
     */
    public LinkLiveness(long heartbeatNs, long timeoutNs, long nowNs) {
        this.heartbeatNs = heartbeatNs;
        this.timeoutNs = timeoutNs;
        receivedNs = nowNs;
        writtenNs = nowNs;
        toldNs = nowNs;
        tickedNs = nowNs;
    }

    /**
     * Bytes came.
     *
     * @param nowNs now
     */
    public void onReceived(long nowNs) {
        receivedNs = nowNs;
    }

    /**
     * Bytes left, or a heartbeat was put in front of them.
     *
     * @param nowNs now
     */
    public void onWritten(long nowNs) {
        writtenNs = nowNs;
    }

    /**
     * The other end is told how far we are, or has nothing to hear.
     *
     * @param nowNs now
     */
    public void onTold(long nowNs) {
        toldNs = nowNs;
    }

    /**
     * {@return whether a heartbeat's time has passed since {@link #onTold}: what is written all the time needs no
     * heartbeat, but the other end waits to hear that its frames arrive}
     *
     * @param nowNs now
     */
    public boolean isTellingDue(long nowNs) {
        return nowNs - toldNs >= heartbeatNs - heartbeatNs / EARLY_PART;
    }

    /**
     * Judges the link, at {@link #deadlineNs()} or sooner. A process that was stopped must not take its own absence for
     * the other node's: who comes late grants the link its whole time anew.
     *
     * @param nowNs now
     * @return what to do
     */
    public Verdict onTick(long nowNs) {
        boolean late = nowNs - tickedNs >= heartbeatNs + timeoutNs / 2;
        tickedNs = nowNs;
        if (late) {
            receivedNs = nowNs;
        }
        if (nowNs - receivedNs >= timeoutNs) {
            return Verdict.DEAD;
        }
        return nowNs - writtenNs >= heartbeatNs - heartbeatNs / EARLY_PART ? Verdict.HEARTBEAT_DUE : Verdict.ALIVE;
    }

    /** {@return when to call {@link #onTick} at the latest} */
    public long deadlineNs() {
        long dead = receivedNs + timeoutNs;
        long due = writtenNs + heartbeatNs;
        return dead - due < 0 ? dead : due;
    }
}
