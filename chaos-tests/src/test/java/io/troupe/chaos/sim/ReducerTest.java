package io.troupe.chaos.sim;

import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReducerTest {
    /** A cell that goes on after its lease has passed shows as two believers once the leader has moved its shard. */
    @Test
    void aPlantedBugShrinksToTheFaultsThatShowIt() {
        long seed = 1;
        Violation found = PlantedBugTest.run(Schedule.draw(seed), Plant.NO_SELF_FENCING);
        while (found == null || !found.invariant().startsWith("I6")) {
            found = PlantedBugTest.run(Schedule.draw(++seed), Plant.NO_SELF_FENCING);
        }
        Reducer reducer = Reducer.of(Plant.NO_SELF_FENCING);
        Schedule whole = Schedule.draw(seed);
        Schedule small = reducer.reduce(whole, found.invariant());

        Violation again = PlantedBugTest.run(small, Plant.NO_SELF_FENCING);
        assertThat(Objects.requireNonNull(again).invariant()).isEqualTo(found.invariant());
        assertThat(small.faults().size()).isBetween(1, whole.faults().size() / 2);
        assertThat(small.ops().size()).isLessThan(whole.ops().size() / 2);
        assertThat(PlantedBugTest.run(small, Plant.NONE)).isNull();
    }

    @Test
    void nothingIsLeftOutOfAScheduleThatDoesNotFail() {
        Schedule whole = Schedule.draw(1);
        assertThat(Reducer.of(Plant.NONE).reduce(whole, "I1")).isEqualTo(whole);
    }
}
