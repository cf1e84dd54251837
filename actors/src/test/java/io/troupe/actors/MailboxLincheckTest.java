package io.troupe.actors;

import java.util.ArrayDeque;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A mailbox is a bounded queue that can be closed: whatever two threads do to it at the same time, its answers are
 * those of some order of their calls. Every switch between the threads is tried up to a bound.
 */
@Tag("lincheck")
public class MailboxLincheckTest {
    private static final int CAPACITY = 2;

    private final LoneCell cell = new LoneCell(CAPACITY, turn -> {}, message -> {});

    @Operation
    public Cell.Offer offer(int message) {
        return cell.offer(message);
    }

    /** What was counted is there, or will be in a moment: a turn that finds nothing yet is followed by another one. */
    @Operation
    public @Nullable Object take() {
        while (true) {
            Object message = cell.pushOut();
            if (message != null || cell.isEmpty()) {
                return message;
            }
        }
    }

    @Operation
    public boolean close() {
        return cell.close();
    }

    @Operation
    public void shut() {
        cell.shut();
    }

    @Operation
    public boolean isDrained() {
        return cell.isDrained();
    }

    /** The same by one thread. */
    public static class Queue {
        private final ArrayDeque<Object> waiting = new ArrayDeque<>();
        private boolean closed;

        public Cell.Offer offer(int message) {
            if (closed) {
                return Cell.Offer.CLOSED;
            }
            if (waiting.size() == CAPACITY) {
                return Cell.Offer.FULL;
            }
            waiting.add(message);
            return Cell.Offer.TAKEN;
        }

        public @Nullable Object take() {
            return waiting.poll();
        }

        public boolean close() {
            boolean closes = !closed && waiting.isEmpty();
            closed |= closes;
            return closes;
        }

        public void shut() {
            closed = true;
        }

        public boolean isDrained() {
            return closed && waiting.isEmpty();
        }
    }

    @Test
    void itsAnswersAreThoseOfSomeOrderOfTheCalls() {
        Lincheck.check(
                MailboxLincheckTest.class,
                new ModelCheckingOptions().sequentialSpecification(Queue.class),
                "|close|offer:1|take isDrained",
                "offer:1|take close|offer:2|take isDrained",
                "offer:1|offer:2|offer:3|take take",
                "|offer:1 shut|take isDrained|take isDrained",
                "offer:1 offer:2|take offer:3|offer:4|take take take",
                "|offer:1 offer:2|take take|take");
    }
}
