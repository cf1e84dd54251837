package io.troupe.chaos.process.scenario;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.troupe.chaos.process.HarnessException;

/** Waits for what other processes do. An interrupt ends the run. */
final class Poll {
    private static final long INTERVAL_NS = 20_000_000;

    private Poll() {}

    /** {@return whether the condition came true in time} */
    static boolean until(Duration limit, BooleanSupplier condition) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNs >= limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(INTERVAL_NS);
            if (Thread.currentThread().isInterrupted()) {
                throw new HarnessException("the run was interrupted");
            }
        }
        return true;
    }
}
