package io.troupe.transport.internal.frame;

import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Cuts the bytes of one link into frames, in place. Everything a header claims is checked before a byte of the body is
 * waited for, so the buffer it reads from never needs to be longer than one frame of the allowed length.
 */
public final class FrameReader {
    private static final String TLS =
            "the other end speaks TLS, and this node does not: give TLS to every node of the cluster or to none";
    private static final int TLS_ALERT = 0x15;
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR_VERSION = 0x03;
    private static final int TLS_MAX_MINOR_VERSION = 0x04;

    /** No frame with a longer body is let through. */
    private int maxBodyLength;

    /** Takes the frames, in order. */
    public interface Output {
        /**
         * A whole frame.
         *
         * @param flags  those of {@link FrameLayout}
         * @param type   its type
         * @param buffer holds the body; valid during the call only
         * @param offset where the body starts
         * @param length how long it is
         * @return false to stop reading, because the link was closed meanwhile
         * @throws FramingException if the frame is not allowed here
         */
        boolean onFrame(int flags, int type, DirectBuffer buffer, int offset, int length) throws FramingException;
    }

    /**
     * A reader at the first byte of a link.
     *
     * @param maxBodyLength the longest body allowed
     */
    public FrameReader(int maxBodyLength) {
        this.maxBodyLength = maxBodyLength;
    }

    /**
     * Changes the limit from the next frame on.
     *
     * @param length the longest body allowed
     */
    public void allow(int length) {
        maxBodyLength = length;
    }

    /**
     * Hands on every whole frame.
     *
     * @param buffer what came, starting at the first byte of a frame
     * @param offset where it starts
     * @param length how many bytes came
     * @param output takes the frames
     * @return how many bytes were used up; the rest belongs to a frame that is not complete
     * @throws FramingException if the bytes are no frames
     */
    public int read(DirectBuffer buffer, int offset, int length, Output output) throws FramingException {
        int used = 0;
        while (length - used >= FrameLayout.HEADER_LENGTH) {
            int index = offset + used;
            int bodyLength = checkedBodyLength(buffer, index);
            int wireLength = FrameLayout.wireLength(bodyLength);
            if (length - used < wireLength) {
                break;
            }
            checkClosingZeros(buffer, index + FrameLayout.HEADER_LENGTH + bodyLength, index + wireLength);
            int flags = FrameLayout.flags(FrameLayout.versionAndFlags(buffer, index));
            int type = FrameLayout.type(buffer, index);
            used += wireLength;
            if (!output.onFrame(flags, type, buffer, index + FrameLayout.HEADER_LENGTH, bodyLength)) {
                break;
            }
        }
        return used;
    }

    /**
     * Nothing follows.
     *
     * @param buffer what is left of the bytes that came
     * @param offset where it starts
     * @param length how long it is
     * @throws FramingException if they are the end of a refusal that this node cannot read
     */
    public void end(DirectBuffer buffer, int offset, int length) throws FramingException {
        // An alert is shorter than the header of a frame.
        if (length > 2 && length < FrameLayout.HEADER_LENGTH && isTls(firstThree(buffer, offset))) {
            throw new FramingException(TLS);
        }
    }

    private int checkedBodyLength(DirectBuffer buffer, int index) throws FramingException {
        int length = FrameLayout.length(buffer, index);
        // Compared without adding to it: a length near 2^31 must not overflow past the limit.
        if (length < FrameLayout.HEADER_LENGTH || length - FrameLayout.HEADER_LENGTH > maxBodyLength) {
            if (isTls(length)) {
                throw new FramingException(TLS);
            }
            throw new FramingException("frame length " + length + " is not between " + FrameLayout.HEADER_LENGTH
                    + " and " + (FrameLayout.HEADER_LENGTH + maxBodyLength));
        }
        int version = FrameLayout.versionAndFlags(buffer, index);
        if (!FrameLayout.isKnown(version)) {
            throw new FramingException("frame version and flags 0x" + Integer.toHexString(version) + " are unknown");
        }
        if (FrameLayout.reserved(buffer, index) != 0) {
            throw new FramingException("reserved bits of a frame are set");
        }
        if (FrameLayout.type(buffer, index) == 0) {
            throw new FramingException("frame type 0 does not exist");
        }
        return length - FrameLayout.HEADER_LENGTH;
    }

    private static int firstThree(DirectBuffer buffer, int offset) {
        return (buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF) | (buffer.getByte(offset + 2) & 0xFF) << 16;
    }

    /**
     * The first three bytes of a record of TLS, the lowest first: handshake or alert, then both parts of the version.
     */
    private static boolean isTls(int bytes) {
        int type = bytes & 0xFF;
        int minor = (bytes >> 16) & 0xFF;
        return (type == TLS_HANDSHAKE || type == TLS_ALERT)
                && ((bytes >> 8) & 0xFF) == TLS_MAJOR_VERSION
                && minor >= 1
                && minor <= TLS_MAX_MINOR_VERSION;
    }

    private static void checkClosingZeros(DirectBuffer buffer, int from, int to) throws FramingException {
        for (int i = from; i < to; i++) {
            if (buffer.getByte(i) != 0) {
                throw new FramingException(
                        "a frame is not followed by zeros up to a multiple of " + FrameLayout.ALIGNMENT);
            }
        }
    }
}
