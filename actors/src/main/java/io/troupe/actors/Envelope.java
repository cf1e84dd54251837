package io.troupe.actors;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Target and body of a message as bytes: kind length (1), kind, id length (2, big-endian), id, body; names in UTF-8. A
 * message of an outbox has its origin before that: mark (1), shard (4), sequence (8), floor (8). One with a deadline
 * for its commit has that: mark (1), time of the cluster in milliseconds (8).
 *
 * @param target     the entity
 * @param bodyOffset where the encoded message starts
 * @param origin     its place in an outbox; null if it comes from none
 * @param before     when its commit is too late; 0 for never
 */
record Envelope(EntityId target, int bodyOffset, @Nullable Origin origin, long before) {
    /** Longest id of an entity, in UTF-8 bytes. */
    static final int MAX_ID_LENGTH = 1000;

    /** No kind's name is so long. */
    private static final int FROM_OUTBOX = 0xFF;

    private static final int COMMIT_BEFORE = 0xFE;

    private static final int BEFORE_LENGTH = 1 + Long.BYTES;

    private static final int ORIGIN_LENGTH = 1 + Integer.BYTES + 2 * Long.BYTES;

    /**
     * Where a message of an outbox comes from.
     *
     * @param shard    whose outbox
     * @param sequence its place in it, from 1
     * @param floor    the lowest place that the outbox may still send, from 1
     */
    record Origin(int shard, long sequence, long floor) {
        Origin {
            if (shard < 0 || sequence < 1 || floor < 1) {
                throw new IllegalArgumentException(
                        "no place in an outbox: shard " + shard + ", sequence " + sequence + ", floor " + floor);
            }
        }
    }

    static byte[] encode(EntityId target, byte[] body) {
        byte[] header = header(target);
        byte[] content = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, content, header.length, body.length);
        return content;
    }

    /** {@return what stands before the body of every message to a target} */
    static byte[] header(EntityId target) {
        byte[] kind = target.kind().getBytes(StandardCharsets.UTF_8);
        byte[] id = target.id().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(3 + kind.length + id.length)
                .put((byte) kind.length)
                .put(kind)
                .putShort((short) id.length)
                .put(id)
                .array();
    }

    /** {@return how long the header is, or 0 if there is more than a header before the body, or no whole header} */
    static int headerLength(byte[] content) {
        int kind = content.length < 1 ? COMMIT_BEFORE : content[0] & 0xFF;
        if (kind >= COMMIT_BEFORE || content.length < 3 + kind) {
            return 0;
        }
        int length = 3 + kind + ((content[1 + kind] & 0xFF) << 8 | (content[2 + kind] & 0xFF));
        return length <= content.length ? length : 0;
    }

    /** {@return an encoded envelope with its origin before it} */
    static byte[] from(Origin origin, byte[] encoded) {
        return ByteBuffer.allocate(ORIGIN_LENGTH + encoded.length)
                .put((byte) FROM_OUTBOX)
                .putInt(origin.shard())
                .putLong(origin.sequence())
                .putLong(origin.floor())
                .put(encoded)
                .array();
    }

    /** {@return an encoded envelope with the time before it that its commit has to be before} */
    static byte[] before(long timeMillis, byte[] encoded) {
        return ByteBuffer.allocate(BEFORE_LENGTH + encoded.length)
                .put((byte) COMMIT_BEFORE)
                .putLong(timeMillis)
                .put(encoded)
                .array();
    }

    static Envelope decode(byte[] content) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        Origin origin = null;
        long before = 0;
        if (buffer.remaining() >= BEFORE_LENGTH && (buffer.get(0) & 0xFF) == COMMIT_BEFORE) {
            buffer.get();
            before = buffer.getLong();
            if (before < 1) {
                throw new IllegalArgumentException("no time that a commit could be before: " + before + " ms");
            }
        }
        if (buffer.remaining() >= ORIGIN_LENGTH && (buffer.get(buffer.position()) & 0xFF) == FROM_OUTBOX) {
            buffer.get();
            origin = new Origin(buffer.getInt(), buffer.getLong(), buffer.getLong());
        }
        String kind = name(buffer, require(buffer, 1) ? buffer.get() & 0xFF : -1);
        String id = name(buffer, require(buffer, 2) ? buffer.getShort() & 0xFFFF : -1);
        return new Envelope(new EntityId(kind, id), buffer.position(), origin, before);
    }

    private static boolean require(ByteBuffer buffer, int bytes) {
        return buffer.remaining() >= bytes;
    }

    private static String name(ByteBuffer buffer, int length) {
        if (length < 0 || !require(buffer, length)) {
            throw new IllegalArgumentException("an envelope ends within a name at byte " + buffer.position());
        }
        String name =
                new String(buffer.array(), buffer.arrayOffset() + buffer.position(), length, StandardCharsets.UTF_8);
        buffer.position(buffer.position() + length);
        return name;
    }
}
