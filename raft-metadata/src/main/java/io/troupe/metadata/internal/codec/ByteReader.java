package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads back what {@link ByteWriter} wrote. Every length is checked against the bytes that are there before anything is
 * allocated; what does not fit is a {@link CodecException}. Confined to one thread.
 */
public final class ByteReader {
    private final ByteBuffer bytes;

    private ByteReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * {@return a reader of the whole array}
     *
     * @param bytes the bytes
     */
    public static ByteReader of(byte[] bytes) {
        return new ByteReader(ByteBuffer.wrap(bytes));
    }

    /**
     * {@return a reader from the buffer's position to its limit; the buffer itself does not move}
     *
     * @param bytes the bytes
     */
    public static ByteReader of(ByteBuffer bytes) {
        return new ByteReader(bytes.slice());
    }

    /** {@return how many bytes are left} */
    public int remaining() {
        return bytes.remaining();
    }

    /** {@return the next byte, 0 to 255} */
    public int readByte() {
        if (!bytes.hasRemaining()) {
            throw expected("one more byte");
        }
        return bytes.get() & 0xFF;
    }

    /** {@return a count or length, not negative} */
    public int readVarInt() {
        int start = bytes.position();
        long value = readUnsigned();
        if (value < 0 || value > Integer.MAX_VALUE) {
            bytes.position(start);
            throw expected("a count from 0 to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** {@return any number} */
    public long readVarLong() {
        long value = readUnsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    /** {@return a number of eight bytes} */
    public long readFixedLong() {
        if (bytes.remaining() < Long.BYTES) {
            throw expected("a number of 8 bytes");
        }
        return bytes.getLong();
    }

    /**
     * Reads how many elements follow.
     *
     * @param leastBytes the shortest encoding of one element, in bytes
     * @return the count, not more than can be there
     */
    public int readCount(int leastBytes) {
        int start = bytes.position();
        int count = readVarInt();
        if ((long) count * leastBytes > bytes.remaining()) {
            bytes.position(start);
            throw expected(count + " elements of at least " + leastBytes + " bytes");
        }
        return count;
    }

    /** {@return as many bytes as their length says} */
    public byte[] readBytes() {
        return readRaw(readCount(1));
    }

    /** {@return a text} */
    public String readString() {
        int start = bytes.position();
        ByteBuffer text = take(readCount(1));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            bytes.position(start);
            throw expected("UTF-8 text");
        }
    }

    /**
     * Reads bytes without a length.
     *
     * @param count how many
     * @return the bytes
     */
    public byte[] readRaw(int count) {
        if (count > bytes.remaining()) {
            throw expected(count + " bytes");
        }
        byte[] value = new byte[count];
        bytes.get(value);
        return value;
    }

    /**
     * Reads a part on its own, as its length says; this reader goes on behind it.
     *
     * @return a reader of the part
     */
    public ByteReader readPart() {
        return new ByteReader(take(readCount(1)));
    }

    /** Refuses bytes behind the end. */
    public void expectEnd() {
        if (bytes.hasRemaining()) {
            throw expected("the end");
        }
    }

    /**
     * Says what should have been at the present position.
     *
     * @param what what was expected
     * @return the exception, to be thrown
     */
    public CodecException expected(String what) {
        return new CodecException("at byte " + bytes.position() + " of " + bytes.limit() + ": expected " + what);
    }

    private ByteBuffer take(int count) {
        ByteBuffer part = bytes.slice(bytes.position(), count);
        bytes.position(bytes.position() + count);
        return part;
    }

    private long readUnsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw expected("a number of at most 64 bits before here");
    }
}
