package io.troupe.chaos.process;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * The bytes on their way in one direction of one connection. Pure: time and randomness are parameters. Bytes never
 * overtake each other.
 */
final class DelayLine {
    /** Most bytes on their way; a sender beyond that is held back by TCP. */
    static final int CAPACITY = 256 * 1024;

    /** No wait is longer, so that no sum of times overflows. */
    static final long NEVER_NS = 3_600_000_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /** A limited line is written in bursts of at most a hundredth of a second's worth. */
    private static final int BURSTS_PER_SECOND = 100;

    private record Chunk(ByteBuffer bytes, long dueNs) {}

    private final SplittableRandom random;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private LineConditions conditions;
    /** Always the sum of what remains in the chunks, at most {@link #CAPACITY}. */
    private int size;

    private long lastDueNs;
    /** Before this moment a limited line writes nothing. */
    private long nextWriteNs;

    private boolean ended;
    private boolean endTaken;

    DelayLine(SplittableRandom random, LineConditions conditions, long nowNs) {
        this.random = random;
        this.conditions = conditions;
        this.lastDueNs = nowNs;
        this.nextWriteNs = nowNs;
    }

    /** What is on its way already keeps its delay, unless the line has healed. */
    void change(LineConditions changed, long nowNs) {
        if (changed.delayNs() == 0 && changed.jitterNs() == 0) {
            Deque<Chunk> late = new ArrayDeque<>(chunks);
            chunks.clear();
            late.forEach(chunk -> chunks.add(new Chunk(chunk.bytes(), nowNs)));
            lastDueNs = nowNs;
        }
        nextWriteNs = nowNs;
        conditions = changed;
    }

    /** {@return how many bytes may be put in now} */
    int room() {
        return ended || conditions.silent() ? 0 : CAPACITY - size;
    }

    /** Puts in a copy of the bytes, at most {@link #room()}. */
    void put(ByteBuffer bytes, long nowNs) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        damage(copy);
        size += copy.remaining();
        chunks.add(new Chunk(copy, due(nowNs)));
    }

    /** The sender is done; what is on its way still arrives. */
    void end(long nowNs) {
        ended = true;
        lastDueNs = due(nowNs);
    }

    /** {@return the bytes to write now, to be followed by {@link #wrote}; null if there are none} */
    @Nullable
    ByteBuffer ready(long nowNs) {
        Chunk first = chunks.peekFirst();
        if (first == null || waitNs(nowNs) > 0) {
            return null;
        }
        int burst = conditions.dripping()
                ? 1
                : conditions.bytesPerSecond() == 0
                        ? CAPACITY
                        : (int) Math.min(CAPACITY, Math.max(1, conditions.bytesPerSecond() / BURSTS_PER_SECOND));
        ByteBuffer bytes = first.bytes();
        return bytes.slice(bytes.position(), Math.min(burst, bytes.remaining()));
    }

    /** The receiver took this many of the bytes that were ready. */
    void wrote(int length, long nowNs) {
        Chunk first = chunks.getFirst();
        first.bytes().position(first.bytes().position() + length);
        size -= length;
        if (!first.bytes().hasRemaining()) {
            chunks.removeFirst();
        }
        if (conditions.bytesPerSecond() > 0) {
            nextWriteNs = Math.max(nextWriteNs, nowNs - NANOS_PER_SECOND / BURSTS_PER_SECOND)
                    + length * NANOS_PER_SECOND / conditions.bytesPerSecond();
        }
    }

    /** {@return true once, when the receiver is to be told that nothing more comes} */
    boolean takeEnd(long nowNs) {
        if (ended && !endTaken && chunks.isEmpty() && !conditions.silent() && lastDueNs - nowNs <= 0) {
            endTaken = true;
            return true;
        }
        return false;
    }

    boolean isEndTaken() {
        return endTaken;
    }

    /** {@return how long until something is due} */
    long waitNs(long nowNs) {
        if (conditions.silent() || (chunks.isEmpty() && (!ended || endTaken))) {
            return NEVER_NS;
        }
        Chunk first = chunks.peekFirst();
        long dueNs = first == null ? lastDueNs : first.dueNs();
        long limitedNs = conditions.bytesPerSecond() > 0 ? nextWriteNs - nowNs : 0;
        return Math.max(0, Math.max(dueNs - nowNs, limitedNs));
    }

    private long due(long nowNs) {
        long jitterNs = conditions.jitterNs() == 0 ? 0 : random.nextLong(conditions.jitterNs());
        long dueNs = nowNs + conditions.delayNs() + jitterNs;
        if (dueNs - lastDueNs > 0) {
            lastDueNs = dueNs;
        }
        return lastDueNs;
    }

    private void damage(ByteBuffer bytes) {
        if (conditions.flipOneIn() == 0) {
            return;
        }
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (random.nextLong(conditions.flipOneIn()) == 0) {
                bytes.put(i, (byte) (bytes.get(i) ^ (1 << random.nextInt(8))));
            }
        }
    }
}
