package io.troupe.actors;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Target and body of a message as bytes: kind length (1), kind, id length (2, big-endian), id, body; names in UTF-8.
 *
 * @param target     the entity
 * @param bodyOffset where the encoded message starts
 */
record Envelope(EntityId target, int bodyOffset) {
    /** Longest id of an entity, in UTF-8 bytes. */
    static final int MAX_ID_LENGTH = 1000;

    static byte[] encode(EntityId target, byte[] body) {
        byte[] kind = target.kind().getBytes(StandardCharsets.UTF_8);
        byte[] id = target.id().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(3 + kind.length + id.length + body.length)
                .put((byte) kind.length)
                .put(kind)
                .putShort((short) id.length)
                .put(id)
                .put(body)
                .array();
    }

    static Envelope decode(byte[] content) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        String kind = name(buffer, require(buffer, 1) ? buffer.get() & 0xFF : -1);
        String id = name(buffer, require(buffer, 2) ? buffer.getShort() & 0xFFFF : -1);
        return new Envelope(new EntityId(kind, id), buffer.position());
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
