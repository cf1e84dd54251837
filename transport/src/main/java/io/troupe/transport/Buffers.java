package io.troupe.transport;

import java.nio.ByteBuffer;

import io.troupe.transport.internal.buffer.BufferFactory;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Buffers for messages that work in every JVM: Agrona's own where the flag that they need is set, and otherwise ones
 * that need none. Whoever makes {@code UnsafeBuffer}s itself needs
 * {@code --add-exports java.base/jdk.internal.misc=ALL-UNNAMED}.
 */
public final class Buffers {
    private Buffers() {}

    /**
     * {@return a buffer over all of an array}
     *
     * @param bytes the array, shared
     */
    public static MutableDirectBuffer of(byte[] bytes) {
        MutableDirectBuffer buffer = BufferFactory.make();
        buffer.wrap(bytes);
        return buffer;
    }

    /**
     * {@return a buffer over all of a byte buffer, off the heap if threads share it}
     *
     * @param bytes the byte buffer, shared
     */
    public static AtomicBuffer of(ByteBuffer bytes) {
        AtomicBuffer buffer = BufferFactory.make();
        buffer.wrap(bytes);
        return buffer;
    }

    /** {@return a buffer of no bytes, to be wrapped around others again and again} */
    public static MutableDirectBuffer view() {
        return BufferFactory.make();
    }

    /** {@return a buffer that grows as it is written} */
    public static MutableDirectBuffer growing() {
        return BufferFactory.growing();
    }
}
