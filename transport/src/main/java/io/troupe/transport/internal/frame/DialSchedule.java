package io.troupe.transport.internal.frame;

/**
 * When to dial a node again: after a random part of a bound that doubles, so that nodes which lost each other at the
 * same time do not dial at the same time; fast at first, slowly when the node stays away.
 */
public final class DialSchedule {
    /** A link that stayed up for less is taken for a continuation of the same trouble. */
    static final long STABLE_NS = 2_000_000_000L;

    /**
     * The same if frames have arrived over it: so one that breaks again and again is dialled ten times a second at
     * most.
     */
    static final long PROVEN_NS = 100_000_000L;

    /** No redial comes sooner, whatever the draw. */
    static final long MIN_PAUSE_NS = 1_000_000L;

    private static final int MAX_DOUBLINGS = 20;

    private final long firstNs;
    private final long capNs;
    private final long fastPeriodNs;
    private final long slowCapNs;
    private int attempts;
    private long troubleSinceNs;
    private boolean inTrouble;

    /**
     * A node not dialled yet.
     *
     * @param firstNs      the first bound
     * @param capNs        the last bound during the fast period
     * @param fastPeriodNs how long the trouble lasts before the slow cap holds
     * @param slowCapNs    the last bound after it
     */
    public DialSchedule(long firstNs, long capNs, long fastPeriodNs, long slowCapNs) {
        this.firstNs = firstNs;
        this.capNs = capNs;
        this.fastPeriodNs = fastPeriodNs;
        this.slowCapNs = slowCapNs;
    }

    /**
     * A dial failed, or a link went down.
     *
     * @param nowNs now
     * @param upNs  how long the link was up; 0 if it never was
     * @param moved whether frames of this end have arrived over it
     * @param draw  a random number from 0 to 1
     * @return when to dial
     */
    public long onDown(long nowNs, long upNs, boolean moved, double draw) {
        if (!inTrouble || upNs >= (moved ? PROVEN_NS : STABLE_NS)) {
            inTrouble = true;
            troubleSinceNs = nowNs;
            attempts = 0;
        }
        boolean fast = nowNs - troubleSinceNs < fastPeriodNs;
        long doubled = firstNs << Math.min(attempts, MAX_DOUBLINGS);
        // A shift past the sign bit means the cap was passed long ago.
        long bound = Math.min(fast ? capNs : slowCapNs, doubled <= 0 ? Long.MAX_VALUE : doubled);
        attempts++;
        return nowNs + Math.max(MIN_PAUSE_NS, (long) (bound * draw));
    }
}
