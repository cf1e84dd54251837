package io.troupe.cluster.internal.placement;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The right of one node to run the actors of one shard, valid for a single epoch: the value of the shard's key.
 *
 * <p>The epoch is the revision of the grant, which its writer cannot know: a fresh grant is stored with epoch 0, and the
 * key's modification revision is its epoch. A record that is written again without a new grant carries its epoch along.
 *
 * <p>Bytes, big-endian: version (1), epoch (8), continues (8), incarnation (8), owner (UTF-8, the rest).
 *
 * @param owner       the owning node; not empty
 * @param incarnation its session's incarnation
 * @param epoch       the epoch, 0 only in a grant that is not stored yet
 * @param continues   the epoch whose volatile state was handed over in an acknowledged transfer, else 0
 */
public record ShardRecord(String owner, long incarnation, long epoch, long continues) {
    private static final byte VERSION = 1;
    private static final int OWNER_AT = 1 + 3 * Long.BYTES;
    /** Longest owner id, in UTF-8 bytes. */
    private static final int MAX_OWNER_LENGTH = 1024;

    /**
     * Checks the owner.
     *
     * @param owner       the owning node; not empty
     * @param incarnation its session's incarnation
     * @param epoch       the epoch, 0 only in a grant that is not stored yet
     * @param continues   the epoch whose volatile state was handed over in an acknowledged transfer, else 0
     * @throws IllegalArgumentException if the owner is empty
     */
    public ShardRecord {
        if (owner.isEmpty()) {
            throw new IllegalArgumentException("owner must not be empty: a shard without an owner has no record");
        }
    }

    /**
     * {@return a grant to write: its epoch will be the revision of the write}
     *
     * @param owner       the owning node
     * @param incarnation its session's incarnation
     * @param continues   the epoch whose volatile state was handed over, else 0
     */
    public static ShardRecord grant(String owner, long incarnation, long continues) {
        return new ShardRecord(owner, incarnation, 0, continues);
    }

    /** {@return the value to store} */
    public byte[] encode() {
        ByteBuffer name;
        try {
            name = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(owner));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("owner '" + owner + "' is not valid text: choose another node id", e);
        }
        if (name.remaining() > MAX_OWNER_LENGTH) {
            throw new IllegalArgumentException("owner '" + owner + "' takes " + name.remaining() + " bytes, at most "
                    + MAX_OWNER_LENGTH + " are allowed: choose a shorter node id");
        }
        return ByteBuffer.allocate(OWNER_AT + name.remaining())
                .put(VERSION)
                .putLong(epoch)
                .putLong(continues)
                .putLong(incarnation)
                .put(name)
                .array();
    }

    /**
     * Reads a stored value.
     *
     * @param value       the key's value
     * @param modRevision the key's modification revision: the epoch of a fresh grant
     * @return the record, with its epoch
     * @throws IllegalArgumentException if the bytes are not a record
     */
    public static ShardRecord decode(byte[] value, long modRevision) {
        if (value.length <= OWNER_AT || value.length > OWNER_AT + MAX_OWNER_LENGTH) {
            throw new IllegalArgumentException("a shard record has " + (OWNER_AT + 1) + " to "
                    + (OWNER_AT + MAX_OWNER_LENGTH) + " bytes, this value has " + value.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(value);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "shard record version " + version + " is unknown to this node, which reads " + VERSION);
        }
        long epoch = bytes.getLong();
        long continues = bytes.getLong();
        long incarnation = bytes.getLong();
        try {
            String owner = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(bytes)
                    .toString();
            return new ShardRecord(owner, incarnation, epoch == 0 ? modRevision : epoch, continues);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the owner in a shard record is not UTF-8", e);
        }
    }
}
