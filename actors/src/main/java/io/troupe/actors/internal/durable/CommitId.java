package io.troupe.actors.internal.durable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Names one commit of one entity. It is stored in front of the state and compared by the next commit, so that a commit
 * can only follow the very commit it was computed on: a counter alone would let a late write of an earlier activation
 * pass for the predecessor.
 *
 * @param epoch      the shard's epoch
 * @param activation rises on every load of the entity on a node
 * @param number     rises with every commit of the activation
 */
public record CommitId(long epoch, long activation, long number) {
    /** Bytes of an encoded id. */
    public static final int LENGTH = 3 * Long.BYTES;

    /** {@return the id as it stands in front of a state} */
    public byte[] encode() {
        return put(ByteBuffer.allocate(LENGTH)).array();
    }

    /**
     * Puts a state behind the id.
     *
     * @param state the encoded state
     * @return what is stored
     */
    public byte[] withState(byte[] state) {
        return put(ByteBuffer.allocate(LENGTH + state.length)).put(state).array();
    }

    private ByteBuffer put(ByteBuffer buffer) {
        return buffer.putLong(epoch).putLong(activation).putLong(number);
    }

    /**
     * Reads the id in front of a stored state.
     *
     * @param stored what is stored
     * @return the id
     * @throws IllegalArgumentException if the value is too short to hold one
     */
    public static CommitId decode(byte[] stored) {
        if (stored.length < LENGTH) {
            throw new IllegalArgumentException("a stored entity has at least " + LENGTH + " bytes, this one "
                    + stored.length + ": " + Arrays.toString(stored));
        }
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        return new CommitId(buffer.getLong(), buffer.getLong(), buffer.getLong());
    }
}
