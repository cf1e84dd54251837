package io.troupe.transport.internal.buffer;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Decides once which buffers this JVM uses. */
public final class BufferFactory {
    private static final boolean UNSAFE = AgronaFlag.isSet();

    private BufferFactory() {}

    /** {@return a buffer of no bytes} */
    public static AtomicBuffer make() {
        return UNSAFE ? new UnsafeBuffer(0, 0) : new VarHandleBuffer();
    }

    /** {@return a buffer that grows as it is written} */
    public static MutableDirectBuffer growing() {
        return UNSAFE ? new ExpandableArrayBuffer() : new GrowingBuffer();
    }
}
