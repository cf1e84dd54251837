package io.troupe.chaos.sim;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Many schedules; {@code -Dtroupe.seed=N} replays one, {@code -Dtroupe.schedules=N} runs more. */
class ClusterSimulationTest {
    static {
        System.setProperty("org.slf4j.simpleLogger.log.io.troupe.cluster.internal.coordinator", "error");
    }

    @Test
    void everyScheduleKeepsTheGuaranteesAndSettlesOnceHealed() {
        int schedules = Integer.getInteger("troupe.schedules", 1000);
        long first = Long.getLong("troupe.seed", 1);
        long began = System.nanoTime();
        long events = 0;
        long committed = 0;
        for (long seed = first; seed < first + schedules; seed++) {
            Simulation run = new Simulation(Schedule.draw(seed), Plant.NONE, false);
            run.run();
            events += run.events();
            committed += run.oracle.committed();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat(committed).isGreaterThan(schedules);
        System.err.printf("%d schedules, %d events, %d committed, %.1f s, %.0f/min%n", schedules, events, committed, seconds, schedules * 60 / seconds);
    }
}
