package io.troupe.chaos.check;

import java.util.function.LongSupplier;

/**
 * How long to search for the linearization of one register before the verdict is UNKNOWN.
 *
 * @param steps operations tried
 * @param nanos time of the clock
 * @param clock monotonic nanoseconds
 */
public record Budget(long steps, long nanos, LongSupplier clock) {
    /**
     * Refuses a budget that allows nothing.
     *
     * @param steps operations tried
     * @param nanos time of the clock
     * @param clock monotonic nanoseconds
     * @throws IllegalArgumentException if one is refused
     */
    public Budget {
        if (steps <= 0 || nanos <= 0) {
            throw new IllegalArgumentException(
                    "steps (" + steps + ") and nanos (" + nanos + ") of a budget must be positive");
        }
    }

    /**
     * A budget that is the same on every machine.
     *
     * @param steps operations tried
     * @return the budget
     */
    public static Budget ofSteps(long steps) {
        return new Budget(steps, Long.MAX_VALUE, () -> 0L);
    }
}
