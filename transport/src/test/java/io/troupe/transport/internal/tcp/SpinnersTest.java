package io.troupe.transport.internal.tcp;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

import io.troupe.transport.Idling;
import io.troupe.transport.TransportConfig;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class SpinnersTest {
    @Test
    void asManyAsThereAreProcessorsAreTooMany() {
        assertThat(Spinners.trouble(1, 2)).isEmpty();
        assertThat(Spinners.trouble(2, 2))
                .isEqualTo("2 threads of links spin on 2 processors, and nothing else gets to run beside them: spin for"
                        + " less than 1 ms, or idle another way than SPIN and YIELD, or give the process more"
                        + " processors");
    }

    @Test
    void whetherAnAgentSpinsIsSaidByItsIdleStrategyIfItHasOne() {
        TransportConfig config =
                TransportConfig.builder("s").spin(TransportConfig.MAX_SPIN).build();
        int before = Spinners.running();
        Map<Idling, Integer> counted = new EnumMap<>(Idling.class);
        for (Idling idling : Idling.values()) {
            Supplier<? extends IdleStrategy> strategies = idling.strategies();
            IdleStrategy strategy = strategies == null ? null : strategies.get();
            Spinners.onStart(config, strategy);
            counted.put(idling, Spinners.running() - before);
            Spinners.onEnd(config, strategy);
            assertThat(Spinners.running()).isEqualTo(before);
        }
        assertThat(counted)
                .isEqualTo(Map.of(
                        Idling.SELECTOR, 1, Idling.SPIN, 1, Idling.YIELD, 1, Idling.BACKOFF, 0, Idling.SLEEP, 0));
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
