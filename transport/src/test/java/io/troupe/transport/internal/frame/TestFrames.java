package io.troupe.transport.internal.frame;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** Writes frames of the layer above as the ring of a session does: into zeros, and the length last. */
final class TestFrames {
    private TestFrames() {}

    static void put(MutableDirectBuffer target, int index, int type, DirectBuffer body, int offset, int length) {
        putPart(target, index, FrameLayout.flagsAndType(0, type), body, offset, length);
    }

    static void putPart(
            MutableDirectBuffer target, int index, int flagsAndType, DirectBuffer body, int offset, int length) {
        target.setMemory(index, FrameLayout.wireLength(length), (byte) 0);
        FrameLayout.putAllButLength(target, index, flagsAndType, body, offset, length);
        target.putInt(index, FrameLayout.HEADER_LENGTH + length, LITTLE_ENDIAN);
    }
}
