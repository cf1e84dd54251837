package io.troupe.chaos.process;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What only a time of one's own shows: between two threads it depends on who is quicker. */
class DelayLineTest {
    private static final long MS = 1_000_000;

    private static DelayLine line(String fault) {
        return new DelayLine(new SplittableRandom(7), LineConditions.HEALTHY.with(Fault.parse(fault)), 0);
    }

    @Test
    void aDrippingLineIsReadyForOneByteAtATime() {
        DelayLine line = line("drip=200");
        line.put(ByteBuffer.wrap(new byte[] {0, 1, 2, 3}), 0);
        for (int i = 0; i < 4; i++) {
            long nowNs = 5L * i * MS;
            ByteBuffer ready = Objects.requireNonNull(line.ready(nowNs));
            assertThat(ready.remaining()).isEqualTo(1);
            assertThat(ready.get()).isEqualTo((byte) i);
            line.wrote(1, nowNs);
            assertThat(line.ready(nowNs)).as("at once").isNull();
            assertThat(line.ready(nowNs + 5 * MS - 1)).as("too early").isNull();
        }
    }

    @Test
    void whatIsDelayedIsDueInItsTurnAndAtOnceWhenTheLineHeals() {
        DelayLine line = line("delay=150");
        line.put(ByteBuffer.wrap(new byte[] {1, 2}), 10 * MS);
        assertThat(line.ready(160 * MS - 1)).isNull();
        assertThat(line.waitNs(10 * MS)).isEqualTo(150 * MS);
        assertThat(line.ready(160 * MS)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        line.change(LineConditions.HEALTHY, 20 * MS);
        assertThat(line.ready(20 * MS)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    }
}
