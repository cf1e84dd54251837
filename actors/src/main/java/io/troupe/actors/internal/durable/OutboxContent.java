package io.troupe.actors.internal.durable;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * One message of an outbox, as it stands in the store: format (1), target shard (4), two notices, each with its length
 * (4, -1 for none), message. Big-endian.
 *
 * @param targetShard the shard of the receiver
 * @param onDone      what the sender tells itself when the message has taken effect; null for nothing
 * @param onRefused   what it tells itself when the message has ended without effect; null for nothing
 * @param message     receiver and body
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract
public record OutboxContent(int targetShard, byte @Nullable [] onDone, byte @Nullable [] onRefused, byte[] message) {
    private static final byte FORMAT = 1;

    /** {@return its bytes} */
    public byte[] encode() {
        ByteBuffer buffer =
                ByteBuffer.allocate(1 + 3 * Integer.BYTES + length(onDone) + length(onRefused) + message.length);
        buffer.put(FORMAT).putInt(targetShard);
        put(buffer, onDone);
        put(buffer, onRefused);
        return buffer.put(message).array();
    }

    private static int length(byte @Nullable [] notice) {
        return notice == null ? 0 : notice.length;
    }

    private static void put(ByteBuffer buffer, byte @Nullable [] notice) {
        buffer.putInt(notice == null ? -1 : notice.length);
        if (notice != null) {
            buffer.put(notice);
        }
    }

    /**
     * Reads what stands in the store.
     *
     * @param stored the bytes
     * @return the content
     * @throws IllegalArgumentException if it is none of this format
     */
    public static OutboxContent decode(byte[] stored) {
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        if (stored.length < 1 + 3 * Integer.BYTES || buffer.get() != FORMAT) {
            throw new IllegalArgumentException("no message of an outbox of format " + FORMAT + ": " + stored.length
                    + " bytes" + (stored.length == 0 ? "" : " of format " + stored[0]));
        }
        int targetShard = buffer.getInt();
        byte[] onDone = notice(buffer);
        byte[] onRefused = notice(buffer);
        byte[] message = new byte[buffer.remaining()];
        buffer.get(message);
        return new OutboxContent(targetShard, onDone, onRefused, message);
    }

    private static byte @Nullable [] notice(ByteBuffer buffer) {
        int length = buffer.remaining() < Integer.BYTES ? -2 : buffer.getInt();
        if (length < -1 || length > buffer.remaining()) {
            throw new IllegalArgumentException(
                    "a message of an outbox ends within a notice at byte " + buffer.position());
        }
        if (length < 0) {
            return null;
        }
        byte[] notice = new byte[length];
        buffer.get(notice);
        return notice;
    }
}
