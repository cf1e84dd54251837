package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.spi.Platform;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

class ThreadPlatformTest {
    /** The ticks of a node: without them it would neither keep its lease nor come back. */
    @Test
    void whatIsRepeatedComesAgainAfterAnError() {
        AtomicInteger ticks = new AtomicInteger();
        Platform.Loop loop = new ThreadPlatform("n1").newLoop("cluster");
        try {
            loop.repeat(1_000_000, () -> {
                if (ticks.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("once");
                }
            });
            await().until(() -> ticks.get() >= 3);
        } finally {
            loop.close();
        }
    }
}
