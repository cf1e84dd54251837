package io.troupe.actors;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A message that was taken is handled, once and by one thread at a time, without another one that wakes the actor. */
@Tag("lincheck")
public class TurnsLincheckTest {
    private static final int CAPACITY = 10;

    private final ConcurrentLinkedQueue<Runnable> turns = new ConcurrentLinkedQueue<>();
    private final AtomicInteger taken = new AtomicInteger();
    /** Turns that are ordered and have not begun. */
    private final AtomicInteger ordered = new AtomicInteger();

    private final LoneCell cell = new LoneCell(CAPACITY, this::order, message -> handle());
    private volatile boolean running;
    private volatile boolean overlapped;
    private volatile int handled;

    private void order(Runnable turn) {
        if (ordered.incrementAndGet() > 1) {
            overlapped = true;
        }
        turns.add(turn);
    }

    private void run(Runnable turn) {
        ordered.decrementAndGet();
        turn.run();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time: that is what is tested
    private void handle() {
        overlapped |= running;
        running = true;
        handled++;
        running = false;
    }

    @Operation
    public void offer() {
        if (cell.offer("message") == Cell.Offer.TAKEN) {
            taken.incrementAndGet();
        }
    }

    /** A thread of the executor takes what is next. */
    @Operation
    public void turn() {
        Runnable next = turns.poll();
        if (next != null) {
            run(next);
        }
    }

    @Validate
    public void nothingWaitsForEver() {
        for (Runnable next; (next = turns.poll()) != null; ) {
            run(next);
        }
        if (overlapped || handled != taken.get() || !cell.isEmpty()) {
            throw new IllegalStateException(
                    handled + " of " + taken + " messages were handled" + (overlapped ? ", by two turns at once" : ""));
        }
    }

    @Test
    void noMessageIsLeftWithoutATurnAndNoTwoTurnsOverlap() {
        Lincheck.check(
                TurnsLincheckTest.class,
                new ModelCheckingOptions(),
                "offer|turn|offer|",
                "|offer|offer|",
                "|offer turn|offer turn|",
                "offer offer|turn|offer turn|");
    }
}
