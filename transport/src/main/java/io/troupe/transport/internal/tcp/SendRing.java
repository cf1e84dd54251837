package io.troupe.transport.internal.tcp;

import java.nio.ByteBuffer;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The frames accepted for one node and not yet given to its socket: many producers, one consumer, off the heap.
 *
 * <p>A producer never runs foreign code between claim and commit, so no record stays claimed but a copy's length.
 * The memory is left to the garbage collector: a producer may still hold the ring when its link is gone.
 */
final class SendRing {
    private final ManyToOneRingBuffer ring;
    private final AtomicBuffer memory;
    private final int mask;
    private final ControlledMessageHandler copy = this::copy;
    private final MessageHandler drop = (type, buffer, index, length) -> {};

    // What copy() works on during one drain.
    private MutableDirectBuffer target;
    private int position;
    private int limit;
    private int frames;

    SendRing(int capacity) {
        memory = Buffers.of(ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH));
        ring = new ManyToOneRingBuffer(memory);
        mask = capacity - 1;
        target = memory;
    }

    /** Any thread. The range must lie in the buffer: an exception in the copy would leave the record claimed for ever. */
    boolean offer(int type, DirectBuffer buffer, int offset, int length) {
        return ring.write(type, buffer, offset, length);
    }

    /** Whether the oldest record is committed; a claimed one will announce itself when it is. */
    boolean hasCommitted() {
        return memory.getIntVolatile(RecordDescriptor.lengthOffset((int) ring.consumerPosition() & mask)) > 0;
    }

    int size() {
        return ring.size();
    }

    /**
     * Moves frames, whole ones only, to the start of a write buffer, until {@code limit} bytes; a first frame longer
     * than that goes alone.
     *
     * @return the bytes moved; {@link #drainedFrames()} tells how many frames
     */
    int drainTo(MutableDirectBuffer writeBuffer, int limit) {
        target = writeBuffer;
        position = 0;
        frames = 0;
        this.limit = limit;
        ring.controlledRead(copy);
        return position;
    }

    int drainedFrames() {
        return frames;
    }

    /** Throws away what is committed. */
    int discard() {
        int dropped = 0;
        while (hasCommitted()) {
            dropped += ring.read(drop);
        }
        return dropped;
    }

    private ControlledMessageHandler.Action copy(int type, MutableDirectBuffer buffer, int index, int length) {
        int wireLength = FrameLayout.wireLength(length);
        if (position > 0 && position + wireLength > limit) {
            return ControlledMessageHandler.Action.ABORT;
        }
        FrameLayout.put(target, position, type, buffer, index, length);
        position += wireLength;
        frames++;
        return ControlledMessageHandler.Action.CONTINUE;
    }
}
