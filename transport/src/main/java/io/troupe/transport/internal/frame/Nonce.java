package io.troupe.transport.internal.frame;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * 256 bits drawn at random for one handshake, so that no proof can be used twice; all zero if a node has no secret.
 *
 * @param first  bits of it
 * @param second more
 * @param third  more
 * @param fourth the rest
 */
public record Nonce(long first, long second, long third, long fourth) {
    /** Of a node without a secret. */
    public static final Nonce NONE = new Nonce(0, 0, 0, 0);

    static final int LENGTH = 4 * Long.BYTES;

    static Nonce at(DirectBuffer buffer, int index) {
        return new Nonce(
                buffer.getLong(index, LITTLE_ENDIAN),
                buffer.getLong(index + 8, LITTLE_ENDIAN),
                buffer.getLong(index + 16, LITTLE_ENDIAN),
                buffer.getLong(index + 24, LITTLE_ENDIAN));
    }

    int put(MutableDirectBuffer target, int index) {
        target.putLong(index, first, LITTLE_ENDIAN);
        target.putLong(index + 8, second, LITTLE_ENDIAN);
        target.putLong(index + 16, third, LITTLE_ENDIAN);
        target.putLong(index + 24, fourth, LITTLE_ENDIAN);
        return index + LENGTH;
    }
}
