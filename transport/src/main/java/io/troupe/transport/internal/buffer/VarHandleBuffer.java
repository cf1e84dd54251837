package io.troupe.transport.internal.buffer;

import java.lang.invoke.VarHandle;

import org.agrona.concurrent.AtomicBuffer;

/**
 * A buffer that needs no JVM flag, also as the memory of Agrona's rings. What threads share has to be off the heap:
 * later JDKs have no atomic access to the bytes of an array.
 */
class VarHandleBuffer extends TextBuffer implements AtomicBuffer {
    private static final VarHandle LONG = view(long[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle CHAR = view(char[].class);

    @Override
    public void verifyAlignment() {
        boolean aligned = byteArray() != null ? start % ALIGNMENT == 0 : memory.alignmentOffset(start, ALIGNMENT) == 0;
        if (!aligned) {
            throw new IllegalStateException("the buffer does not begin at a multiple of " + ALIGNMENT + ": " + this);
        }
    }

    private int longAt(int index) {
        return at(index, Long.BYTES);
    }

    private int intAt(int index) {
        return at(index, Integer.BYTES);
    }

    @Override
    public long getLongVolatile(int index) {
        return (long) LONG.getVolatile(memory, longAt(index));
    }

    @Override
    public long getLongAcquire(int index) {
        return (long) LONG.getAcquire(memory, longAt(index));
    }

    @Override
    public long getLongOpaque(int index) {
        return (long) LONG.getOpaque(memory, longAt(index));
    }

    @Override
    public void putLongVolatile(int index, long value) {
        LONG.setVolatile(memory, longAt(index), value);
    }

    @Override
    public void putLongOrdered(int index, long value) {
        putLongRelease(index, value);
    }

    @Override
    public void putLongRelease(int index, long value) {
        LONG.setRelease(memory, longAt(index), value);
    }

    @Override
    public void putLongOpaque(int index, long value) {
        LONG.setOpaque(memory, longAt(index), value);
    }

    @Override
    public long addLongOrdered(int index, long increment) {
        return addLongRelease(index, increment);
    }

    @Override
    public long addLongRelease(int index, long increment) {
        long before = getLong(index);
        putLongRelease(index, before + increment);
        return before;
    }

    @Override
    public long addLongOpaque(int index, long increment) {
        long before = getLong(index);
        putLongOpaque(index, before + increment);
        return before;
    }

    @Override
    public boolean compareAndSetLong(int index, long expected, long value) {
        return LONG.compareAndSet(memory, longAt(index), expected, value);
    }

    @Override
    public long compareAndExchangeLong(int index, long expected, long value) {
        return (long) LONG.compareAndExchange(memory, longAt(index), expected, value);
    }

    @Override
    public long getAndSetLong(int index, long value) {
        return (long) LONG.getAndSet(memory, longAt(index), value);
    }

    @Override
    public long getAndAddLong(int index, long delta) {
        return (long) LONG.getAndAdd(memory, longAt(index), delta);
    }

    @Override
    public int getIntVolatile(int index) {
        return (int) INT.getVolatile(memory, intAt(index));
    }

    @Override
    public int getIntAcquire(int index) {
        return (int) INT.getAcquire(memory, intAt(index));
    }

    @Override
    public int getIntOpaque(int index) {
        return (int) INT.getOpaque(memory, intAt(index));
    }

    @Override
    public void putIntVolatile(int index, int value) {
        INT.setVolatile(memory, intAt(index), value);
    }

    @Override
    public void putIntOrdered(int index, int value) {
        putIntRelease(index, value);
    }

    @Override
    public void putIntRelease(int index, int value) {
        INT.setRelease(memory, intAt(index), value);
    }

    @Override
    public void putIntOpaque(int index, int value) {
        INT.setOpaque(memory, intAt(index), value);
    }

    @Override
    public int addIntOrdered(int index, int increment) {
        return addIntRelease(index, increment);
    }

    @Override
    public int addIntRelease(int index, int increment) {
        int before = getInt(index);
        putIntRelease(index, before + increment);
        return before;
    }

    @Override
    public int addIntOpaque(int index, int increment) {
        int before = getInt(index);
        putIntOpaque(index, before + increment);
        return before;
    }

    @Override
    public boolean compareAndSetInt(int index, int expected, int value) {
        return INT.compareAndSet(memory, intAt(index), expected, value);
    }

    @Override
    public int compareAndExchangeInt(int index, int expected, int value) {
        return (int) INT.compareAndExchange(memory, intAt(index), expected, value);
    }

    @Override
    public int getAndSetInt(int index, int value) {
        return (int) INT.getAndSet(memory, intAt(index), value);
    }

    @Override
    public int getAndAddInt(int index, int delta) {
        return (int) INT.getAndAdd(memory, intAt(index), delta);
    }

    @Override
    public short getShortVolatile(int index) {
        return (short) SHORT.getVolatile(memory, at(index, Short.BYTES));
    }

    @Override
    public void putShortVolatile(int index, short value) {
        SHORT.setVolatile(memory, at(index, Short.BYTES), value);
    }

    @Override
    public char getCharVolatile(int index) {
        return (char) CHAR.getVolatile(memory, at(index, Character.BYTES));
    }

    @Override
    public void putCharVolatile(int index, char value) {
        CHAR.setVolatile(memory, at(index, Character.BYTES), value);
    }

    /** The JDK has no handle for single bytes: a fence on both sides does what volatile does. */
    @Override
    public byte getByteVolatile(int index) {
        VarHandle.fullFence();
        byte value = getByte(index);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public void putByteVolatile(int index, byte value) {
        VarHandle.releaseFence();
        putByte(index, value);
        VarHandle.fullFence();
    }
}
