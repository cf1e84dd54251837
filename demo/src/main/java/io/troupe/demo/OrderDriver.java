package io.troupe.demo;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.demo.OrderGateway.Sent;
import io.troupe.demo.input.OrderLine;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Sends every order line as one message to each of its entities, in order, never more than a window of them unanswered.
 * {@link #run} belongs to one thread; answers come on others; the counts may be read from anywhere.
 */
final class OrderDriver {
    private static final long LONGEST_LATENCY_MICROS = TimeUnit.MINUTES.toMicros(5);
    private static final int LATENCY_DIGITS = 3;
    private static final long REFUSED_PAUSE_MILLIS = 2;

    private final OrderGateway gateway;
    private final List<OrderLine> lines;
    private final List<EntityKind> kinds;
    private final boolean resendUnknown;
    private final int window;
    /** Permits = window - messages that have no terminal outcome yet. */
    private final Semaphore free;

    private final Queue<Message> again = new ConcurrentLinkedQueue<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acked = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final Recorder latencyMicros = new Recorder(LONGEST_LATENCY_MICROS, LATENCY_DIGITS);

    private record Message(EntityKind kind, OrderLine line) {
        String id() {
            return kind == EntityKind.CUSTOMER ? line.customer() : line.stock();
        }
    }

    OrderDriver(OrderGateway gateway, List<OrderLine> lines, DemoOptions options) {
        this.gateway = gateway;
        this.lines = lines;
        this.kinds = options.stock() ? List.of(EntityKind.values()) : List.of(EntityKind.CUSTOMER);
        this.resendUnknown = options.mode() == Mode.AT_LEAST_ONCE;
        this.window = options.inFlight();
        this.free = new Semaphore(window);
    }

    /** Returns when every message has its outcome. */
    void run() throws InterruptedException {
        for (OrderLine line : lines) {
            for (EntityKind kind : kinds) {
                acquire(1);
                send(new Message(kind, line));
            }
        }
        acquire(window);
    }

    long total() {
        return (long) lines.size() * kinds.size();
    }

    long acked() {
        return acked.get();
    }

    long inFlight() {
        return sent.get() - acked.get() - unknown.get();
    }

    /** {@return messages that the cluster proved not to have run, and that were sent anew} */
    long refused() {
        return refused.get();
    }

    /** {@return messages that ended without a known outcome} */
    long unknown() {
        return unknown.get();
    }

    /** {@return the latencies since the last call, in microseconds, from send to ack} */
    Histogram takeLatencies() {
        return latencyMicros.getIntervalHistogram();
    }

    private void acquire(int permits) throws InterruptedException {
        while (!free.tryAcquire(permits, REFUSED_PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
            sendAgain();
        }
        sendAgain();
    }

    private void sendAgain() {
        // Only what is queued now: what is refused in this round waits for the next one.
        for (int left = again.size(); left > 0; left--) {
            Message message = again.poll();
            if (message == null) {
                return;
            }
            submit(message);
        }
    }

    private void send(Message message) {
        sent.incrementAndGet();
        submit(message);
    }

    private void submit(Message message) {
        long startNs = System.nanoTime();
        gateway.send(message.kind(), message.id(), message.line())
                .whenComplete((outcome, failure) -> onOutcome(message, startNs, outcome, failure));
    }

    private void onOutcome(Message message, long startNs, @Nullable Sent outcome, @Nullable Throwable failure) {
        if (failure != null || outcome == null) {
            // Nothing says whether it ran: the same as an unknown outcome.
            onUnknown(message);
            return;
        }
        switch (outcome) {
            case DONE -> {
                long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNs);
                latencyMicros.recordValue(Math.min(micros, LONGEST_LATENCY_MICROS));
                acked.incrementAndGet();
                free.release();
            }
            case REFUSED -> {
                refused.incrementAndGet();
                again.add(message);
            }
            case UNKNOWN -> onUnknown(message);
        }
    }

    private void onUnknown(Message message) {
        if (resendUnknown) {
            again.add(message);
            return;
        }
        // Sending it again could double it; the verdict will say whether it took effect.
        unknown.incrementAndGet();
        free.release();
    }
}
