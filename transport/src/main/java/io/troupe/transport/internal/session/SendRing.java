package io.troupe.transport.internal.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * The frames accepted for one node, from their offer until the other end has said that they arrived. Many producers,
 * one consumer; off the heap. A record is a frame, or a part of one ({@link Parts}), as it stands on the wire, so the
 * socket is written to from here.
 *
 * <pre>
 *        acked            sent             tail            acked + capacity
 * | free | on the way ... | to be sent ... | free .................. |
 * </pre>
 *
 * <p>Invariants: {@code acked <= sent <= tail <= acked + capacity}; what lies between {@code tail} and
 * {@code acked + capacity} is zero, so a record whose length is not zero is committed. A record never wraps: a filler
 * before the end of the memory, which has a length and nothing else, is skipped and not sent.
 *
 * <p>Positions on the wire count bytes of frames since the session began, without fillers. There is at most one filler
 * between {@code acked} and {@code sent}, for there is at most one end of the memory.
 *
 * <p>A producer never runs foreign code between claim and commit, so no record stays claimed but a copy's length. The
 * memory is left to the garbage collector: a producer may still hold the ring when its link is gone.
 *
 * <p>The claim is that of Agrona's {@code ManyToOneRingBuffer}, but nothing is freed by being read.
 */
public final class SendRing {
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    /** Two cache lines, so that neighbours are not fetched together. */
    private static final int APART = 128;

    static final int TRAILER_LENGTH = 5 * APART;

    private final int capacity;
    private final int mask;
    private final Parts parts;
    private final ByteBuffer bytes;
    private final AtomicBuffer memory;

    /** Where the next record begins; producers. */
    private final int tailIndex;

    /** What is free up to one capacity behind it; written by the consumer. */
    private final int ackedIndex;

    /** The last value of {@code acked} that a producer has seen, to leave the consumer's cache line alone. */
    private final int seenIndex;

    /** What is to be sent next; the consumer's. Not a field: producers read fields, and would wait for every run. */
    private final int sentIndex;

    // Confined to the consumer from here on, and rarely written.

    /**
     * The bytes of fillers before {@code acked} and before {@code sent}, and what makes the position on the wire zero.
     */
    private long skippedAcked;

    private long skippedSent;

    /** Where the filler between {@code acked} and {@code sent} begins, if these two differ in what was skipped. */
    private long fillerAt;

    /**
     * An empty ring.
     *
     * @param capacity in bytes, a power of two
     */
    public SendRing(int capacity) {
        this(capacity, ByteBuffer.allocateDirect(capacity + TRAILER_LENGTH));
    }

    private SendRing(int capacity, ByteBuffer bytes) {
        this(capacity, bytes, Buffers.of(bytes));
    }

    /** In a memory of {@code capacity} and {@link #TRAILER_LENGTH} bytes. */
    SendRing(int capacity, ByteBuffer bytes, AtomicBuffer memory) {
        this.capacity = capacity;
        this.bytes = bytes;
        this.memory = memory;
        mask = capacity - 1;
        parts = new Parts(capacity);
        tailIndex = capacity + APART;
        ackedIndex = tailIndex + APART;
        seenIndex = ackedIndex + APART;
        sentIndex = seenIndex + APART;
    }

    /**
     * Takes a frame, as one record or in parts that nothing comes between; any thread. The range must lie in the
     * buffer: an exception in the copy would leave the record claimed for ever.
     *
     * @param type   the frame's type
     * @param buffer holds its body
     * @param offset where the body starts
     * @param length how long it is, half of the ring at most
     * @return false if there is no room
     */
    public boolean offer(int type, DirectBuffer buffer, int offset, int length) {
        long claimed = claim(length);
        if (claimed < 0) {
            return false;
        }
        int index = (int) claimed & mask;
        if (parts.isOne(length)) {
            if (FrameLayout.wireLength(length) > capacity - index) {
                commit(index, capacity - index);
                index = 0;
            }
            write(index, FrameLayout.flagsAndType(0, type), buffer, offset, length);
        } else {
            writeParts(index, type, buffer, offset, length);
        }
        return true;
    }

    private void writeParts(int from, int type, DirectBuffer buffer, int offset, int length) {
        int index = from;
        int done = 0;
        while (done < length) {
            int part = parts.length(index, length - done);
            if (part == 0) {
                commit(index, capacity - index);
                index = 0;
            } else {
                int flags = (done > 0 ? FrameLayout.CONTINUED : 0) | (done + part < length ? FrameLayout.MORE : 0);
                write(index, FrameLayout.flagsAndType(flags, type), buffer, offset + done, part);
                index = (index + FrameLayout.wireLength(part)) & mask;
                done += part;
            }
        }
    }

    private void write(int index, int flagsAndType, DirectBuffer buffer, int offset, int length) {
        FrameLayout.putAllButLength(memory, index, flagsAndType, buffer, offset, length);
        commit(index, FrameLayout.HEADER_LENGTH + length);
    }

    /** {@return where the first record of a frame begins, a filler or not, or -1} */
    private long claim(int length) {
        long seen = memory.getLongVolatile(seenIndex);
        while (true) {
            long tail = memory.getLongVolatile(tailIndex);
            int span = parts.span((int) tail & mask, length);
            if (tail + span - seen > capacity) {
                seen = memory.getLongVolatile(ackedIndex);
                if (tail + span - seen > capacity) {
                    return -1;
                }
                memory.putLongOrdered(seenIndex, seen);
            }
            if (memory.compareAndSetLong(tailIndex, tail, tail + span)) {
                return tail;
            }
        }
    }

