package io.troupe.jmh.bench;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.HdrHistogram.Histogram;

/** Writes of 100 bytes by one voter into its group's log: the same code for ours and for bare Ratis. */
final class WriteLoad implements Child.Commands {
    /** In flight in the rate measurement. */
    static final int WINDOW = 2_000;

    static final String WRITTEN = "written";

    private static final String FAILED = "failed";
    private static final int LENGTH = 100;
    private static final int LIMIT_SECONDS = 30;

    private final ReplicatedLog log;
    private final byte[] value = new byte[LENGTH];

    /** A log as one of its voters sees it. Called by one thread. */
    interface ReplicatedLog {
        boolean leads();

        /** {@return completes when a majority has it on disk and it is applied here; fails if that is not known} */
        CompletableFuture<?> write(byte[] value);
    }

    WriteLoad(ReplicatedLog log) {
        this.log = log;
    }

    /**
     * {@inheritDoc} Knows {@code leads}, {@code latency count millis} (p50, p99 and maximum in microseconds, of fewer
     * if the time is over), {@code rate millis} (writes a second) and {@code try} ({@value #WRITTEN} or
     * {@value #FAILED}).
     */
    @Override
    public String answer(String command) throws InterruptedException {
        String[] words = command.split(" ", -1);
        return switch (words[0]) {
            case "leads" -> Boolean.toString(log.leads());
            case "latency" -> latency(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "rate" -> rate(Long.parseLong(words[1]));
            case "try" -> tryOnce();
            default -> throw new BenchException("unknown command " + command);
        };
    }

    private String latency(int count, long millis) {
        Histogram nanos = Rounds.histogram();
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int i = 0; i < count && System.nanoTime() - untilNs < 0; i++) {
            long start = System.nanoTime();
            log.write(value).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
            nanos.recordValue(System.nanoTime() - start);
        }
        return String.format(
                Locale.ROOT,
                "%.1f %.1f %.1f",
                Rounds.micros(nanos, 50),
                Rounds.micros(nanos, 99),
                nanos.getMaxValue() / 1e3);
    }

    private String rate(long millis) throws InterruptedException {
        Semaphore free = new Semaphore(WINDOW);
        AtomicLong succeeded = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(millis)) {
            take(free, 1);
            CompletableFuture<Void> unused = log.write(value).handle((written, failure) -> {
                (failure == null ? succeeded : failed).incrementAndGet();
                free.release();
                return null;
            });
        }
        take(free, WINDOW);
        if (failed.get() > 0) {
            throw new BenchException(failed.get() + " writes failed");
        }
        return String.format(Locale.ROOT, "%.1f", succeeded.get() * 1e9 / (System.nanoTime() - start));
    }

    /** One try, as a caller that lost its leader makes them. */
    private String tryOnce() throws InterruptedException {
        CompletableFuture<?> written = log.write(value).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (written.handle((done, failure) -> failure == null).join()) {
            return WRITTEN;
        }
        TimeUnit.MILLISECONDS.sleep(1);
        return FAILED;
    }

    private static void take(Semaphore free, int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("no write has ended for " + LIMIT_SECONDS + " s");
        }
    }
}
