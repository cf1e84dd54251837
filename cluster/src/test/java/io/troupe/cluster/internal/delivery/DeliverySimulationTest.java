package io.troupe.cluster.internal.delivery;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replay one schedule with {@code -Dtroupe.seed=N -Dtest=DeliverySimulationTest}; run more with
 * {@code -Dtroupe.schedules=N}. A failure names its seed.
 */
class DeliverySimulationTest {
    private static final long FIRST_SEED = Long.getLong("troupe.seed", 1L);
    private static final int SCHEDULES =
            Integer.getInteger("troupe.schedules", System.getProperty("troupe.seed") == null ? 20_000 : 1);

    @Test
    void everyScheduleKeepsTheGuaranteesAndSettlesOnceHealed() {
        long effects = 0;
        long unknown = 0;
        int longestRun = 0;
        for (int schedule = 0; schedule < SCHEDULES; schedule++) {
            DeliverySimulation simulation = new DeliverySimulation(FIRST_SEED + schedule, SCHEDULES == 1);
            simulation.run();
            effects += simulation.effects;
            unknown += simulation.unknown;
            longestRun = Math.max(longestRun, simulation.longestRun);
        }
        // A simulation in which nothing happens finds nothing.
        assertThat(effects).isGreaterThan(5L * SCHEDULES);
        assertThat(unknown).isGreaterThan(SCHEDULES / 100);
        if (SCHEDULES > 1) {
            assertThat(longestRun).as("messages of one acknowledgement").isGreaterThan(5);
        }
    }
}
