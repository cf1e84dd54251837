package io.troupe.transport.internal.session;

import io.troupe.transport.internal.frame.FrameLayout;

/**
 * How a frame lies in a ring: as one record if it is short, else in parts that follow each other without a gap. A
 * part ends with the memory of the ring, so what does not fit before the end needs no filler as long as a frame, but
 * for a rest that is not worth a header. Pure arithmetic: whoever claims and whoever writes come to the same result.
 */
final class Parts {
    /** A part shorter than this is not begun before the end of the memory. */
    private static final int LEAST = 64;

    private final int capacity;
    private final int maxBodyLength;

    /** Of a ring that holds so many bytes, a power of two. */
    Parts(int capacity) {
        this.capacity = capacity;
        maxBodyLength = Math.min(FrameLayout.MAX_PART_LENGTH, capacity / 8);
    }

    boolean isOne(int length) {
        return length <= maxBodyLength;
    }

    /** The bytes that a frame takes in the ring from an index on, fillers included. */
    int span(int index, int length) {
        if (isOne(length)) {
            int required = FrameLayout.wireLength(length);
            int toEnd = capacity - index;
            return required > toEnd ? toEnd + required : required;
        }
        int span = 0;
        int left = length;
        while (left > 0) {
            int at = (index + span) & (capacity - 1);
            int part = length(at, left);
            span += part == 0 ? capacity - at : FrameLayout.wireLength(part);
            left -= part;
        }
        return span;
    }

    /** The length of the part at an index, of a body of which so many bytes are left; 0 for a filler. */
    int length(int index, int left) {
        int room = capacity - index - FrameLayout.HEADER_LENGTH;
        if (room < Math.min(left, LEAST)) {
            return 0;
        }
        return Math.min(left, Math.min(room, maxBodyLength));
    }
}
