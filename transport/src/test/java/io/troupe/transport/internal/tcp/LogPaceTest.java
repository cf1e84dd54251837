package io.troupe.transport.internal.tcp;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogPaceTest {
    private static final long MS = 1_000_000L;

    /** A thousand strangers a second for an hour. */
    @Test
    void aFloodIsNeverWorthMoreThanALineASecond() {
        LogPace pace = new LogPace();
        long lastNs = -2_000 * MS;
        int lines = 0;
        for (long count = 1; count <= 3_600_000; count++) {
            long nowNs = count * MS;
            if (pace.isWorthALine(count, nowNs)) {
                assertThat(nowNs - lastNs).isGreaterThanOrEqualTo(1_000 * MS);
                lastNs = nowNs;
                lines++;
            }
        }
        assertThat(lines).isBetween(8, 16);
    }

    @Test
    void whatHappensAgainAfterAQuietMinuteIsToldAgain() {
        LogPace pace = new LogPace();
        assertThat(pace.isWorthALine(1, 0)).isTrue();
        assertThat(pace.isWorthALine(2, 10 * MS)).isFalse();
        assertThat(pace.isWorthALine(3, 60_009 * MS)).as("doubled").isTrue();
        assertThat(pace.isWorthALine(4, 120_008 * MS)).isFalse();
        assertThat(pace.isWorthALine(5, 180_009 * MS)).as("quiet").isTrue();
    }
}
