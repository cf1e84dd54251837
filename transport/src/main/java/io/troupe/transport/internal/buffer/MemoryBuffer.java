package io.troupe.transport.internal.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An array or memory off the heap as Agrona's buffer, by means of the JDK alone: numbers and bytes. What Agrona's own
 * buffers do with an index or a size out of bounds this does too.
 */
abstract class MemoryBuffer implements MutableDirectBuffer {
    private static final VarHandle LONG = view(long[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle SHORT = view(short[].class);
    private static final byte[] NOTHING = {};

    /** All of the array or memory, from its first byte to its last; its position is never used. */
    ByteBuffer memory = ByteBuffer.wrap(NOTHING);

    /** Where index 0 of this buffer is in {@link #memory}. */
    int start;

    private byte @Nullable [] array = NOTHING;
    private @Nullable ByteBuffer given;
    private int capacity;

    static VarHandle view(Class<?> numbers) {
        return MethodHandles.byteBufferViewVarHandle(numbers, ByteOrder.nativeOrder());
    }

    @Override
    public void wrap(byte[] bytes) {
        wrap(bytes, 0, bytes.length);
    }

    @Override
    public void wrap(byte[] bytes, int offset, int length) {
        checkPart(offset, length, bytes.length);
        if (bytes != array) { // A view of the same array moves without garbage.
            memory = ByteBuffer.wrap(bytes);
            array = bytes;
        }
        given = null;
        place(offset, length);
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        wrap(buffer, 0, buffer.capacity());
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        checkPart(offset, length, buffer.capacity());
        if (buffer.isDirect()) {
            memory = buffer.duplicate();
            memory.clear();
            array = null;
            given = buffer;
            place(offset, length);
        } else {
            wrap(buffer.array(), buffer.arrayOffset() + offset, length);
            given = buffer;
        }
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        wrap(buffer, 0, buffer.capacity());
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        checkPart(offset, length, buffer.capacity());
        byte[] bytes = buffer.byteArray();
        ByteBuffer direct = buffer.byteBuffer();
        if (bytes != null) {
            wrap(bytes, buffer.wrapAdjustment() + offset, length);
            given = direct;
        } else if (direct != null) {
            wrap(direct, buffer.wrapAdjustment() + offset, length);
        } else {
            throw noAddresses();
        }
    }

    @Override
    public void wrap(long address, int length) {
        throw noAddresses();
    }

    @Override
    public long addressOffset() {
        throw noAddresses();
    }

    private static UnsupportedOperationException noAddresses() {
        return new UnsupportedOperationException("addresses of memory need the JVM flag " + AgronaFlag.text());
    }

    /** The buffer is this part of its memory from here on. */
    final void place(int from, int length) {
        start = from;
        capacity = length;
    }

    private static void checkPart(int offset, int length, int whole) {
        if (offset < 0 || length < 0 || offset > whole - length) {
            throw new IllegalArgumentException(
                    "offset=" + offset + " length=" + length + " not valid for capacity=" + whole);
        }
    }

    @Override
    public byte @Nullable [] byteArray() {
        return array;
    }

    @Override
    public @Nullable ByteBuffer byteBuffer() {
        return given;
    }

    @Override
    public int wrapAdjustment() {
        return start;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public boolean isExpandable() {
        return false;
    }

    @Override
    public void checkLimit(int limit) {
        if (limit > capacity) {
            throw new IndexOutOfBoundsException("limit=" + limit + " is beyond capacity=" + capacity);
        }
    }

    @Override
    public void boundsCheck(int index, int length) {
        if (index < 0 || length < 0 || index > capacity - length) {
            throw new IndexOutOfBoundsException("index=" + index + " length=" + length + " capacity=" + capacity);
        }
    }

    /** Before every write; a buffer that grows makes room here. */
    void ensure(int index, int length) {
        boundsCheck(index, length);
    }

    /** Where a number to be read is. */
    final int at(int index, int length) {
        boundsCheck(index, length);
        return start + index;
    }

    private int room(int index, int length) {
        ensure(index, length);
        return start + index;
    }

    @Override
    public long getLong(int index) {
        return (long) LONG.get(memory, at(index, Long.BYTES));
    }

    @Override
    public long getLong(int index, ByteOrder order) {
        long bits = getLong(index);
        return order == ByteOrder.nativeOrder() ? bits : Long.reverseBytes(bits);
    }

    @Override
    public void putLong(int index, long value) {
        int at = room(index, Long.BYTES); // First: it may replace the memory.
        LONG.set(memory, at, value);
    }

    @Override
    public void putLong(int index, long value, ByteOrder order) {
        putLong(index, order == ByteOrder.nativeOrder() ? value : Long.reverseBytes(value));
    }

    @Override
    public int getInt(int index) {
        return (int) INT.get(memory, at(index, Integer.BYTES));
    }

    @Override
    public int getInt(int index, ByteOrder order) {
        int bits = getInt(index);
        return order == ByteOrder.nativeOrder() ? bits : Integer.reverseBytes(bits);
    }

    @Override
    public void putInt(int index, int value) {
        int at = room(index, Integer.BYTES);
        INT.set(memory, at, value);
    }

    @Override
    public void putInt(int index, int value, ByteOrder order) {
        putInt(index, order == ByteOrder.nativeOrder() ? value : Integer.reverseBytes(value));
    }

    @Override
    public short getShort(int index) {
        return (short) SHORT.get(memory, at(index, Short.BYTES));
    }

    @Override
    public short getShort(int index, ByteOrder order) {
        short bits = getShort(index);
        return order == ByteOrder.nativeOrder() ? bits : Short.reverseBytes(bits);
    }

    @Override
    public void putShort(int index, short value) {
        int at = room(index, Short.BYTES);
        SHORT.set(memory, at, value);
    }

    @Override
    public void putShort(int index, short value, ByteOrder order) {
        putShort(index, order == ByteOrder.nativeOrder() ? value : Short.reverseBytes(value));
    }

    @Override
    public char getChar(int index) {
        return (char) getShort(index);
    }

    @Override
    public char getChar(int index, ByteOrder order) {
        return (char) getShort(index, order);
    }

    @Override
    public void putChar(int index, char value) {
        putShort(index, (short) value);
    }

    @Override
    public void putChar(int index, char value, ByteOrder order) {
        putShort(index, (short) value, order);
    }

    @Override
    public double getDouble(int index) {
        return Double.longBitsToDouble(getLong(index));
    }

    @Override
    public double getDouble(int index, ByteOrder order) {
        return Double.longBitsToDouble(getLong(index, order));
    }

    @Override
    public void putDouble(int index, double value) {
        putLong(index, Double.doubleToRawLongBits(value));
    }

    @Override
    public void putDouble(int index, double value, ByteOrder order) {
        putLong(index, Double.doubleToRawLongBits(value), order);
    }

    @Override
    public float getFloat(int index) {
        return Float.intBitsToFloat(getInt(index));
    }

    @Override
    public float getFloat(int index, ByteOrder order) {
        return Float.intBitsToFloat(getInt(index, order));
    }

    @Override
    public void putFloat(int index, float value) {
        putInt(index, Float.floatToRawIntBits(value));
    }

    @Override
    public void putFloat(int index, float value, ByteOrder order) {
        putInt(index, Float.floatToRawIntBits(value), order);
    }

    @Override
    public byte getByte(int index) {
        return memory.get(at(index, Byte.BYTES));
    }

    @Override
    public void putByte(int index, byte value) {
        int at = room(index, Byte.BYTES);
        memory.put(at, value);
    }

    @Override
    public void setMemory(int index, int length, byte value) {
        int at = room(index, length);
        byte[] bytes = array;
        if (bytes != null) {
            Arrays.fill(bytes, at, at + length, value);
            return;
        }
        long eight = (value & 0xFFL) * 0x0101010101010101L;
        int end = at + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            LONG.set(memory, at, eight);
        }
        for (; at < end; at++) {
            memory.put(at, value);
        }
    }

    @Override
    public void getBytes(int index, byte[] target) {
        getBytes(index, target, 0, target.length);
    }

    @Override
    public void getBytes(int index, byte[] target, int offset, int length) {
        memory.get(at(index, length), target, offset, length);
    }

    @Override
    public void getBytes(int index, MutableDirectBuffer target, int targetIndex, int length) {
        target.putBytes(targetIndex, this, index, length);
    }

    @Override
    public void getBytes(int index, ByteBuffer target, int length) {
        int offset = target.position();
        getBytes(index, target, offset, length);
        target.position(offset + length);
    }

    @Override
    public void getBytes(int index, ByteBuffer target, int offset, int length) {
        int at = at(index, length);
        Objects.checkFromIndexSize(offset, length, target.capacity());
        unlimited(target, offset + length).put(offset, memory, at, length);
    }

    @Override
    public void putBytes(int index, byte[] source) {
        putBytes(index, source, 0, source.length);
    }

    @Override
    public void putBytes(int index, byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        int at = room(index, length);
        memory.put(at, source, offset, length);
    }

    @Override
    public void putBytes(int index, ByteBuffer source, int length) {
        int offset = source.position();
        putBytes(index, source, offset, length);
        source.position(offset + length);
    }

    @Override
    public void putBytes(int index, ByteBuffer source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.capacity());
        int at = room(index, length);
        memory.put(at, unlimited(source, offset + length), offset, length);
    }

    @Override
    public void putBytes(int index, DirectBuffer source, int offset, int length) {
        source.boundsCheck(offset, length);
        int at = room(index, length);
        if (source instanceof MemoryBuffer other) {
            memory.put(at, other.memory, other.start + offset, length);
        } else {
            source.getBytes(offset, memory, at, length);
        }
    }

    /** Agrona looks at the capacity of a byte buffer, the JDK at its limit. */
    private static ByteBuffer unlimited(ByteBuffer buffer, int end) {
        return end <= buffer.limit() ? buffer : buffer.duplicate().clear();
    }

    @Override
    public int compareTo(DirectBuffer other) {
        int both = Math.min(capacity, other.capacity());
        int i = 0;
        for (; i <= both - Long.BYTES; i += Long.BYTES) { // Agrona's order, whatever it means.
            int difference = Long.compare(getLong(i), other.getLong(i));
            if (difference != 0) {
                return difference;
            }
        }
        for (; i < both; i++) {
            int difference = Byte.compare(getByte(i), other.getByte(i));
            if (difference != 0) {
                return difference;
            }
        }
        return Integer.compare(capacity, other.capacity());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MemoryBuffer buffer && capacity == buffer.capacity && compareTo(buffer) == 0;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < capacity; i++) {
            hash = 31 * hash + getByte(i);
        }
        return hash;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[capacity=" + capacity + ", start=" + start + ", "
                + (array == null ? "off" : "on") + " the heap]";
    }
}