    private void commit(int index, int length) {
        memory.putIntOrdered(index, SWAPPED ? Integer.reverseBytes(length) : length);
    }

    private int committed(long position) {
        int length = memory.getIntVolatile((int) position & mask);
        return SWAPPED ? Integer.reverseBytes(length) : length;
    }

    private long acked() {
        return memory.getLong(ackedIndex);
    }

    private long sent() {
        return memory.getLong(sentIndex);
    }

    private void sent(long position) {
        memory.putLong(sentIndex, position);
    }

    /** {@return a view of the memory of its own position and limit, to write runs from} */
    public ByteBuffer view() {
        return bytes.duplicate();
    }

    /** {@return whether the oldest frame to be sent is committed; a claimed one will announce itself when it is} */
    public boolean hasUnsent() {
        // A full ring without anything to send shows its oldest record here.
        long sent = sent();
        return sent - acked() < capacity && committed(sent) != 0;
    }

    /**
     * Sets a view to the next committed records that lie together, and counts them as sent.
     *
     * @param view  of {@link #view()}; empty afterwards if there is nothing to send
     * @param limit the bytes it may have, unless the first record is longer
     * @return the number of frames that end there
     */
    public int nextRun(ByteBuffer view, int limit) {
        long sent = sent();
        long from = sent;
        long end = acked() + capacity;
        int frames = 0;
        while (sent < end) {
            int length = committed(sent);
            if (length == 0) {
                break;
            }
            int said = FrameLayout.flagsAndType(memory, (int) sent & mask);
            if (said == 0) {
                if (sent > from) {
                    break;
                }
                fillerAt = sent;
                skippedSent += length;
                sent += length;
                from = sent;
            } else {
                int wireLength = FrameLayout.align(length);
                if (sent > from && sent + wireLength - from > limit) {
                    break;
                }
                sent += wireLength;
                frames += FrameLayout.isEnd(said) ? 1 : 0;
                if (((int) sent & mask) == 0) {
                    break;
                }
            }
        }
        int index = (int) from & mask;
        view.limit(index + (int) (sent - from)).position(index);
        sent(sent);
        return frames;
    }

    private boolean isFiller(long position) {
        return FrameLayout.flagsAndType(memory, (int) position & mask) == 0;
    }

    /** {@return how far frames have been sent, as a position on the wire} */
    long sentPosition() {
        return sent() - skippedSent;
    }

    /** {@return how far frames are known to have arrived, as a position on the wire} */
    long ackedPosition() {
        return acked() - skippedAcked;
    }

    /**
     * All before a position on the wire has arrived.
     *
     * @param position the position
     * @return false if it cannot have
     */
    boolean ack(long position) {
        if (position < ackedPosition() || position > sentPosition()) {
            return false;
        }
        boolean pastFiller = position + skippedAcked > fillerAt || skippedAcked == skippedSent;
        release(position + (pastFiller ? skippedSent : skippedAcked));
        skippedAcked = pastFiller ? skippedSent : skippedAcked;
        return true;
    }

    private void release(long to) {
        long acked = acked();
        int index = (int) acked & mask;
        int length = (int) (to - acked);
        int first = Math.min(length, capacity - index);
        memory.setMemory(index, first, (byte) 0);
        memory.setMemory(0, length - first, (byte) 0);
        memory.putLongOrdered(ackedIndex, to);
    }

    /**
     * Goes back to a position on the wire: what lies before it has arrived, what lies behind it has not.
     *
     * @param position the position
     * @return false, and nothing is changed, if no record ends there that was sent and not acknowledged
     */
    boolean resume(long position) {
        long sent = sent();
        long at = acked();
        long skipped = skippedAcked;
        while (at < sent && at - skipped < position) {
            int length = committed(at);
            if (isFiller(at)) {
                skipped += length;
                at += length;
            } else {
                at += FrameLayout.align(length);
            }
        }
        if (at - skipped != position) {
            return false;
        }
        release(at);
        skippedAcked = skipped;
        sent(at);
        skippedSent = skipped;
        return true;
    }

    /**
     * Throws away what is committed, and counts positions on the wire from zero.
     *
     * @return the number of frames thrown away
     */
    int reset() {
        long acked = acked();
        long at = acked;
        int dropped = 0;
        for (int length = committed(at); length != 0 && at - acked < capacity; length = committed(at)) {
            int said = FrameLayout.flagsAndType(memory, (int) at & mask);
            dropped += said != 0 && FrameLayout.isEnd(said) ? 1 : 0;
            at += said == 0 ? length : FrameLayout.align(length);
        }
        release(at);
        sent(at);
        skippedAcked = at;
        skippedSent = at;
        return dropped;
    }

    /** {@return the bytes accepted and not sent; any thread, then about right} */
    public long unsentBytes() {
        return Math.max(0, memory.getLongVolatile(tailIndex) - memory.getLongVolatile(sentIndex));
    }

    /** {@return the bytes accepted and not known to have arrived; any thread} */
    public long heldBytes() {
        long released = memory.getLongVolatile(ackedIndex);
        return memory.getLongVolatile(tailIndex) - released;
    }
}
