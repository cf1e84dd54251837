package io.troupe.actors;

import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NearnessTest {
    private static final Executor ANY = Runnable::run;
    private static final long MINUTE_NS = 60_000_000_000L;

    private long now = -5;
    private int turns;

    private void take(long ns) {
        turns++;
        now += ns;
    }

    @Test
    void aKindThatTakesLongThreeTimesInAMinuteIsNotAllowedAnyMore() {
        Nearness nearness = new Nearness(Echo.KIND.nonBlocking(), () -> now);
        for (int turn = 0; turn < 1_000; turn++) {
            nearness.run(() -> take(Nearness.LONG_NS));
        }
        assertThat(nearness.isAllowed()).isTrue();
        nearness.run(() -> take(Nearness.LONG_NS + 1));
        nearness.run(() -> take(Nearness.LONG_NS + 1));
        now += MINUTE_NS;
        nearness.run(() -> take(Nearness.LONG_NS + 1));
        nearness.run(() -> take(Nearness.LONG_NS + 1));
        assertThat(nearness.isAllowed()).as("the first two are long ago").isTrue();
        nearness.run(() -> take(Nearness.LONG_NS + 1));
        assertThat(nearness.isAllowed()).isFalse();
        assertThat(turns).isEqualTo(1_005);
    }

    @Test
    void aKindHasToSaySo() {
        assertThat(new Nearness(Echo.KIND, () -> now).isAllowed()).isFalse();
        assertThat(Echo.KIND
                        .nonBlocking()
                        .passivateAfter(java.time.Duration.ofSeconds(1))
                        .options()
                        .nonBlocking())
                .isTrue();
    }

    @Test
    void whatRunsOnAnExecutorMayBlock() {
        assertThatThrownBy(() -> Echo.KIND.on(ANY).nonBlocking())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "kind echo runs on an executor, which is for handlers that block, and cannot be nonBlocking:"
                                + " leave one of the two out");
        assertThatThrownBy(() -> Echo.KIND.nonBlocking().on(ANY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kind echo is nonBlocking and cannot run on an executor, which is for handlers that block:"
                        + " leave one of the two out");
    }
}
