package io.troupe.transport.internal.frame;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Where the bytes of a frame are. Little-endian whatever the machine.
 *
 * <pre>
 * 0        4         5          6        8
 * | length | version | reserved | type   | body ... | zeros up to a multiple of 8 |
 * </pre>
 *
 * The length counts header and body, not the zeros. The version's low half is the version, its high half the flags. A
 * frame whose body is longer than {@link #MAX_PART_LENGTH} goes in parts that look like frames of the same type and
 * follow each other: {@link #MORE} says that the frame goes on in the next one, {@link #CONTINUED} that it has begun
 * before.
 */
public final class FrameLayout {
    /** The bytes before the body. */
    public static final int HEADER_LENGTH = 8;

    /** Every frame starts at a multiple of this, counted from the first byte of the link. */
    public static final int ALIGNMENT = 8;

    /** The longest body that goes in one part: between two parts an acknowledgement gets through. */
    public static final int MAX_PART_LENGTH = 64 * 1024;

    /** A flag: the frame belongs to the transport itself; see {@link Control}. */
    public static final int CONTROL = 0x10;

    /** A flag: the frame goes on in the next part. */
    public static final int MORE = 0x20;

    /** A flag: the frame has begun in the part before. */
    public static final int CONTINUED = 0x40;

    /** The version of this layout. */
    static final int VERSION = 1;

    private static final int FLAGS = CONTROL | MORE | CONTINUED;

    private static final int VERSION_OFFSET = 4;
    private static final int RESERVED_OFFSET = 5;
    private static final int TYPE_OFFSET = 6;
    private static final int TYPE_SHIFT = 16;

    private FrameLayout() {}

    /**
     * The bytes a frame takes on the wire.
     *
     * @param bodyLength the length of its body
     * @return a multiple of {@link #ALIGNMENT}
     */
    public static int wireLength(int bodyLength) {
        return align(HEADER_LENGTH + bodyLength);
    }

    /**
     * Writes a frame of the layer above into zeros, all but its length: the frame begins to exist when that is written.
     *
     * @param target        zeros
     * @param index         its first byte
     * @param flagsAndType  {@link #flagsAndType}
     * @param body          holds the body
     * @param offset        where the body starts
     * @param length        how long it is
     */
    public static void putAllButLength(
            MutableDirectBuffer target, int index, int flagsAndType, DirectBuffer body, int offset, int length) {
        target.putBytes(index + HEADER_LENGTH, body, offset, length);
        target.putInt(index + VERSION_OFFSET, flagsAndType, LITTLE_ENDIAN);
    }

    /**
     * {@return what a header says besides its length}
     *
     * @param flags {@link #MORE}, {@link #CONTINUED}, both or none
     * @param type  1 to 65535
     */
    public static int flagsAndType(int flags, int type) {
        return type << TYPE_SHIFT | flags | VERSION;
    }

    /**
     * {@return what {@link #flagsAndType} was when a header was written; 0 for one that says nothing but a length}
     *
     * @param buffer holds the header
     * @param index  its first byte
     */
    public static int flagsAndType(DirectBuffer buffer, int index) {
        return buffer.getInt(index + VERSION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * {@return whether a frame ends with a part}
     *
     * @param flagsAndType of its header
     */
    public static boolean isEnd(int flagsAndType) {
        return (flagsAndType & MORE) == 0;
    }

    /** Completes a frame whose body is already in place: header and closing zeros. */
    static void putHeader(MutableDirectBuffer target, int index, int versionAndFlags, int type, int bodyLength) {
        int length = HEADER_LENGTH + bodyLength;
        target.putInt(index, length, LITTLE_ENDIAN);
        target.putByte(index + VERSION_OFFSET, (byte) versionAndFlags);
        target.putByte(index + RESERVED_OFFSET, (byte) 0);
        target.putShort(index + TYPE_OFFSET, (short) type, LITTLE_ENDIAN);
        target.setMemory(index + length, align(length) - length, (byte) 0);
    }

    static int length(DirectBuffer buffer, int index) {
        return buffer.getInt(index, LITTLE_ENDIAN);
    }

    static int versionAndFlags(DirectBuffer buffer, int index) {
        return buffer.getByte(index + VERSION_OFFSET) & 0xFF;
    }

    static int flags(int versionAndFlags) {
        return versionAndFlags & FLAGS;
    }

    /** Whether this version knows what is said: what the transport says itself comes whole. */
    static boolean isKnown(int versionAndFlags) {
        int flags = flags(versionAndFlags);
        return (versionAndFlags & ~FLAGS) == VERSION && ((flags & CONTROL) == 0 || flags == CONTROL);
    }

    static int reserved(DirectBuffer buffer, int index) {
        return buffer.getByte(index + RESERVED_OFFSET) & 0xFF;
    }

    static int type(DirectBuffer buffer, int index) {
        return buffer.getShort(index + TYPE_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * {@return a length, rounded up to where the next frame starts}
     *
     * @param length the length of a frame
     */
    public static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
