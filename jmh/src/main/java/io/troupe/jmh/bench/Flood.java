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
    private static final int WINDOW = 4_000;
    private static final long STALL_SECONDS = 60;
    private static final BenchNode.Add ONE = new BenchNode.Add(1);

    private final DeliveryGuarantee guarantee;
    private final IntFunction<Pid<BenchNode.Note>> targets;
    private final Semaphore free = new Semaphore(WINDOW);
    private final AtomicLong succeeded = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private int sent;

    Flood(DeliveryGuarantee guarantee, IntFunction<Pid<BenchNode.Note>> targets) {
        this.guarantee = guarantee;
        this.targets = targets;
    }

    /** {@return successful messages a second, all of them ended} */
    double run(int count) throws InterruptedException {
        return flood(count, Long.MAX_VALUE);
    }

    /** {@return successful messages a second} */
    double runFor(int seconds) throws InterruptedException {
        return flood(Integer.MAX_VALUE, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    long succeeded() {
        return succeeded.get();
    }

    private double flood(int count, long untilNs) throws InterruptedException {
        long before = succeeded.get();
        long start = System.nanoTime();
        for (int i = 0; i < count && (untilNs == Long.MAX_VALUE || System.nanoTime() - untilNs < 0); i++) {
            take(1);
            CompletableFuture<Void> unused =
                    targets.apply(sent++).tell(ONE, guarantee).thenAccept(this::onEnd);
        }
        take(WINDOW); // All have ended.
        double rate = (succeeded.get() - before) * 1e9 / (System.nanoTime() - start);
        free.release(WINDOW);
        if (failed.get() > 0) {
            throw new BenchException(failed.get() + " of " + sent + " messages did not succeed");
        }
        return rate;
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
