package io.troupe.transport.internal.tcp;

/**
 * When something that strangers can cause without end is worth a line: at its first time, then whenever its count has
 * doubled, and never twice in a second; after a quiet minute it counts as new.
 */
final class LogPace {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long QUIET_NS = 60 * SECOND_NS;

    private long nextCount = 1;
    private long lastCallNs;
    private long lastLineNs;

    /**
     * Once per event.
     *
     * @param count how often it has happened, this time included
     * @param nowNs now
     */
    boolean isWorthALine(long count, long nowNs) {
        boolean first = nextCount == 1;
        boolean quiet = nowNs - lastCallNs >= QUIET_NS;
        lastCallNs = nowNs;
        if (first || quiet || (count >= nextCount && nowNs - lastLineNs >= SECOND_NS)) {
            lastLineNs = nowNs;
            nextCount = 2 * count;
            return true;
        }
        return false;
    }
}
