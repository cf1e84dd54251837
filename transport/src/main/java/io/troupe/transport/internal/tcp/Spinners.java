package io.troupe.transport.internal.tcp;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.transport.TransportConfig;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the agents of this process that hardly ever sleep. One too many makes all of them slow: three on two
 * processors answered after milliseconds where one answers after microseconds. Any thread.
 */
final class Spinners {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    /** Who looks for work for so long finds some on a link in use. */
    private static final Duration HARDLY_SLEEPS = Duration.ofMillis(1);

    private static final AtomicInteger RUNNING = new AtomicInteger();

    private Spinners() {}

    /** {@code strategy} is that of the agent; null if it sleeps in the selector. */
    static void onStart(TransportConfig config, @Nullable IdleStrategy strategy) {
        if (isOne(config, strategy)) {
            String trouble =
                    trouble(RUNNING.incrementAndGet(), Runtime.getRuntime().availableProcessors());
            if (!trouble.isEmpty()) {
                LOG.warn("node {}: {}", config.nodeId(), trouble);
            }
        }
    }

    static void onEnd(TransportConfig config, @Nullable IdleStrategy strategy) {
        if (isOne(config, strategy)) {
            RUNNING.decrementAndGet();
        }
    }

    static int running() {
        return RUNNING.get();
    }

    private static boolean isOne(TransportConfig config, @Nullable IdleStrategy strategy) {
        if (strategy == null) {
            return config.spin().compareTo(HARDLY_SLEEPS) >= 0;
        }
        return strategy instanceof BusySpinIdleStrategy
                || strategy instanceof YieldingIdleStrategy
                || strategy instanceof NoOpIdleStrategy;
    }

    /** {@return what to tell the user; empty if nothing} */
    static String trouble(int spinners, int processors) {
        return spinners < processors
                ? ""
                : spinners + " threads of links spin on " + processors
                        + " processors, and nothing else gets to run beside them: spin for less than "
                        + HARDLY_SLEEPS.toMillis()
                        + " ms, or idle another way than SPIN and YIELD, or give the process more"
                        + " processors";
    }
}
