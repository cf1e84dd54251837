package io.troupe.cluster.internal.placement;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * The right of one node to run the actors of one shard, valid for a single epoch: the value of the shard's key.
 *
 * <p>The epoch is the revision of the grant, which its writer cannot know: a fresh grant is stored with epoch 0, and
 * the key's modification revision is its epoch. A record that is written again without a new grant carries its epoch
 * along. In the same way the revision of a record that orders a move is the number of that move.
 *
 * <p>Bytes, big-endian: version (1), epoch (8), continues (8), move (8), incarnation (8), owner length (2), owner, and
 * for a move the target's incarnation (8) and the target (the rest). Names in UTF-8.
 *
 * @param owner       the owning node; not empty
 * @param incarnation its session's incarnation
 * @param epoch       the epoch, 0 only in a grant that is not stored yet
 * @param continues   the epoch whose volatile state was handed over in an acknowledged transfer, else 0
 * @param moveId      while it moves: the number of the move; in the grant that ended a move: its number; else 0
 * @param target      where it moves to, or null
 */
public record ShardRecord(
        String owner,
        long incarnation,
        long epoch,
        long continues,
        long moveId,
        @Nullable Target target) {
    private static final byte VERSION = 2;
    private static final int OWNER_AT = 1 + 4 * Long.BYTES + Short.BYTES;
    /** Longest owner id, in UTF-8 bytes. */
    private static final int MAX_OWNER_LENGTH = 1024;

    /**
     * Where a shard moves to.
     *
     * @param nodeId      the node
     * @param incarnation its session's incarnation
     */
    public record Target(String nodeId, long incarnation) {}

    /**
     * Checks the owner.
     *
     * @param owner       the owning node; not empty
     * @param incarnation its session's incarnation
     * @param epoch       the epoch, 0 only in a grant that is not stored yet
     * @param continues   the epoch whose volatile state was handed over in an acknowledged transfer, else 0
     * @param moveId      the number of the present move, or of the one that the grant ended, else 0
     * @param target      where it moves to, or null
     * @throws IllegalArgumentException if the owner is empty
     */
    public ShardRecord {
        if (owner.isEmpty()) {
            throw new IllegalArgumentException("owner must not be empty: a shard without an owner has no record");
        }
    }

    /**
     * {@return a grant to write that continues nothing: its epoch will be the revision of the write}
     *
     * @param owner       the owning node
     * @param incarnation its session's incarnation
     */
    public static ShardRecord grant(String owner, long incarnation) {
        return new ShardRecord(owner, incarnation, 0, 0, 0, null);
    }

    /**
     * {@return the record to write that orders a move}
     *
     * @param to where to
     */
    public ShardRecord moving(Target to) {
        return new ShardRecord(owner, incarnation, epoch, continues, 0, to);
    }

    /** {@return the record to write that calls a move off} */
    public ShardRecord staying() {
        return new ShardRecord(owner, incarnation, epoch, continues, 0, null);
    }

    /**
     * {@return the grant to write that ends this move: the target continues what it was handed over}
     *
     * @throws IllegalStateException if the shard does not move
     */
    public ShardRecord released() {
        Target to = target;
        if (to == null) {
            throw new IllegalStateException("there is no move to end: " + this);
        }
        return new ShardRecord(to.nodeId(), to.incarnation(), 0, epoch, moveId, null);
    }

    /**
     * {@return true if a node owns the shard in one of its lives}
     *
     * @param nodeId the node
     * @param life   the incarnation
     */
    public boolean isOwnedBy(String nodeId, long life) {
        return owner.equals(nodeId) && incarnation == life;
    }

    /** {@return the value to store} */
    public byte[] encode() {
        byte[] name = name(owner);
        Target to = target;
        byte[] targetName = to == null ? new byte[0] : name(to.nodeId());
        ByteBuffer bytes = ByteBuffer.allocate(
                        OWNER_AT + name.length + (to == null ? 0 : Long.BYTES + targetName.length))
                .put(VERSION)
                .putLong(epoch)
                .putLong(continues)
                .putLong(moveId)
                .putLong(incarnation)
                .putShort((short) name.length)
                .put(name);
        if (to != null) {
            bytes.putLong(to.incarnation()).put(targetName);
        }
        return bytes.array();
    }

    private static byte[] name(String node) {
        ByteBuffer name;
        try {
            name = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(node));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("owner '" + node + "' is not valid text: choose another node id", e);
        }
        if (name.remaining() > MAX_OWNER_LENGTH) {
            throw new IllegalArgumentException("owner '" + node + "' takes " + name.remaining() + " bytes, at most "
                    + MAX_OWNER_LENGTH + " are allowed: choose a shorter node id");
        }
        byte[] bytes = new byte[name.remaining()];
        name.get(bytes);
        return bytes;
    }

    /**
     * Reads a stored value.
     *
     * @param value       the key's value
     * @param modRevision the key's modification revision: the epoch of a fresh grant, the number of a fresh move
     * @return the record, with its epoch
     * @throws IllegalArgumentException if the bytes are not a record
     */
    public static ShardRecord decode(byte[] value, long modRevision) {
        if (value.length <= OWNER_AT || value.length > OWNER_AT + 2 * MAX_OWNER_LENGTH + Long.BYTES) {
            throw new IllegalArgumentException("a shard record has " + (OWNER_AT + 1) + " to "
                    + (OWNER_AT + 2 * MAX_OWNER_LENGTH + Long.BYTES) + " bytes, this value has " + value.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(value);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "shard record version " + version + " is unknown to this node, which reads " + VERSION);
        }
        try {
            long epoch = bytes.getLong();
            long continues = bytes.getLong();
            long moveId = bytes.getLong();
            long incarnation = bytes.getLong();
            String owner = text(bytes, bytes.getShort());
            Target target = null;
            if (bytes.hasRemaining()) {
                long life = bytes.getLong();
                target = new Target(text(bytes, bytes.remaining()), life);
            }
            return new ShardRecord(
                    owner,
                    incarnation,
                    epoch == 0 ? modRevision : epoch,
                    continues,
                    target == null ? moveId : modRevision,
                    target);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a shard record of " + value.length + " bytes ends too soon", e);
        }
    }

    private static String text(ByteBuffer bytes, int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException(
                    "a shard record claims a name of " + length + " bytes where " + bytes.remaining() + " are left");
        }
        ByteBuffer name = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(name)
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a node in a shard record is not UTF-8", e);
        }
    }
}
