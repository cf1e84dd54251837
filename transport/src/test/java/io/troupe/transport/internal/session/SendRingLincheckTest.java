package io.troupe.transport.internal.session;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

import io.troupe.transport.internal.buffer.WatchedMemory;
import io.troupe.transport.internal.frame.FrameLayout;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A ring with one consumer is a bounded queue: whatever producers and the consumer do at the same time, their answers
 * are those of some order of their calls. A consumer that finds a record claimed and not committed waits for it here;
 * the agent goes on and comes back.
 */
@Tag("lincheck")
public class SendRingLincheckTest {
    /** Of two messages with a body, or four without. */
    private static final int CAPACITY = 32;

    private static final int BODY = 4;

    private final WatchedMemory memory = new WatchedMemory(CAPACITY, SendRing.TRAILER_LENGTH);
    private final SendRing ring =
            new SendRing(CAPACITY, ByteBuffer.allocate(CAPACITY + SendRing.TRAILER_LENGTH), memory);
    private final ByteBuffer view = ring.view();
    private long position;

    /** The message is the type of a frame; every other one has a body, so that some do not fit before the end. */
    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:9") int message) {
        return ring.offer(message, memory, 0, length(message));
    }

    private static int length(int message) {
        return message % 2 * BODY;
    }

    @Operation(nonParallelGroup = "consumer")
    public int take() {
        do {
            if (ring.unsentBytes() == 0) {
                return 0;
            }
            ring.nextRun(view, 1);
        } while (!view.hasRemaining());
        int header = FrameLayout.flagsAndType(memory, view.position());
        position += view.remaining();
        if (!ring.ack(position)) {
            throw new IllegalStateException("position " + position + " was sent and cannot have arrived");
        }
        return header >>> 16;
    }

    /** The same by one thread: what does not fit before the end begins at the start, and takes what is left too. */
    public static class Bounded {
        private final Queue<int[]> waiting = new ArrayDeque<>();
        private int taken;

        public boolean offer(int message) {
            int required = FrameLayout.wireLength(length(message));
            int toEnd = CAPACITY - taken % CAPACITY;
            int span = required > toEnd ? toEnd + required : required;
            int held = waiting.stream().mapToInt(record -> record[1]).sum();
            if (held + span > CAPACITY) {
                return false;
            }
            taken += span;
            waiting.add(new int[] {message, span});
            return true;
        }

        public int take() {
            int[] record = waiting.poll();
            return record == null ? 0 : record[0];
        }
    }

    @Test
    void itsAnswersAreThoseOfSomeOrderOfTheCalls() {
        new ModelCheckingOptions()
                .sequentialSpecification(Bounded.class)
                .threads(2)
                .actorsBefore(2)
                .actorsPerThread(2)
                .actorsAfter(3)
                .iterations(10)
                .invocationsPerIteration(300)
                .check(SendRingLincheckTest.class);
    }
}
