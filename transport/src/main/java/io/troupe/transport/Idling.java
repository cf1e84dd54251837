package io.troupe.transport;

import java.util.function.Supplier;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;

/** What the thread of the links does while there is nothing to do. */
public enum Idling {
    /** Looks for work for the configured time, then sleeps until a socket, a sender or a timer wakes it. */
    SELECTOR,

    /** Looks again at once: a processor for itself. Agrona's {@link BusySpinIdleStrategy}. */
    SPIN,

    /**
     * Lets others run before it looks again; takes whatever processor time they leave. Agrona's
     * {@link YieldingIdleStrategy}.
     */
    YIELD,

    /**
     * Spins, yields, then sleeps for longer and longer, a millisecond at most. Agrona's {@link BackoffIdleStrategy}.
     */
    BACKOFF,

    /**
     * Sleeps a microsecond, and what the system adds to that, before it looks again. Agrona's
     * {@link SleepingIdleStrategy}.
     */
    SLEEP;

    /** {@return what makes a strategy for one thread; null for {@link #SELECTOR}} */
    public @Nullable Supplier<? extends IdleStrategy> strategies() {
        return switch (this) {
            case SELECTOR -> null;
            case SPIN -> () -> BusySpinIdleStrategy.INSTANCE;
            case YIELD -> () -> YieldingIdleStrategy.INSTANCE;
            case BACKOFF -> BackoffIdleStrategy::new;
            case SLEEP -> SleepingIdleStrategy::new;
        };
    }
}
