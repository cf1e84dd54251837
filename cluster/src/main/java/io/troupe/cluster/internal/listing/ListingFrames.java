package io.troupe.cluster.internal.listing;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.cluster.spi.ActorRange;

/**
 * The frames of lists of actors, as bytes, big-endian. What comes in was written by another process: every length is
 * checked against what is there before anything is allocated, and whatever is wrong is a {@link FrameException}.
 *
 * <pre>
 * ASK   number 8, limit 2, shard 4, kind, kind of the place, id of the place
 * PART  number 8, more 1, actors 2, each: shard 4, epoch 8, waiting 4, unfenced 1, kind, id
 * </pre>
 * A kind or id is its length (2) and its UTF-8 bytes.
 */
public final class ListingFrames {
    /** Type of an ASK frame. */
    public static final int ASK = 11;
    /** Type of a PART frame. */
    public static final int PART = 12;

    /** A part ends before the actor with which it would have more bytes, however many actors were asked for. */
    static final int MAX_PART_LENGTH = 128 * 1024;

    private static final int ASK_LENGTH = 14;
    private static final int PART_HEADER_LENGTH = 11;
    private static final int ACTOR_LENGTH = 17;

    private ListingFrames() {}

    /**
     * {@return a question as bytes}
     *
     * @param ask the question
     */
    public static byte[] encode(Listing.Ask ask) {
        ActorRange range = ask.range();
        byte[] kind = utf8(range.kind());
        byte[] afterKind = utf8(range.afterKind());
        byte[] afterId = utf8(range.afterId());
        int texts = 3 * Short.BYTES + kind.length + afterKind.length + afterId.length;
        ByteBuffer bytes = ByteBuffer.allocate(ASK_LENGTH + texts)
                .putLong(ask.number())
                .putShort((short) range.limit())
                .putInt(range.shard());
        put(bytes, kind);
        put(bytes, afterKind);
        put(bytes, afterId);
        return bytes.array();
    }

    /**
     * {@return an answer as bytes; of more actors than one frame takes the first ones, with {@code more} set}
     *
     * @param part the answer
     */
    public static byte[] encode(Listing.Part part) {
        int length = PART_HEADER_LENGTH;
        List<byte[]> texts = new ArrayList<>();
        for (ActorInfo actor : part.actors()) {
            byte[] kind = utf8(actor.kind());
            byte[] id = utf8(actor.id());
            int its = ACTOR_LENGTH + 2 * Short.BYTES + kind.length + id.length;
            if (length + its > MAX_PART_LENGTH) {
                break;
            }
            length += its;
            texts.add(kind);
            texts.add(id);
        }
        int actors = texts.size() / 2;
        boolean more = part.more() || actors < part.actors().size();
        ByteBuffer bytes = ByteBuffer.allocate(length)
                .putLong(part.number())
                .put((byte) (more ? 1 : 0))
                .putShort((short) actors);
        for (int i = 0; i < actors; i++) {
            ActorInfo actor = part.actors().get(i);
            bytes.putInt(actor.shard())
                    .putLong(actor.epoch())
                    .putInt(actor.waiting())
                    .put((byte) (actor.unfenced() ? 1 : 0));
            put(bytes, texts.get(2 * i));
            put(bytes, texts.get(2 * i + 1));
        }
        return bytes.array();
    }

    /**
     * {@return the question}
     *
     * @param body an ASK frame's body
     * @throws FrameException if it is none
     */
    public static Listing.Ask decodeAsk(byte[] body) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            long number = bytes.getLong();
            int limit = bytes.getShort();
            int shard = bytes.getInt();
            if (limit < 1 || limit > ActorQuery.MAX_LIMIT || shard < 0) {
                throw new FrameException("ASK for " + limit + " actors from shard " + shard + " cannot be");
            }
            ActorRange range = new ActorRange(text(bytes), shard, text(bytes), text(bytes), limit);
            expectEnd("ASK", bytes);
            return new Listing.Ask(number, range);
        } catch (BufferUnderflowException e) {
            throw new FrameException("ASK of " + body.length + " bytes ends too early");
        }
    }

    /**
     * {@return the answer}
     *
     * @param body   a PART frame's body
     * @param nodeId the node that sent it
     * @throws FrameException if it is none
     */
    public static Listing.Part decodePart(byte[] body, String nodeId) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            long number = bytes.getLong();
            boolean more = bytes.get() != 0;
            int count = bytes.getShort();
            if (count < 0 || count > ActorQuery.MAX_LIMIT) {
                throw new FrameException("PART of " + count + " actors cannot be");
            }
            List<ActorInfo> actors = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int shard = bytes.getInt();
                long epoch = bytes.getLong();
                int waiting = bytes.getInt();
                boolean unfenced = bytes.get() != 0;
                actors.add(new ActorInfo(text(bytes), text(bytes), nodeId, shard, epoch, waiting, unfenced));
            }
            expectEnd("PART", bytes);
            return new Listing.Part(number, more, actors);
        } catch (BufferUnderflowException e) {
            throw new FrameException("PART of " + body.length + " bytes ends too early");
        }
    }

    private static void expectEnd(String what, ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            throw new FrameException(what + " has " + bytes.remaining() + " bytes too many");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ByteBuffer to, byte[] text) {
        to.putShort((short) text.length).put(text);
    }

    private static String text(ByteBuffer from) {
        int length = from.getShort() & 0xFFFF;
        if (length > from.remaining()) {
            throw new FrameException("a name claims " + length + " bytes where " + from.remaining() + " are left");
        }
        byte[] text = new byte[length];
        from.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
