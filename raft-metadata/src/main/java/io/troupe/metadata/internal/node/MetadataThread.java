package io.troupe.metadata.internal.node;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * The one thread that drives a node's metadata cores. Runs what was handed in, then one turn of the cores, then sleeps
 * until something is handed in or the cores want to wake. Whatever gathers while it works shares the next turn.
 */
public final class MetadataThread implements Executor, AutoCloseable {
    /** Events between two turns of the cores. */
    private static final int MAX_EVENTS = 1024;

    /** How long {@link #close} waits for the running turn, in milliseconds. */
    private static final long CLOSE_MILLIS = 2_000;

    private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final LongUnaryOperator turn;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * A thread that is not started.
     *
     * @param nodeId    names the thread
     * @param turn      given the time in ns, does what is due and answers when to wake next
     * @param onFailure told what an event or a turn threw: an invariant is broken
     */
    public MetadataThread(String nodeId, LongUnaryOperator turn, Consumer<Throwable> onFailure) {
        this.turn = turn;
        this.onFailure = onFailure;
        thread = new Thread(this::run, "troupe-" + nodeId + "-metadata");
        thread.setDaemon(true);
    }

    /** Starts the thread; once. */
    public void start() {
        thread.start();
    }

    /** {@return true if the calling thread is this one} */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Runs an event on this thread, in the order of the calls; after {@link #close} it is dropped. */
    @Override
    public void execute(Runnable event) {
        events.add(event);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends the thread when it has run all events handed in before. Waits for it. Idempotent. */
    @Override
    public void close() {
        execute(() -> closed = true);
        if (thread.getState() == Thread.State.NEW) {
            runEvents(Integer.MAX_VALUE); // Never started: what was handed in is told here that it is over.
        } else if (!isCurrent()) {
            try {
                thread.join(CLOSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        while (!closed) {
            long wakeNs = Long.MAX_VALUE;
            try {
                runEvents(MAX_EVENTS);
                wakeNs = turn.applyAsLong(System.nanoTime());
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
            }
            sleepUntil(wakeNs);
        }
    }

    private void runEvents(int most) {
        for (int i = 0; i < most; i++) {
            Runnable event = events.poll();
            if (event == null) {
                return;
            }
            event.run();
        }
    }

    private void sleepUntil(long wakeNs) {
        asleep.set(true);
        if (events.isEmpty() && !closed) {
            if (wakeNs == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long waitNs = wakeNs - System.nanoTime();
                if (waitNs > 0) {
                    LockSupport.parkNanos(this, waitNs);
                }
            }
        }
        asleep.set(false);
    }
}
