package io.troupe.transport.internal.buffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import org.agrona.AsciiEncoding;
import org.agrona.AsciiNumberFormatException;
import org.jspecify.annotations.Nullable;

/** What Agrona's buffers do with texts: behind an int with their length, or without; in ASCII, UTF-8, or as numbers. */
abstract class TextBuffer extends MemoryBuffer {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

    // ------------------------------------------------------------------ ASCII

    @Override
    public String getStringAscii(int index) {
        return getStringAscii(index, NATIVE);
    }

    @Override
    public String getStringAscii(int index, ByteOrder order) {
        return getStringAscii(index, getInt(index, order));
    }

    @Override
    public String getStringAscii(int index, int length) {
        return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public int getStringAscii(int index, Appendable target) {
        return getStringAscii(index, target, NATIVE);
    }

    @Override
    public int getStringAscii(int index, Appendable target, ByteOrder order) {
        return getStringAscii(index, getInt(index, order), target);
    }

    @Override
    public int getStringAscii(int index, int length, Appendable target) {
        return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, target);
    }

    @Override
    public String getStringWithoutLengthAscii(int index, int length) {
        return new String(bytes(index, length), StandardCharsets.US_ASCII);
    }

    @Override
    public int getStringWithoutLengthAscii(int index, int length, Appendable target) {
        boundsCheck(index, length);
        try {
            for (int i = index; i < index + length; i++) {
                byte letter = getByte(i);
                target.append(letter < 0 ? '?' : (char) letter);
            }
            return length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int putStringAscii(int index, @Nullable String text) {
        return putStringAscii(index, (CharSequence) text, NATIVE);
    }

    @Override
    public int putStringAscii(int index, @Nullable CharSequence text) {
        return putStringAscii(index, text, NATIVE);
    }

    @Override
    public int putStringAscii(int index, @Nullable String text, ByteOrder order) {
        return putStringAscii(index, (CharSequence) text, order);
    }

    @Override
    public int putStringAscii(int index, @Nullable CharSequence text, ByteOrder order) {
        int length = text == null ? 0 : text.length();
        ensure(index, length + STR_HEADER_LEN);
        putInt(index, length, order);
        return STR_HEADER_LEN + putStringWithoutLengthAscii(index + STR_HEADER_LEN, text);
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable String text) {
        return putStringWithoutLengthAscii(index, (CharSequence) text);
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable CharSequence text) {
        return putStringWithoutLengthAscii(index, text, 0, text == null ? 0 : text.length());
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable String text, int offset, int length) {
        return putStringWithoutLengthAscii(index, (CharSequence) text, offset, length);
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable CharSequence text, int offset, int length) {
        if (text == null) {
            return 0;
        }
        int count = Math.min(text.length() - offset, length);
        ensure(index, count);
        for (int i = 0; i < count; i++) {
            char letter = text.charAt(offset + i);
            putByte(index + i, letter > 127 ? (byte) '?' : (byte) letter);
        }
        return count;
    }

    // ------------------------------------------------------------------ UTF-8

    @Override
    public String getStringUtf8(int index) {
        return getStringUtf8(index, NATIVE);
    }

    @Override
    public String getStringUtf8(int index, ByteOrder order) {
        return getStringUtf8(index, getInt(index, order));
    }

    @Override
    public String getStringUtf8(int index, int length) {
        return getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringWithoutLengthUtf8(int index, int length) {
        return new String(bytes(index, length), StandardCharsets.UTF_8);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String text) {
        return putStringUtf8(index, text, NATIVE, Integer.MAX_VALUE);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String text, ByteOrder order) {
        return putStringUtf8(index, text, order, Integer.MAX_VALUE);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String text, int most) {
        return putStringUtf8(index, text, NATIVE, most);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String text, ByteOrder order, int most) {
        byte[] bytes = utf8(text);
        if (bytes.length > most) {
            throw new IllegalArgumentException("Encoded string larger than maximum size: " + most);
        }
        ensure(index, STR_HEADER_LEN + bytes.length);
        putInt(index, bytes.length, order);
        putBytes(index + STR_HEADER_LEN, bytes);
        return STR_HEADER_LEN + bytes.length;
    }

    @Override
    public int putStringWithoutLengthUtf8(int index, @Nullable String text) {
        byte[] bytes = utf8(text);
        putBytes(index, bytes);
        return bytes.length;
    }

    // ------------------------------------------------------------------ numbers as texts

    @Override
    public int parseNaturalIntAscii(int index, int length) {
        return AsciiEncoding.parseIntAscii(natural(index, length), 0, length);
    }

    @Override
    public long parseNaturalLongAscii(int index, int length) {
        return AsciiEncoding.parseLongAscii(natural(index, length), 0, length);
    }

    @Override
    public int parseIntAscii(int index, int length) {
        return AsciiEncoding.parseIntAscii(number(index, length), 0, length);
    }

    @Override
    public long parseLongAscii(int index, int length) {
        return AsciiEncoding.parseLongAscii(number(index, length), 0, length);
    }

    @Override
    public int putIntAscii(int index, int value) {
        return putStringWithoutLengthAscii(index, Integer.toString(value));
    }

    @Override
    public int putNaturalIntAscii(int index, int value) {
        return putIntAscii(index, value);
    }

    @Override
    public int putLongAscii(int index, long value) {
        return putStringWithoutLengthAscii(index, Long.toString(value));
    }

    @Override
    public int putNaturalLongAscii(int index, long value) {
        return putLongAscii(index, value);
    }

    @Override
    public void putNaturalPaddedIntAscii(int index, int length, int value) {
        String digits = digits(value);
        if (digits.length() > length) {
            throw new NumberFormatException("Cannot write " + value + " in " + length + " bytes");
        }
        putStringWithoutLengthAscii(index, "0".repeat(length - digits.length()) + digits);
    }

    @Override
    public int putNaturalIntAsciiFromEnd(int value, int end) {
        String digits = digits(value);
        int index = end - digits.length();
        putStringWithoutLengthAscii(index, digits);
        return index;
    }

    /** As Agrona has it: none for 0, where digits are written from the end. */
    private static String digits(int value) {
        return value == 0 ? "" : Integer.toString(value);
    }

    private String natural(int index, int length) {
        String text = number(index, length);
        if (text.charAt(0) == '-') {
            throw new AsciiNumberFormatException("'-' is not a valid digit @ " + index);
        }
        return text;
    }

    private String number(int index, int length) {
        if (length <= 0) {
            throw new AsciiNumberFormatException("empty string: index=" + index + " length=" + length);
        }
        return getStringWithoutLengthAscii(index, length);
    }

    private byte[] bytes(int index, int length) {
        boundsCheck(index, length); // Before an array of that length is made.
        byte[] bytes = new byte[length];
        getBytes(index, bytes);
        return bytes;
    }

    private static byte[] utf8(@Nullable String text) {
        return text == null ? NULL : text.getBytes(StandardCharsets.UTF_8);
    }
}
