package io.troupe.transport.internal.tcp;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class SpinnersTest {
    @Test
    void asManyAsThereAreProcessorsAreTooMany() {
        assertThat(Spinners.trouble(1, 2)).isEmpty();
        assertThat(Spinners.trouble(2, 2))
                .isEqualTo("2 threads of links spin on 2 processors, and nothing else gets to run beside them: spin for"
                        + " less than 1 ms, or give the process more processors");
    }

    @Test
    void anAgentCountsWhileItRunsIfItHardlySleeps() {
        int before = Spinners.running();
        try (TestNode spinning = TestNode.start(
                        "s", config -> config.bind("127.0.0.1", 0).spin(Duration.ofMillis(1)));
                TestNode sleeping = TestNode.start(
                        "t", config -> config.bind("127.0.0.1", 0).spin(Duration.ofNanos(20_000)))) {
            await().until(() -> Spinners.running() == before + 1);
            assertThat(spinning.system.port()).isNotEqualTo(sleeping.system.port());
        }
        await().until(() -> Spinners.running() == before);
    }
}
