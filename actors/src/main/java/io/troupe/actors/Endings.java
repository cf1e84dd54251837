package io.troupe.actors;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.agrona.concurrent.NanoClock;

/** Counts the started handlers that have something to end, so that a closing node can wait for them. Any thread. */
final class Endings {
    private static final ClassValue<Boolean> OVERRIDDEN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return type.getMethod("postStop", ActorContext.class).getDeclaringClass() != Handler.class;
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("no handler: " + type.getName(), e);
            }
        }
    };

    private final AtomicInteger started = new AtomicInteger();

    /** Most handlers have nothing to end: then the loss of a shard with many entities wakes nobody. */
    static boolean has(Handler<?> handler) {
        return OVERRIDDEN.get(handler.getClass());
    }

    void onStarted(Handler<?> handler) {
        if (has(handler)) {
            started.incrementAndGet();
        }
    }

    void onEnded(Handler<?> handler) {
        if (has(handler) && started.decrementAndGet() == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Waits until all have ended, or the limit has passed. */
    synchronized void await(NanoClock clock, long limitNs) {
        long endNs = clock.nanoTime() + limitNs;
        try {
            for (long leftNs = limitNs; started.get() > 0 && leftNs > 0; leftNs = endNs - clock.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
