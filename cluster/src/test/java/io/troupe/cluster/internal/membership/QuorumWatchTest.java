package io.troupe.cluster.internal.membership;

import io.troupe.cluster.internal.membership.QuorumWatch.Change;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class QuorumWatchTest {
    private final QuorumWatch watch = new QuorumWatch();

    @Test
    void whoHasNeverHadALeaseHasLostNothing() {
        assertThat(watch.onTick(false, 0)).isNull();
        assertThat(watch.onTick(true, 5)).isNull();
        assertThat(watch.onTick(true, 5)).isNull();
    }

    @Test
    void aLossIsToldOnceAndSoIsItsEnd() {
        watch.onTick(true, 5);
        assertThat(watch.onTick(false, 5)).isEqualTo(Change.LOST);
        assertThat(watch.onTick(false, 5)).isNull();
        assertThat(watch.onTick(true, 5)).isEqualTo(Change.REGAINED);
        assertThat(watch.onTick(true, 5)).isNull();
        assertThat(watch.onTick(false, 5)).isEqualTo(Change.LOST);
    }

    @Test
    void anotherLifeIsAnotherEnd() {
        watch.onTick(true, 5);
        watch.onTick(false, 5);
        assertThat(watch.onTick(false, 0)).isNull();
        assertThat(watch.onTick(true, 9)).isEqualTo(Change.REBORN);
        assertThat(watch.onTick(false, 9)).isEqualTo(Change.LOST);
        assertThat(watch.onTick(true, 9)).isEqualTo(Change.REGAINED);
    }
}
