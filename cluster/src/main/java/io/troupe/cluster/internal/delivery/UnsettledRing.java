package io.troupe.cluster.internal.delivery;

import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel from its floor to its newest, by sequence. A power-of-two array that doubles as needed,
 * so that the thousands of channels of a node cost what they carry.
 */
final class UnsettledRing {
    private static final int FIRST_CAPACITY = 8;

    /** {@code slots[s & (slots.length - 1)]} holds sequence s for floor <= s < next, null elsewhere. */
    private @Nullable OutboundMessage[] slots = new @Nullable OutboundMessage[FIRST_CAPACITY];

    /** The message at the floor is not settled, unless the ring is empty. */
    private long floor = 1;

    /** Always floor <= next <= floor + slots.length. */
    private long next = 1;

    private int unsettled;

    long floor() {
        return floor;
    }

    long next() {
        return next;
    }

    int unsettled() {
        return unsettled;
    }

    OutboundMessage at(long sequence) {
        OutboundMessage message = slots[(int) sequence & (slots.length - 1)];
        if (message == null || message.sequence() != sequence) {
            throw new IllegalStateException("sequence " + sequence + " is not within " + floor + " to " + (next - 1));
        }
        return message;
    }

    boolean contains(long sequence) {
        return sequence >= floor && sequence < next;
    }

    void add(int shard, OutboundMessage message) {
        if (next - floor == slots.length) {
            grow();
        }
        message.place(shard, next);
        slots[(int) next & (slots.length - 1)] = message;
        next++;
        unsettled++;
    }

    /** Marks a message as settled; the floor passes it once all before it are. */
    void settle(OutboundMessage message, long epoch) {
        if (message.isSettled()) {
            return;
        }
        message.settle(epoch);
        unsettled--;
        while (floor < next && at(floor).isSettled()) {
            slots[(int) floor & (slots.length - 1)] = null;
            floor++;
        }
    }

    private void grow() {
        @Nullable OutboundMessage[] wider = new @Nullable OutboundMessage[slots.length * 2];
        for (long sequence = floor; sequence < next; sequence++) {
            wider[(int) sequence & (wider.length - 1)] = at(sequence);
        }
        slots = wider;
    }
}
