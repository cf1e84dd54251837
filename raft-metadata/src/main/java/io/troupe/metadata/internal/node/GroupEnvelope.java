package io.troupe.metadata.internal.node;

import java.util.Arrays;

/**
 * Says which group a piece of {@link Fragments} belongs to. A piece of the first group goes as it is, so nodes with a
 * single group say what they always said. Before that of another one stand three bytes: the group, a zero, and the
 * version. A piece that begins with a number and then zero would be one of none, so nobody takes it for a piece of the
 * first group.
 *
 * <p>Pure. Any thread.
 */
final class GroupEnvelope {
    /** Of what follows the head. */
    static final int VERSION = 1;

    private static final int HEAD = 3;

    private GroupEnvelope() {}

    /**
     * {@return the bytes to send}
     *
     * @param group the group
     * @param piece the piece; not copied for the first group
     */
    static byte[] wrap(int group, byte[] piece) {
        if (group == 0) {
            return piece;
        }
        byte[] wrapped = new byte[HEAD + piece.length];
        wrapped[0] = (byte) group;
        wrapped[2] = VERSION;
        System.arraycopy(piece, 0, wrapped, HEAD, piece.length);
        return wrapped;
    }

    /**
     * {@return the group that the bytes are for, or -1 if they are of a later version}
     *
     * @param message what has arrived
     */
    static int group(byte[] message) {
        if (message.length < HEAD || message[0] <= 0 || message[1] != 0) {
            return 0;
        }
        return message[2] == VERSION ? message[0] : -1;
    }

    /**
     * {@return the piece}
     *
     * @param message what has arrived, of a known {@link #group}
     */
    static byte[] piece(byte[] message) {
        return group(message) == 0 ? message : Arrays.copyOfRange(message, HEAD, message.length);
    }
}
