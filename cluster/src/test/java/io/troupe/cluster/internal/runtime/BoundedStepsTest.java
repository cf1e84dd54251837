package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What waits for the cluster thread is a queue that the test works off. */
class BoundedStepsTest {
    private final ArrayDeque<Runnable> thread = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private int left;
    private boolean broken;
    private final BoundedSteps steps = new BoundedSteps(this::step, thread::add);

    private boolean step() {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        done.add("step");
        return --left > 0;
    }

    private void runNext() {
        thread.remove().run();
    }

    @Test
    void whatIsLeftComesAtOnceButBehindWhatWaitsAlready() {
        left = 3;
        thread.add(() -> done.add("other"));
        steps.onTick();
        assertThat(done).containsExactly("step");
        runNext();
        runNext();
        thread.add(() -> done.add("late"));
        runNext();
        runNext();
        assertThat(done).containsExactly("step", "other", "step", "step", "late");
        assertThat(thread).isEmpty();
    }

    @Test
    void aTickBeginsNoSecondRowOfSteps() {
        left = 3;
        steps.onTick();
        steps.onTick();
        assertThat(done).hasSize(1);
        assertThat(thread).hasSize(1);
        runNext();
        runNext();
        assertThat(thread).isEmpty();
        left = 1;
        steps.onTick();
        assertThat(done).hasSize(4);
    }

    @Test
    void aStepThatFailsIsTakenAgainWithTheNextTick() {
        left = 9;
        steps.onTick();
        broken = true;
        assertThatThrownBy(this::runNext).hasMessage("broken");
        assertThat(thread).isEmpty();
        broken = false;
        steps.onTick();
        assertThat(done).hasSize(2);
    }
}
