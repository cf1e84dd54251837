package io.troupe.jmh.bench;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import io.troupe.cluster.SendOutcome;

/** One message to each of many entities, with a bounded number under way; one that found no way is sent once more. */
final class ScaleLoad {
    private static final int WINDOW = 6_000;
    private static final int STALL_SECONDS = 60;

    /** Of the messages: a node that pauses may lose its shards for a while. */
    private static final int MOST_AGAIN_PERCENT = 50;

    private final IntFunction<CompletableFuture<SendOutcome>> send;
    private final Semaphore free = new Semaphore(WINDOW);
    private final Queue<Integer> again = new ConcurrentLinkedQueue<>();
    private volatile String lastFailure = "";
    private int repeated;

    /** @param send sends the message with a number; to send it twice is to do no harm */
    ScaleLoad(IntFunction<CompletableFuture<SendOutcome>> send) {
        this.send = send;
    }

    /** {@return messages a second, all of them committed} */
    double run(int count) throws InterruptedException {
        long start = System.nanoTime();
        for (int n = 0; n < count; n++) {
            sendOne(n);
        }
        take(WINDOW);
        for (Integer n; (n = again.poll()) != null; ) {
            if (++repeated > count * MOST_AGAIN_PERCENT / 100) {
                throw new BenchException("too many messages did not succeed, the last was " + lastFailure);
            }
            free.release(WINDOW);
            sendOne(n);
            take(WINDOW);
        }
        free.release(WINDOW);
        return count * 1e9 / (System.nanoTime() - start);
    }

    /** {@return how many had to be sent once more} */
    int repeated() {
        return repeated;
    }

    private void sendOne(int n) throws InterruptedException {
        take(1);
        CompletableFuture<Void> unused = send.apply(n).handle((outcome, failure) -> {
            if (!(outcome instanceof SendOutcome.Committed)) {
                lastFailure = String.valueOf(failure == null ? outcome : failure);
                again.add(n);
            }
            free.release();
            return null;
        });
    }

    private void take(int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, STALL_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("no message has ended for " + STALL_SECONDS + " s");
        }
    }
}
