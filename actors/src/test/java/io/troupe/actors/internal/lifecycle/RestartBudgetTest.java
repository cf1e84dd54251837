package io.troupe.actors.internal.lifecycle;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RestartBudgetTest {
    @Test
    void waitsDoubleUpToTheLongestAndBeginAnewWithThePeriod() {
        RestartBudget budget = new RestartBudget(5, 1000, 10, 50);
        assertThat(List.of(
                        budget.onFailure(0),
                        budget.onFailure(1),
                        budget.onFailure(2),
                        budget.onFailure(3),
                        budget.onFailure(4),
                        budget.onFailure(999)))
                .containsExactly(10L, 20L, 40L, 50L, 50L, RestartBudget.EXHAUSTED);
        assertThat(budget.onFailure(1000)).isEqualTo(50);
        assertThat(budget.onFailure(5000)).isEqualTo(10);
    }

    @Test
    void withoutABackoffNobodyWaits() {
        RestartBudget budget = new RestartBudget(3, 1000, 0, 0);
        assertThat(budget.onFailure(0)).isZero();
        assertThat(budget.onFailure(0)).isZero();
    }

    /** However failures come: no window of one period ever sees more restarts than the limit. */
    @Property
    void noPeriodSeesMoreRestartsThanTheLimit(
            @ForAll @IntRange(max = 5) int limit,
            @ForAll @LongRange(min = Long.MAX_VALUE - 100) long startNs,
            @ForAll @Size(max = 60) List<@IntRange(max = 30) Integer> steps) {
        long periodNs = 50;
        RestartBudget budget = new RestartBudget(limit, periodNs, 1, 8);
        List<Long> restarts = new ArrayList<>();
        long now = startNs; // the clock may pass its largest number
        for (int step : steps) {
            now += step;
            long end = now;
            long recent = restarts.stream().filter(at -> end - at < periodNs).count();
            long wait = budget.onFailure(now);
            assertThat(wait == RestartBudget.EXHAUSTED).isEqualTo(recent >= limit);
            if (wait != RestartBudget.EXHAUSTED) {
                assertThat(wait).isEqualTo(Math.min(8, 1L << Math.min(10, recent)));
                restarts.add(now);
            }
        }
    }
}
