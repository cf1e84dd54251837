package io.troupe.chaos.process;

/**
 * How one direction of a link is at this moment. Immutable.
 *
 * @param delayNs        added to every byte
 * @param jitterNs       the longest further delay
 * @param bytesPerSecond how much gets through; 0 means no limit
 * @param dripping       every byte is written on its own
 * @param flipOneIn      one in so many bytes is damaged; 0 means none
 * @param silent         nothing gets through
 */
record LineConditions(
        long delayNs, long jitterNs, long bytesPerSecond, boolean dripping, long flipOneIn, boolean silent) {
    static final LineConditions HEALTHY = new LineConditions(0, 0, 0, false, 0, false);

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** {@return these conditions with one lasting fault more; faults of different kinds add up} */
    LineConditions with(Fault fault) {
        long amount = fault.amount();
        return switch (fault.kind()) {
            case DELAY ->
                new LineConditions(amount * NANOS_PER_MILLI, jitterNs, bytesPerSecond, dripping, flipOneIn, silent);
            case JITTER ->
                new LineConditions(delayNs, amount * NANOS_PER_MILLI, bytesPerSecond, dripping, flipOneIn, silent);
            case BANDWIDTH -> new LineConditions(delayNs, jitterNs, amount, false, flipOneIn, silent);
            case DRIP -> new LineConditions(delayNs, jitterNs, amount, true, flipOneIn, silent);
            case FLIP -> new LineConditions(delayNs, jitterNs, bytesPerSecond, dripping, amount, silent);
            case BLACKHOLE -> new LineConditions(delayNs, jitterNs, bytesPerSecond, dripping, flipOneIn, true);
            case REFUSE, DROP, RESET, HALF_CLOSE -> this;
        };
    }
}
