package io.troupe.cluster.internal.handoff;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.metadata.SessionId;

/**
 * The frames of a planned move, as bytes, big-endian. What comes in was written by another process: every length is
 * checked against what is there before anything is allocated, and whatever is wrong is a {@link FrameException}.
 *
 * <pre>
 * TRANSFER  shard 4, move 8, part 2, parts 2, channels 4,
 *           each: node length 2, node, incarnation 8, floor 8, ends 4, each: sequence 8, code 1, reply length 4, reply
 * RECEIVED  shard 4, move 8, part 2
 * </pre>
 */
public final class TransferFrames {
    /** Type of a TRANSFER frame. */
    public static final int TRANSFER = 7;
    /** Type of a RECEIVED frame. */
    public static final int RECEIVED = 8;

    private static final int HEADER_LENGTH = 20;
    private static final int CHANNEL_LENGTH = 22;
    private static final int END_LENGTH = 13;
    private static final int RECEIVED_LENGTH = 14;

    private TransferFrames() {}

    /**
     * {@return a part as bytes}
     *
     * @param transfer the part
     */
    public static byte[] encode(Transfer transfer) {
        int length = HEADER_LENGTH;
        List<byte[]> names = new ArrayList<>();
        for (Transfer.Channel channel : transfer.channels()) {
            byte[] name = channel.source().nodeId().getBytes(StandardCharsets.UTF_8);
            names.add(name);
            length += CHANNEL_LENGTH + name.length;
            for (End end : channel.ended().values()) {
                length += END_LENGTH + end.reply().length;
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(length)
                .putInt(transfer.shard())
                .putLong(transfer.moveId())
                .putShort((short) transfer.part())
                .putShort((short) transfer.parts())
                .putInt(transfer.channels().size());
        for (int i = 0; i < names.size(); i++) {
            Transfer.Channel channel = transfer.channels().get(i);
            bytes.putShort((short) names.get(i).length)
                    .put(names.get(i))
                    .putLong(channel.source().incarnation())
                    .putLong(channel.floor())
                    .putInt(channel.ended().size());
            channel.ended()
                    .forEach((sequence, end) -> bytes.putLong(sequence)
                            .put((byte) end.code().wire())
                            .putInt(end.reply().length)
                            .put(end.reply()));
        }
        return bytes.array();
    }

    /**
     * {@return the part}
     *
     * @param body a TRANSFER frame's body
     * @throws FrameException if it is none
     */
    public static Transfer decode(byte[] body) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            int shard = bytes.getInt();
            long moveId = bytes.getLong();
            int part = bytes.getShort();
            int parts = bytes.getShort();
            int channels = bytes.getInt();
            if (shard < 0 || moveId < 1 || part < 0 || part >= parts || parts > Transfer.MAX_PARTS) {
                throw new FrameException("TRANSFER of shard " + shard + ", move " + moveId + ", part " + part + " of "
                        + parts + " cannot be");
            }
            List<Transfer.Channel> decoded = new ArrayList<>();
            for (int i = 0; i < channels; i++) {
                decoded.add(channel(bytes));
            }
            if (bytes.hasRemaining()) {
                throw new FrameException("TRANSFER has " + bytes.remaining() + " bytes too many");
            }
            return new Transfer(shard, moveId, part, parts, decoded);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new FrameException("TRANSFER of " + body.length + " bytes: " + e);
        }
    }

    private static Transfer.Channel channel(ByteBuffer bytes) {
        String node = new String(bytes(bytes, bytes.getShort() & 0xFFFF), StandardCharsets.UTF_8);
        SessionId source = new SessionId(node, bytes.getLong());
        long floor = bytes.getLong();
        int ends = bytes.getInt();
        if (floor < 1) {
            throw new FrameException("TRANSFER with floor " + floor + ": floors begin at 1");
        }
        Map<Long, End> ended = new TreeMap<>();
        for (int i = 0; i < ends; i++) {
            long sequence = bytes.getLong();
            End.Code code = End.Code.of(bytes.get());
            ended.put(sequence, new End(code, bytes(bytes, bytes.getInt())));
        }
        return new Transfer.Channel(source, floor, ended);
    }

    private static byte[] bytes(ByteBuffer from, int length) {
        if (length < 0 || length > from.remaining()) {
            throw new FrameException("TRANSFER claims " + length + " bytes where " + from.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    /**
     * {@return an acknowledgement as bytes}
     *
     * @param received what has arrived
     */
    public static byte[] encode(Transfer.Received received) {
        return ByteBuffer.allocate(RECEIVED_LENGTH)
                .putInt(received.shard())
                .putLong(received.moveId())
                .putShort((short) received.part())
                .array();
    }

    /**
     * {@return the acknowledgement}
     *
     * @param body a RECEIVED frame's body
     * @throws FrameException if it is none
     */
    public static Transfer.Received decodeReceived(byte[] body) {
        if (body.length != RECEIVED_LENGTH) {
            throw new FrameException("RECEIVED has " + body.length + " bytes, not " + RECEIVED_LENGTH);
        }
        ByteBuffer bytes = ByteBuffer.wrap(body);
        return new Transfer.Received(bytes.getInt(), bytes.getLong(), bytes.getShort());
    }
}
