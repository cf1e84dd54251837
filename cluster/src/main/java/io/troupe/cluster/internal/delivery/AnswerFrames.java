package io.troupe.cluster.internal.delivery;

import java.nio.ByteBuffer;

import io.troupe.cluster.spi.AnswerAddress;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The frame of an answer that goes to a node by itself, as bytes, in the manner of {@link DeliveryFrames}.
 *
 * <pre>
 * ANSWER  life 8, number 8, answer
 * </pre>
 */
public final class AnswerFrames {
    /** Type of an ANSWER frame. */
    public static final int ANSWER = 13;

    /** Bytes of an ANSWER frame before the answer. */
    public static final int HEADER_LENGTH = 16;

    private AnswerFrames() {}

    /**
     * Writes a frame.
     *
     * @param buffer where to, from 0 on
     * @param to     where it goes; the node's id is the link's
     * @param answer the answer
     * @return the frame's length
     */
    public static int encode(MutableDirectBuffer buffer, AnswerAddress to, byte[] answer) {
        buffer.putLong(0, to.life(), LITTLE_ENDIAN);
        buffer.putLong(8, to.number(), LITTLE_ENDIAN);
        buffer.putBytes(HEADER_LENGTH, answer, 0, answer.length);
        return HEADER_LENGTH + answer.length;
    }

    /**
     * Reads whom a frame is for. The answer is what follows the header.
     *
     * @param nodeId this node
     * @param frame  the frame
     * @return where it goes
     * @throws FrameException if it is malformed
     */
    public static AnswerAddress decode(String nodeId, byte[] frame) {
        if (frame.length <= HEADER_LENGTH) {
            throw new FrameException("ANSWER: " + frame.length + " bytes, more than " + HEADER_LENGTH + " are needed");
        }
        ByteBuffer bytes = ByteBuffer.wrap(frame).order(LITTLE_ENDIAN);
        long life = bytes.getLong();
        long number = bytes.getLong();
        if (number < 1) {
            throw new FrameException("ANSWER: number " + number + " is below 1");
        }
        return new AnswerAddress(nodeId, life, number);
    }
}
