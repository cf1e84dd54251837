package io.troupe.transport.internal.session;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FramingException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Puts a frame together that comes in parts. It belongs to a session, not to a connection: a frame goes on where the
 * last connection has ended. Pure; confined to one thread.
 *
 * <p>The parts of a frame follow each other, so there is one frame at a time, and no number that says which. What it
 * takes grows with what has come, not with what was announced, and never past the longest frame allowed.
 *
 * <p>A producer may be writing the parts of a frame while the session ends that it was meant for. What it writes after
 * that begins the next session, so parts without a beginning are dropped, and are allowed, before anything else has
 * come.
 */
final class Assembly {
    /** A buffer that is not longer is kept for the next frame. */
    private static final int KEPT = 4 * FrameLayout.MAX_PART_LENGTH;

    private final int maxLength;
    private final MutableDirectBuffer view = Buffers.view();
    private byte[] bytes = new byte[0];

    /** How much of the frame has come; 0 between two. */
    private int length;

    private int type;
    private boolean goesOn;

    /** Whether this session has begun with something that has a beginning. */
    private boolean begun;

    Assembly(int maxLength) {
        this.maxLength = maxLength;
    }

    /** A session begins. */
    void clear() {
        release();
        goesOn = false;
        begun = false;
    }

    /**
     * A part has come.
     *
     * @return whether a frame ends with it: {@link #whole} if it is {@link FrameLayout#CONTINUED}, else the part itself
     */
    boolean add(int flags, int partType, DirectBuffer buffer, int offset, int partLength) throws FramingException {
        boolean continued = (flags & FrameLayout.CONTINUED) != 0;
        boolean more = (flags & FrameLayout.MORE) != 0;
        if (continued != goesOn && (begun || !continued)) {
            throw new FramingException(
                    continued ? "a part of a frame that has not begun" : "a frame within another one");
        }
        if (continued && goesOn && partType != type) {
            throw new FramingException("a frame of type " + type + " goes on as one of type " + partType);
        }
        if (partLength > maxLength - (continued ? length : 0)) {
            throw new FramingException("a frame is longer than " + maxLength + " bytes");
        }
        boolean dropped = continued && !begun;
        begun |= !continued;
        if (dropped || !(continued || more)) {
            return !dropped;
        }
        append(buffer, offset, partLength);
        type = partType;
        goesOn = more;
        return !more;
    }

    private void append(DirectBuffer buffer, int offset, int partLength) {
        int needed = length + partLength;
        if (needed > bytes.length) {
            byte[] longer = new byte[(int) Math.min(maxLength, 2L * needed)];
            System.arraycopy(bytes, 0, longer, 0, length);
            bytes = longer;
        }
        buffer.getBytes(offset, bytes, length, partLength);
        length = needed;
    }

    /** {@return the memory that is held} */
    int heldBytes() {
        return bytes.length;
    }

    /** The frame was handed on, or is not wanted any more. */
    void release() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[0];
        }
    }

    /** {@return the body of the frame that has come in parts; until it is released} */
    DirectBuffer whole() {
        view.wrap(bytes, 0, length);
        return view;
    }
}
