package io.troupe.actors;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A transaction, its answers and its refusal as bytes. The transaction: mark (1), time of the cluster in milliseconds
 * before which it has to be committed or 0 (8), number of messages (1), each with its length (4). Its answers: each
 * with its length (4), in the order of the messages; nothing if no entity has answered. Its refusal: the number of the
 * message that was refused, a space, the reason, in UTF-8. Big-endian.
 */
final class TransactionCodec {
    /** No kind's name is so long, so no envelope begins like this. */
    private static final byte TRANSACTION = (byte) 0xFD;

    private static final int HEADER_LENGTH = 2 + Long.BYTES;
    private static final byte[] NO_BYTES = {};

    private TransactionCodec() {}

    /**
     * What a transaction is made of.
     *
     * @param before   when its commit is too late; 0 for never
     * @param messages the messages, each an envelope
     */
    record Content(long before, List<byte[]> messages) {}

    /** Who refused, and why; the number of the message is -1 if all of it was refused at once. */
    record Refusal(int message, String why) {}

    static boolean isTransaction(byte[] content) {
        return content.length > 0 && content[0] == TRANSACTION;
    }

    static byte[] encode(Content content) {
        return put(
                        ByteBuffer.allocate(HEADER_LENGTH + length(content.messages()))
                                .put(TRANSACTION)
                                .putLong(content.before())
                                .put((byte) content.messages().size()),
                        content.messages())
                .array();
    }

    static Content decode(byte[] content) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        if (content.length < HEADER_LENGTH || buffer.get() != TRANSACTION) {
            throw new IllegalArgumentException("no transaction: " + content.length + " bytes");
        }
        long before = buffer.getLong();
        int messages = buffer.get();
        if (before < 0 || messages < 1 || messages > Transaction.MAX_ENTITIES) {
            throw new IllegalArgumentException(
                    "no transaction: " + messages + " messages, to be committed before " + before + " ms");
        }
        return new Content(before, take(buffer, messages));
    }

    /**
     * {@return the envelopes of the messages} An entity that comes twice would wait for itself, so that is no
     * transaction.
     */
    static List<Envelope> envelopes(Content content) {
        List<Envelope> envelopes = new ArrayList<>(content.messages().size());
        Set<EntityId> entities = new HashSet<>();
        for (byte[] message : content.messages()) {
            Envelope envelope = Envelope.decode(message);
            if (!entities.add(envelope.target())) {
                throw new IllegalArgumentException("no transaction: it has two messages to " + envelope.target());
            }
            envelopes.add(envelope);
        }
        return envelopes;
    }

    /** Nothing if nobody has answered. */
    static byte[] answers(List<byte[]> answers) {
        return answers.stream().allMatch(answer -> answer.length == 0)
                ? NO_BYTES
                : put(ByteBuffer.allocate(length(answers)), answers).array();
    }

    /** {@return the answer of each message; empty where there is none} */
    static List<byte[]> answers(byte[] encoded, int messages) {
        return encoded.length == 0 ? List.of() : take(ByteBuffer.wrap(encoded), messages);
    }

    static String refusal(int message, String why) {
        return message + " " + why;
    }

    static Refusal refusal(String text, int messages) {
        int space = text.indexOf(' ');
        for (int message = 0; message < messages && space > 0; message++) {
            if (text.substring(0, space).equals(Integer.toString(message))) {
                return new Refusal(message, text.substring(space + 1));
            }
        }
        return new Refusal(-1, text);
    }

    private static int length(List<byte[]> parts) {
        return parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
    }

    private static ByteBuffer put(ByteBuffer buffer, List<byte[]> parts) {
        parts.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer;
    }

    private static List<byte[]> take(ByteBuffer buffer, int count) {
        List<byte[]> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
            if (length < 0 || length > buffer.remaining()) {
                throw new IllegalArgumentException("a transaction ends within its part " + i);
            }
            byte[] part = new byte[length];
            buffer.get(part);
            parts.add(part);
        }
        return parts;
    }
}
