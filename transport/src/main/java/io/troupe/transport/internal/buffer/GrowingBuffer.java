package io.troupe.transport.internal.buffer;

import java.util.Arrays;

/** An array that is replaced by a longer one when something is written behind its end. */
final class GrowingBuffer extends TextBuffer {
    private static final int FIRST_CAPACITY = 128;

    /** Most that every JVM makes an array of. */
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    GrowingBuffer() {
        super.wrap(new byte[FIRST_CAPACITY], 0, FIRST_CAPACITY);
    }

    @Override
    public boolean isExpandable() {
        return true;
    }

    @Override
    void ensure(int index, int length) {
        if (index < 0 || length < 0) {
            boundsCheck(index, length);
        }
        long end = (long) index + length;
        if (end <= capacity()) {
            return;
        }
        if (end > MAX_CAPACITY) {
            throw new IndexOutOfBoundsException(
                    "index=" + index + " length=" + length + " maxCapacity=" + MAX_CAPACITY);
        }
        int longer = (int) Math.min(MAX_CAPACITY, Math.max(end, 2L * capacity()));
        byte[] bytes = Arrays.copyOf(memory.array(), longer);
        super.wrap(bytes, 0, longer);
    }

    @Override
    public void wrap(byte[] bytes, int offset, int length) {
        throw new UnsupportedOperationException("a buffer that grows has its own array");
    }
}
