package io.troupe.chaos.sim;

import org.jspecify.annotations.Nullable;

/** Runs schedules on whatever cores its class loader finds; called from outside that loader. */
public final class MutantProbe {
    private MutantProbe() {}

    /**
     * Runs schedules until one shows that something is wrong.
     *
     * @param first the first seed
     * @param count how many seeds
     * @return the seed and what it shows, or null if all schedules went well
     */
    public static @Nullable String firstSign(long first, int count) {
        for (long seed = first; seed < first + count; seed++) {
            try {
                new ScheduleRun(Schedule.draw(seed), false).run();
            } catch (Violation found) {
                return seed + " " + found.invariant();
            } catch (RuntimeException thrown) {
                return seed + " I9 " + thrown.getClass().getSimpleName();
            }
        }
        return null;
    }
}
