package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Time that passes by itself. */
final class RealTime implements Passage {
    private static final long LOOK_NS = 2_000_000;

    private final long startNs = System.nanoTime();

    @Override
    public long nanoTime() {
        return System.nanoTime() - startNs;
    }

    @Override
    public boolean until(BooleanSupplier condition, Duration limit) {
        long beginNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - beginNs >= limit.toNanos()) {
                return condition.getAsBoolean();
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("the test was interrupted while it waited");
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        return true;
    }
}
