package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

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

    /** {@return a truth value} */
    public boolean readBoolean() {
        int value = readByte();
        if (value > 1) {
            throw expected("0 or 1 before here, not " + value);
        }
        return value == 1;
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

    /** {@return any number that fits in 32 bits} */
    public int readVarInt32() {
        long value = readVarLong();
        if (value != (int) value) {
            throw expected("a number of 32 bits before here, not " + value);
        }
        return (int) value;
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

    /**
     * Reads a count and as many elements.
     *
     * @param leastBytes the shortest encoding of one element, in bytes
     * @param element    reads one element
     * @param <T>        the elements
     * @return the elements, immutable
     */
    public <T> List<T> readList(int leastBytes, Function<ByteReader, T> element) {
        int count = readCount(leastBytes);
        if (count == 0) {
            return List.of();
        }
        T first = element.apply(this);
        if (count == 1) {
            return List.of(first);
        }
        if (count == 2) {
            return List.of(first, element.apply(this));
        }
        // Grows as elements are really there: a count alone allocates nothing.
        List<T> elements = new ArrayList<>();
        elements.add(first);
        for (int i = 1; i < count; i++) {
            elements.add(element.apply(this));
        }
        return List.copyOf(elements);
    }

    /**
     * Reads and checks a version byte.
     *
     * @param what   what has the version, for the message
     * @param newest the newest version this program knows
     */
    public void readVersion(String what, int newest) {
        int version = readByte();
        if (version < 1 || version > newest) {
            throw expected(what + " of version 1 to " + newest + " before here, not " + version
                    + "; if a newer node wrote it, upgrade this one");
        }
    }

    /** {@return as many bytes as their length says} */
    public byte[] readBytes() {
        return readRaw(readCount(1));
    }

    /** {@return a text} */
    public String readString() {
        int start = bytes.position();
        int length = readCount(1);
        int from = bytes.position();
        boolean inArray = bytes.hasArray();
        byte[] text = inArray ? bytes.array() : readRaw(length);
        int at = inArray ? bytes.arrayOffset() + from : 0;
        bytes.position(from + length);
        if (isAscii(text, at, length)) {
            return new String(text, at, length, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            bytes.position(start);
            throw expected("UTF-8 text");
        }
    }

    private static boolean isAscii(byte[] text, int from, int length) {
        int all = 0;
        for (int i = from; i < from + length; i++) {
            all |= text[i];
        }
        return all >= 0;
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

    /**
     * Refuses a value just read that makes no sense.
     *
     * @param value the value
     * @param holds what it must fulfil
     * @param what  what was expected, for the message
     * @param <T>   its type
     * @return the value
     */
    public <T> T require(T value, Predicate<? super T> holds, String what) {
        if (!holds.test(value)) {
            throw expected(what + " before here, not " + value);
        }
        return value;
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
