package io.troupe.chaos.sim;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules of making small; {@code ProductionMutantTest} shrinks what a real bug breaks. */
class ReducerTest {
    private static final long SEED = 1;

    /** Fails as long as some node crashes and somebody appends to entity 0. */
    private static @Nullable Violation crashAndAppend(Schedule schedule) {
        boolean crash = schedule.faults().stream().anyMatch(fault -> fault.kind() == Fault.Kind.CRASH);
        boolean append = schedule.ops().stream().anyMatch(op -> op.entity() == 0);
        return crash && append ? new Violation(schedule.seed(), "I1 planted", "", "") : null;
    }

    private static Schedule failing() {
        long seed = SEED;
        while (crashAndAppend(Schedule.draw(seed)) == null) {
            seed++;
        }
        return Schedule.draw(seed);
    }

    @Test
    void whatDoesNotMatterIsLeftOut() {
        Reducer reducer = new Reducer(ReducerTest::crashAndAppend);
        Schedule small = reducer.reduce(failing(), "I1 planted");
        assertThat(small.faults()).hasSize(1);
        assertThat(small.ops()).hasSize(1);
        assertThat(small.swarm()).isEqualTo(Swarm.CALM);
        assertThat(small.faults().get(0).lastNs()).isLessThan(2_000_000);
        assertThat(reducer.runs()).isLessThan(500);
    }

    @Test
    void aScheduleThatBreaksSomethingElseIsNotFollowed() {
        Schedule whole = failing();
        assertThat(new Reducer(ReducerTest::crashAndAppend).reduce(whole, "I2 other"))
                .isEqualTo(whole);
    }

    @Test
    void nothingIsLeftOutOfAScheduleThatDoesNotFail() {
        Schedule whole = Schedule.draw(SEED);
        assertThat(new Reducer().reduce(whole, "I1")).isEqualTo(whole);
    }
}
