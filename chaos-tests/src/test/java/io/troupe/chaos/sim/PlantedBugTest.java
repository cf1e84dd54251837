package io.troupe.chaos.sim;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The invariants see bugs: each one planted in the shell is found, by the invariant that is there for it. Rare ones are
 * looked for from a seed near one that shows them.
 */
class PlantedBugTest {
    /** A bug that hides for longer than this would hide from the build as well. */
    private static final int MAX_SCHEDULES = 2_000;

    @ParameterizedTest
    @CsvSource({
        "ACK_BEFORE_COMMIT, I1,     1",
        "NO_PREDECESSOR,    I1,     1",
        "NO_SETTLE,         I2,     1",
        "DISCARDED_TO_TAIL, I4, 10000",
        "NO_SELF_FENCING,   I6,     1",
        "LEASE_FROM_ANSWER, I6,     1",
        "NO_RAISED_FENCE,   I7,     1",
        "RENEWAL_UNNOTICED, I7,  4000",
        "SESSION_UNNOTICED, I7,     1",
    })
    void aPlantedBugIsFound(Plant plant, String invariant, long first) {
        for (long seed = first; seed < first + MAX_SCHEDULES; seed++) {
            Violation found = run(Schedule.draw(seed), plant);
            if (found != null && found.invariant().startsWith(invariant)) {
                assertThat(found).hasMessageContaining("-Dtroupe.seed=" + seed);
                return;
            }
        }
        assertThat(MAX_SCHEDULES).as("schedules without a sign of %s", plant).isZero();
    }

    static @Nullable Violation run(Schedule schedule, Plant plant) {
        try {
            new Simulation(schedule, plant, false).run();
            return null;
        } catch (Violation found) {
            return found;
        }
    }
}
