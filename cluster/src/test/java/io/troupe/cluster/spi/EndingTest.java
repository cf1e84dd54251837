package io.troupe.cluster.spi;

import java.nio.charset.StandardCharsets;

import io.troupe.cluster.spi.InboundMessage.Ending;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EndingTest {
    private static String kept(Ending ending, String text) {
        return new String(ending.kept(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Test
    void ofALongReasonTheBeginningIsKeptAndHowLongItWas() {
        String fits = "x".repeat(4096);
        assertThat(kept(Ending.FAILED, fits)).isEqualTo(fits);
        String said = kept(Ending.FAILED, "x".repeat(200_000));
        assertThat(said).hasSize(4096).endsWith("x ... (of 200000 bytes)");
        assertThat(kept(Ending.REJECTED, "x" + "\u20ac".repeat(2_000)))
                .doesNotContain("\ufffd")
                .endsWith("\u20ac ... (of 6001 bytes)")
                .hasSizeLessThan(4096);
    }

    @Test
    void anAnswerIsKeptAsItIs() {
        String answer = "x".repeat(60_000);
        assertThat(kept(Ending.DONE, answer)).isEqualTo(answer);
    }
}
