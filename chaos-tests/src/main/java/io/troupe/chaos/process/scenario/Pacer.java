package io.troupe.chaos.process.scenario;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.troupe.chaos.process.HarnessException;

/** Calls something at a steady rate from one thread of its own. */
final class Pacer implements AutoCloseable {
    private static final long END_SECONDS = 5;

    private final String name;
    private final ScheduledExecutorService thread;
    private final Future<?> calls;

    Pacer(String name, long intervalMicros, Runnable call) {
        this.name = name;
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "troupe-" + name);
            created.setDaemon(true);
            return created;
        });
        calls = thread.scheduleAtFixedRate(call, 0, intervalMicros, TimeUnit.MICROSECONDS);
    }

    /** Calls no more; throws if a call failed, because the rest of the run had no load then. */
    void stop() {
        if (calls.isDone() && !calls.isCancelled()) {
            try {
                calls.get();
            } catch (ExecutionException e) {
                throw new HarnessException(name + " broke off: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        close();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
