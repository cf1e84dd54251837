package io.troupe.transport.internal.tcp;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Runs the duty cycles of an agent on threads of the host, one at a time: who is inside owns what is confined to the
 * agent, and hands it to the next one by leaving. Any thread.
 */
final class Invoker {
    private static final long PAUSE_NS = 50_000L;

    private final TransportAgent agent;
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

    /** From then on whoever closes makes cycles too, and nobody is blamed for meeting it. */
    private volatile boolean closing;

    Invoker(TransportAgent agent) {
        this.agent = agent;
    }

    /** One cycle. Returns how much was done. */
    int invoke() {
        if (!inside.compareAndSet(null, Thread.currentThread())) {
            if (closing) {
                return 0;
            }
            throw new IllegalStateException(
                    "invoke is running already: call it from one thread, and not from a handler");
        }
        try {
            return agent.invoke();
        } finally {
            inside.set(null);
        }
    }

    /**
     * Makes cycles until the agent has ended, but not for longer than that. From a handler it does nothing: its caller
     * has to go on.
     */
    void close(long waitNs) {
        closing = true;
        long startNs = System.nanoTime();
        while (agent.isRunning() && !isInside() && System.nanoTime() - startNs < waitNs) {
            if (invoke() == 0) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    /** Whether the calling thread is in a handler. */
    boolean isInside() {
        return inside.get() == Thread.currentThread();
    }
}
