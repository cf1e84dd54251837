package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Appends values to a growing array of bytes; {@link ByteReader} reads them back. Confined to one thread. */
public final class ByteWriter {
    private byte[] bytes = new byte[256];
    private int length;

    /** An empty writer. */
    public ByteWriter() {}

    /** {@return the bytes written so far} */
    public int length() {
        return length;
    }

    /**
     * Writes the lowest eight bits.
     *
     * @param value the byte
     */
    public void writeByte(int value) {
        room(1)[length++] = (byte) value;
    }

    /**
     * Writes one byte.
     *
     * @param value the truth value
     */
    public void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    /**
     * Writes a count or length in one to five bytes.
     *
     * @param value not negative
     */
    public void writeVarInt(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative count " + value);
        }
        writeUnsigned(value);
    }

    /**
     * Writes any number in one to ten bytes, few for numbers near zero.
     *
     * @param value the number
     */
    public void writeVarLong(long value) {
        writeUnsigned((value << 1) ^ (value >> 63));
    }

    /**
     * Writes eight bytes, the highest first.
     *
     * @param value the number
     */
    public void writeFixedLong(long value) {
        ByteBuffer.wrap(room(Long.BYTES)).putLong(length, value);
        length += Long.BYTES;
    }

    /**
     * Writes the length and the bytes.
     *
     * @param value the bytes
     */
    public void writeBytes(byte[] value) {
        writeVarInt(value.length);
        writeRaw(value);
    }

    /**
     * Writes the bytes without their length.
     *
     * @param value the bytes
     */
    public void writeRaw(byte[] value) {
        System.arraycopy(value, 0, room(value.length), length, value.length);
        length += value.length;
    }

    /**
     * Writes the length in bytes and the text as UTF-8.
     *
     * @param value the text
     * @throws CodecException if the text has half a surrogate pair, which no UTF-8 can carry
     */
    public void writeString(String value) {
        if (writeAscii(value)) {
            return;
        }
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            throw new CodecException("not well-formed text, it has half a surrogate pair: \"" + value + "\"");
        }
        int count = encoded.remaining();
        writeVarInt(count);
        encoded.get(room(count), length, count);
        length += count;
    }

    /** {@return a copy of the bytes written so far} */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** Forgets what was written; keeps the memory. */
    public void reset() {
        length = 0;
    }

    /** Nearly every text is a key: one byte a character, without an encoder. Writes nothing if this one is not. */
    private boolean writeAscii(String value) {
        int count = value.length();
        int start = length;
        writeVarInt(count);
        byte[] into = room(count);
        for (int i = 0; i < count; i++) {
            char next = value.charAt(i);
            if (next > 0x7F) {
                length = start;
                return false;
            }
            into[length++] = (byte) next;
        }
        return true;
    }

    private void writeUnsigned(long value) {
        byte[] into = room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            into[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        into[length++] = (byte) rest;
    }

    private byte[] room(int more) {
        if (bytes.length - length < more) {
            int needed = Math.addExact(length, more);
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.length)));
        }
        return bytes;
    }
}
