package io.troupe.transport.internal.buffer;

import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

import org.agrona.DirectBuffer;

/**
 * The memory of a ring as variables that a model checker sees: it knows neither memory off the heap nor bytes that are
 * read as numbers. Records are words of four bytes, the counters behind them words of eight. Only what a ring calls is
 * overridden; the buffer itself has no bytes, so everything else fails.
 */
public final class WatchedMemory extends VarHandleBuffer {
    private final int capacity;
    private final AtomicIntegerArray records;
    private final AtomicLongArray counters;

    /** Of a ring of that capacity, with counters in so many bytes behind it. */
    public WatchedMemory(int capacity, int trailerLength) {
        this.capacity = capacity;
        records = new AtomicIntegerArray(capacity / Integer.BYTES);
        counters = new AtomicLongArray(trailerLength / Long.BYTES);
    }

    private int counter(int index) {
        return (index - capacity) / Long.BYTES;
    }

    @Override
    public long getLong(int index) {
        return counters.getPlain(counter(index));
    }

    @Override
    public long getLongVolatile(int index) {
        return counters.get(counter(index));
    }

    @Override
    public void putLong(int index, long value) {
        counters.setPlain(counter(index), value);
    }

    @Override
    public void putLongOrdered(int index, long value) {
        counters.setRelease(counter(index), value);
    }

    @Override
    public boolean compareAndSetLong(int index, long expected, long value) {
        return counters.compareAndSet(counter(index), expected, value);
    }

    @Override
    public int getInt(int index, ByteOrder order) {
        return records.getPlain(index / Integer.BYTES);
    }

    @Override
    public int getIntVolatile(int index) {
        return records.get(index / Integer.BYTES);
    }

    @Override
    public void putInt(int index, int value, ByteOrder order) {
        records.setPlain(index / Integer.BYTES, value);
    }

    @Override
    public void putIntOrdered(int index, int value) {
        records.setRelease(index / Integer.BYTES, value);
    }

    /** Whatever there is to copy, ones: so that what was not cleared shows. */
    @Override
    public void putBytes(int index, DirectBuffer source, int offset, int length) {
        for (int done = 0; done < length; done += Integer.BYTES) {
            records.setPlain((index + done) / Integer.BYTES, 1);
        }
    }

    @Override
    public void setMemory(int index, int length, byte value) {
        for (int done = 0; done < length; done += Integer.BYTES) {
            records.setPlain((index + done) / Integer.BYTES, value);
        }
    }
}
