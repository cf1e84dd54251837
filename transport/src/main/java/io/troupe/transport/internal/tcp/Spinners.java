package io.troupe.transport.internal.tcp;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.transport.TransportConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the agents of this process that hardly ever sleep. One too many makes all of them slow: three on two processors
 * answered after milliseconds where one answers after microseconds. Any thread.
 */
final class Spinners {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    /** Who looks for work for so long finds some on a link in use. */
    private static final Duration HARDLY_SLEEPS = Duration.ofMillis(1);

    private static final AtomicInteger RUNNING = new AtomicInteger();

    private Spinners() {}

    static void onStart(TransportConfig config) {
        if (isOne(config)) {
            String trouble =
                    trouble(RUNNING.incrementAndGet(), Runtime.getRuntime().availableProcessors());
            if (!trouble.isEmpty()) {
                LOG.warn("node {}: {}", config.nodeId(), trouble);
            }
        }
    }

    static void onEnd(TransportConfig config) {
        if (isOne(config)) {
            RUNNING.decrementAndGet();
        }
    }

    static int running() {
        return RUNNING.get();
    }

    private static boolean isOne(TransportConfig config) {
        return config.spin().compareTo(HARDLY_SLEEPS) >= 0;
    }

    /** {@return what to tell the user; empty if nothing} */
    static String trouble(int spinners, int processors) {
        return spinners < processors
                ? ""
                : spinners + " threads of links spin on " + processors
                        + " processors, and nothing else gets to run beside them: spin for less than "
                        + HARDLY_SLEEPS.toMillis() + " ms, or give the process more processors";
    }
}
