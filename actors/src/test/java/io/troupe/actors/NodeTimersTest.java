package io.troupe.actors;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.troupe.cluster.internal.runtime.ThreadPlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class NodeTimersTest {
    @Test
    void aTimerThatFailsWithAnErrorDoesNotStopTheOthers() throws InterruptedException {
        ThreadPlatform platform = new ThreadPlatform("timers");
        NodeTimers timers = new NodeTimers(platform);
        CountDownLatch fired = new CountDownLatch(2);
        try {
            long nowNs = platform.clock().nanoTime();
            timers.schedule(nowNs, () -> {
                fired.countDown();
                throw new OutOfMemoryError("unable to create native thread");
            });
            timers.schedule(nowNs + TimeUnit.MILLISECONDS.toNanos(20), fired::countDown);
            assertThat(fired.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            timers.close();
        }
    }
}
