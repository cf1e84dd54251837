package io.troupe.cluster.internal.runtime;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NearbyTest {
    private static final long EACH = Nearby.EACH_NS;

    /** A clock may begin anywhere. */
    private static final long[] BEGINNINGS = {0, 1L << 40, -(1L << 40), Long.MAX_VALUE - 5 * EACH};

    private static int taken(Nearby nearby, long nowNs) {
        int taken = 0;
        while (taken < 1_000 && nearby.take(nowNs)) {
            taken++;
        }
        return taken;
    }

    @Test
    void aFewAtOnceAndThenOneInATime() {
        for (long now : BEGINNINGS) {
            Nearby nearby = new Nearby(now);
            assertThat(taken(nearby, now)).isEqualTo(Nearby.BURST);
            assertThat(taken(nearby, now + EACH - 1)).isZero();
            assertThat(taken(nearby, now + EACH)).isEqualTo(1);
            assertThat(taken(nearby, now + 4 * EACH)).isEqualTo(3);
            long later = now + 1_000 * EACH;
            assertThat(taken(nearby, later))
                    .as("credit does not grow without end")
                    .isEqualTo(Nearby.BURST);
        }
    }

    @Test
    void oneAfterTheOtherIsNeverRefused() {
        long now = 7;
        Nearby nearby = new Nearby(now);
        for (int step = 0; step < 1_000; step++) {
            assertThat(nearby.take(now)).isTrue();
            now += EACH;
        }
    }
}
