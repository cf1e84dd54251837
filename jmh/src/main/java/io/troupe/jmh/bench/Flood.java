package io.troupe.jmh.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;

/** Sends with a bounded number of messages in flight, and counts how they end. */
final class Flood {
    /** In flight, unless another window is given. */
    static final int WINDOW = 4_000;

    private static final long STALL_SECONDS = 60;
    private static final BenchNode.Add ONE = new BenchNode.Add(1);

    private final DeliveryGuarantee guarantee;
    private final IntFunction<Pid<BenchNode.Note>> targets;
    private final int window;
    private final Semaphore free;
    private final AtomicLong succeeded = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private int sent;

    Flood(DeliveryGuarantee guarantee, IntFunction<Pid<BenchNode.Note>> targets) {
        this(guarantee, WINDOW, targets);
    }

    Flood(DeliveryGuarantee guarantee, int window, IntFunction<Pid<BenchNode.Note>> targets) {
        this.guarantee = guarantee;
        this.window = window;
        this.targets = targets;
        free = new Semaphore(window);
    }

    /** {@return successful messages a second, all of them ended} */
    double runFor(int millis) throws InterruptedException {
        long start = System.nanoTime();
        return count(millis) * 1e9 / (System.nanoTime() - start);
    }

    long succeeded() {
        return succeeded.get();
    }

    /** {@return successful messages, all of them ended} */
    long count(int millis) throws InterruptedException {
        long before = succeeded.get();
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - untilNs < 0) {
            take(1);
            CompletableFuture<Void> unused = targets.apply(sent++ & Integer.MAX_VALUE)
                    .tell(ONE, guarantee)
                    .thenAccept(this::onEnd);
        }
        take(window); // All have ended.
        free.release(window);
        if (failed.get() > 0) {
            throw new BenchException(failed.get() + " of " + sent + " messages did not succeed");
        }
        return succeeded.get() - before;
    }

    private void onEnd(SendOutcome outcome) {
        boolean good = outcome instanceof SendOutcome.Committed
                || outcome instanceof SendOutcome.Processed
                || outcome instanceof SendOutcome.Accepted;
        (good ? succeeded : failed).incrementAndGet();
        free.release();
    }

    private void take(int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, STALL_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("no message has ended for " + STALL_SECONDS + " s");
        }
    }
}
