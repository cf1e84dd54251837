package io.troupe.actors;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrafficTest {
    private static final long SECOND = Traffic.RATE_NS;

    private final Traffic traffic = new Traffic(0);

    private void handle(int messages) {
        for (int i = 0; i < messages; i++) {
            traffic.onEnded(new SendOutcome.Processed(1), 1);
        }
    }

    private double rate(long nowNs) {
        return traffic.messages(nowNs).throughput();
    }

    @Test
    void theRateIsThatBetweenTwoLooksThatWereASecondApart() {
        handle(30);
        assertThat(rate(SECOND / 2)).isEqualTo(60); // there is no earlier one
        assertThat(rate(SECOND)).isEqualTo(30);
        handle(20);
        assertThat(rate(3 * SECOND)).isEqualTo(10);
        assertThat(rate(5 * SECOND)).isZero();
    }

    @Test
    void whoLooksAgainAtOnceDisturbsNobodysRate() {
        handle(30);
        assertThat(rate(SECOND)).isEqualTo(30);
        handle(8);
        assertThat(rate(SECOND)).isEqualTo(30);
        assertThat(rate(SECOND + 1)).isEqualTo(30);
        assertThat(rate(3 * SECOND)).isEqualTo(4);
    }
}
