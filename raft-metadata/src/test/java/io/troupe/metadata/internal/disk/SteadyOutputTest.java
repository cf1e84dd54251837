package io.troupe.metadata.internal.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SteadyOutputTest {
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private int forced;
    private int mostOpen;

    private final SteadyOutput out = new SteadyOutput(file, () -> {
        mostOpen = Math.max(mostOpen, file.size() - forced);
        forced = file.size();
    });

    @Test
    void neverLeavesMoreThanItsMostToTheEnd() throws IOException {
        byte[] bytes = new byte[5 * SteadyOutput.MOST / 2];
        new Random(1).nextBytes(bytes);
        int at = 0;
        for (int length : new int[] {SteadyOutput.MOST - 1, 2, SteadyOutput.MOST + 1, 0}) {
            out.write(bytes, at, length);
            at += length;
        }
        out.write(bytes[at++]);
        out.write(bytes, at, bytes.length - at);
        mostOpen = Math.max(mostOpen, file.size() - forced);
        assertThat(mostOpen).isEqualTo(SteadyOutput.MOST);
        assertThat(forced).isEqualTo(2 * SteadyOutput.MOST);
        assertThat(file.toByteArray()).isEqualTo(bytes);
    }
}
