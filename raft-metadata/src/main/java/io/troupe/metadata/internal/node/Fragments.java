package io.troupe.metadata.internal.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;

/**
 * Cuts messages that are too long for a {@link PeerChannel} into pieces and joins them. Each piece says which message
 * it belongs to, its place, and how many there are; a message with a lost piece is forgotten when the next one begins.
 * Memory grows with the pieces that have arrived, not with what the first one claims.
 *
 * <p>Pure. Confined to one thread.
 */
final class Fragments {
    /** Longest message, in bytes; a longer one is a programming error of the sender. */
    static final int MAX_LENGTH = 72 << 20;

    private static final int HEAD = 32;
    private static final int PIECE = PeerChannel.MAX_MESSAGE_LENGTH - HEAD;

    private final TreeMap<String, Joined> joining = new TreeMap<>();
    private long lastId;

    private static final class Joined {
        final long id;
        final int count;
        final List<byte[]> pieces = new ArrayList<>();

        Joined(long id, int count) {
            this.id = id;
            this.count = count;
        }
    }

    /** A cutter and joiner; the first number should differ between two lives of a node. */
    Fragments(long firstId) {
        lastId = firstId;
    }

    /**
     * {@return the pieces to send, one if the message is short}
     *
     * @param message the message
     */
    List<byte[]> cut(byte[] message) {
        if (message.length > MAX_LENGTH) {
            throw new IllegalArgumentException("a message of " + message.length + " bytes is longer than " + MAX_LENGTH
                    + ": the caller must page");
        }
        long id = ++lastId;
        int count = Math.max(1, (message.length + PIECE - 1) / PIECE);
        List<byte[]> pieces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ByteWriter piece = new ByteWriter();
            piece.writeVarInt(i);
            piece.writeVarInt(count);
            if (count > 1) {
                piece.writeVarLong(id);
            }
            piece.writeRaw(Arrays.copyOfRange(message, i * PIECE, Math.min(message.length, (i + 1) * PIECE)));
            pieces.add(piece.toByteArray());
        }
        return pieces;
    }

    /**
     * Takes a piece.
     *
     * @param from  the node it comes from
     * @param piece the piece
     * @return the message when it is whole, else null
     * @throws CodecException if the bytes are no piece
     */
    @Nullable
    ByteReader join(String from, byte[] piece) {
        ByteReader reader = ByteReader.of(piece);
        int place = reader.readVarInt();
        int count = reader.readVarInt();
        if (count < 1 || place >= count || (long) (count - 1) * PIECE > MAX_LENGTH) {
            throw reader.expected("a piece below its count, not piece " + place + " of " + count);
        }
        if (count == 1) {
            return reader;
        }
        long id = reader.readVarLong();
        Joined joined = joining.get(from);
        if (place == 0) {
            joined = new Joined(id, count);
            joining.put(from, joined);
        }
        if (joined == null || joined.id != id || joined.count != count || joined.pieces.size() != place) {
            joining.remove(from);
            return null; // A piece was lost: so is the message, and its sender repeats it.
        }
        joined.pieces.add(reader.readRaw(reader.remaining()));
        if (place < count - 1) {
            return null;
        }
        joining.remove(from);
        ByteWriter whole = new ByteWriter();
        joined.pieces.forEach(whole::writeRaw);
        return ByteReader.of(whole.toByteArray());
    }
}
