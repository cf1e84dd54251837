package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;

import io.troupe.cluster.DeliveryGuarantee;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The frames between the two halves of a channel, as bytes. Little-endian, fixed fields first, the rest of the frame is
 * the content, reply or name. Decoding checks the length and every field before use and throws {@link FrameException},
 * never an index error: what comes in was written by another process.
 *
 * <pre>
 * DATA      shard 4, flags 1, reserved 3, remaining ms 4, incarnation 8, sequence 8, floor 8, epoch 8, content
 * ACK       shard 4, code 1, reserved 3, incarnation 8, sequence 8, next expected 8, epoch 8, reply
 * ACKS      shard 4, reserved 4, incarnation 8, first 8, mask 8, next expected 8, epoch 8
 * ACCEPTED  shard 4, gap 1, reserved 3, incarnation 8, next expected 8, epoch 8
 * NACK      shard 4, reason 1, reserved 3, epoch 8, owner
 * ONE_WAY   shard 4, reserved 4, epoch 8, content
 * </pre>
 */
public final class DeliveryFrames {
    /** Type of a DATA frame: one message above AT_MOST_ONCE. */
    public static final int DATA = 2;
    /** Type of an ACK frame: how one message ended. */
    public static final int ACK = 3;
    /** Type of an ACCEPTED frame: how far the receiver is. */
    public static final int ACCEPTED = 4;
    /** Type of a NACK frame: the receiver does not take the shard's messages. */
    public static final int NACK = 5;
    /** Type of a ONE_WAY frame: one AT_MOST_ONCE message. */
    public static final int ONE_WAY = 6;

    /** Type of an ACKS frame: which messages are done, without an answer. */
    public static final int ACKS = 14;

    /** Bytes of a DATA frame before the content. */
    public static final int DATA_HEADER_LENGTH = 44;
    /** Bytes of an ACK frame before the reply. */
    public static final int ACK_HEADER_LENGTH = 40;
    /** Bytes of an ACKS frame. */
    public static final int ACKS_LENGTH = 48;
    /** Bytes of an ACCEPTED frame. */
    public static final int ACCEPTED_LENGTH = 32;
    /** Bytes of a NACK frame before the owner. */
    public static final int NACK_HEADER_LENGTH = 16;
    /** Bytes of a ONE_WAY frame before the content. */
    public static final int ONE_WAY_HEADER_LENGTH = 16;
    /** Longest owner id in a NACK, in UTF-8 bytes. */
    public static final int MAX_OWNER_LENGTH = 1024;

    private static final int SKIP = 1;
    private static final int DURABLE = 2;
    private static final int EXACTLY_ONCE = 4;
    private static final int ALL_FLAGS = SKIP | DURABLE | EXACTLY_ONCE;
    private static final long NS_PER_MS = 1_000_000L;

    private DeliveryFrames() {}

    /**
     * A decoded DATA frame; the content stays in the buffer.
     *
     * @param shard         the target shard
     * @param incarnation   of the sending session
     * @param sequence      the message's place in the channel
     * @param floor         the sender's lowest unsettled sequence
     * @param epoch         the owner's epoch as the sender believes it
     * @param guarantee     how often it may take effect
     * @param skip          true if the sender has given the sequence up: there is no content
     * @param durable       true if the sender knows the target kind as durable
     * @param remainingMs   until the sender stops waiting, counted from the sending; 0 for never
     * @param contentOffset where the content starts in the buffer
     * @param contentLength how long it is
     */
    public record Data(
            int shard,
            long incarnation,
            long sequence,
            long floor,
            long epoch,
            DeliveryGuarantee guarantee,
            boolean skip,
            boolean durable,
            int remainingMs,
            int contentOffset,
            int contentLength) {
        /**
         * {@return when it expires on this node's clock, or {@link OutboundMessage#NO_DEADLINE}}
         *
         * @param nowNs now
         */
        public long deadlineNs(long nowNs) {
            return remainingMs == 0 ? OutboundMessage.NO_DEADLINE : nowNs + remainingMs * NS_PER_MS;
        }
    }

    /**
     * An ACK frame.
     *
     * @param shard        the shard
     * @param incarnation  of the session the message was sent in
     * @param sequence     the message
     * @param nextExpected the receiver's lowest sequence that has not arrived in order
     * @param epoch        the receiver's epoch
     * @param end          how the message ended
     */
    public record Ack(int shard, long incarnation, long sequence, long nextExpected, long epoch, End end) {}

    /**
     * An ACKS frame.
     *
     * @param shard        the shard
     * @param incarnation  of the session the messages were sent in
     * @param first        the lowest sequence that is done
     * @param mask         which are: bit n stands for {@code first + n}, so bit 0 is set
     * @param nextExpected the receiver's lowest sequence that has not arrived in order
     * @param epoch        the receiver's epoch
     */
    public record Acks(int shard, long incarnation, long first, long mask, long nextExpected, long epoch) {}

    /**
     * An ACCEPTED frame.
     *
     * @param shard        the shard
     * @param incarnation  of the session the frame was sent in
     * @param nextExpected the receiver's lowest sequence that has not arrived in order
     * @param epoch        the receiver's epoch
     * @param gap          true if a later sequence has arrived before it
     */
    public record Accepted(int shard, long incarnation, long nextExpected, long epoch, boolean gap) {}

    /**
     * A decoded ONE_WAY frame; the content stays in the buffer.
     *
     * @param shard         the target shard
     * @param epoch         the owner's epoch as the sender believes it
     * @param contentOffset where the content starts in the buffer
     * @param contentLength how long it is
     */
    public record OneWay(int shard, long epoch, int contentOffset, int contentLength) {}

    /**
     * {@return the length of the message's DATA frame}
     *
     * @param message the message
     */
    public static int dataLength(OutboundMessage message) {
        return DATA_HEADER_LENGTH + (message.abandoned() ? 0 : message.contentLength());
    }

    /**
     * Writes a DATA frame: with the content, or as a Skip when the message is abandoned.
     *
     * @param buffer      where to
     * @param offset      from where on
     * @param message     the message, with shard and sequence
     * @param epoch       the owner's epoch
     * @param floor       the channel's lowest unsettled sequence
     * @param incarnation of the sending session
     * @param nowNs       now, for the remaining time
     * @return the frame's length
     */
    public static int encodeData(
            MutableDirectBuffer buffer,
            int offset,
            OutboundMessage message,
            long epoch,
            long floor,
            long incarnation,
            long nowNs) {
        boolean skip = message.abandoned();
        buffer.putInt(offset, message.shard(), LITTLE_ENDIAN);
        buffer.putInt(offset + 4, flags(message), LITTLE_ENDIAN);
        buffer.putInt(offset + 8, skip ? 0 : remainingMs(message.deadlineNs(), nowNs), LITTLE_ENDIAN);
        buffer.putLong(offset + 12, incarnation, LITTLE_ENDIAN);
        buffer.putLong(offset + 20, message.sequence(), LITTLE_ENDIAN);
        buffer.putLong(offset + 28, floor, LITTLE_ENDIAN);
        buffer.putLong(offset + 36, epoch, LITTLE_ENDIAN);
        if (!skip) {
            buffer.putBytes(offset + DATA_HEADER_LENGTH, message.content(), 0, message.contentLength());
        }
        return dataLength(message);
    }

    private static int flags(OutboundMessage message) {
        return (message.abandoned() ? SKIP : 0)
                | (message.durable() ? DURABLE : 0)
                | (message.guarantee() == DeliveryGuarantee.EXACTLY_ONCE ? EXACTLY_ONCE : 0);
    }

    /** At least 1, because 0 means never; a deadline that has just passed is for the receiver to find. */
    static int remainingMs(long deadlineNs, long nowNs) {
        if (deadlineNs == OutboundMessage.NO_DEADLINE) {
            return 0;
        }
        long remaining = (deadlineNs - nowNs) / NS_PER_MS;
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, remaining));
    }

    /**
     * Reads a DATA frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields
     * @throws FrameException if it is malformed
     */
    public static Data decodeData(DirectBuffer buffer, int offset, int length) {
        checkLength("DATA", length, DATA_HEADER_LENGTH);
        int flags = buffer.getByte(offset + 4);
        if ((flags & ~ALL_FLAGS) != 0) {
            throw new FrameException("DATA: flags 0x" + Integer.toHexString(flags & 0xFF) + " has unknown bits");
        }
        boolean skip = (flags & SKIP) != 0;
        int contentLength = length - DATA_HEADER_LENGTH;
        if (skip && contentLength != 0) {
            throw new FrameException("DATA: a Skip carries " + contentLength + " bytes of content, must be none");
        }
        long sequence = atLeast("DATA: sequence", 1, buffer.getLong(offset + 20, LITTLE_ENDIAN));
        long floor = atLeast("DATA: floor", 1, buffer.getLong(offset + 28, LITTLE_ENDIAN));
        if (floor > sequence) {
            throw new FrameException("DATA: floor " + floor + " is above the frame's own sequence " + sequence);
        }
        return new Data(
                shard("DATA: shard", buffer, offset),
                buffer.getLong(offset + 12, LITTLE_ENDIAN),
                sequence,
                floor,
                buffer.getLong(offset + 36, LITTLE_ENDIAN),
                (flags & EXACTLY_ONCE) != 0 ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE,
                skip,
                (flags & DURABLE) != 0,
                (int) atLeast("DATA: remaining ms", 0, buffer.getInt(offset + 8, LITTLE_ENDIAN)),
                offset + DATA_HEADER_LENGTH,
                contentLength);
    }

    /**
     * Writes an ACK frame.
     *
     * @param buffer where to
     * @param offset from where on
     * @param ack    its fields
     * @return the frame's length
     */
    public static int encodeAck(MutableDirectBuffer buffer, int offset, Ack ack) {
        byte[] reply = ack.end().reply();
        buffer.putInt(offset, ack.shard(), LITTLE_ENDIAN);
        buffer.putInt(offset + 4, ack.end().code().wire(), LITTLE_ENDIAN);
        buffer.putLong(offset + 8, ack.incarnation(), LITTLE_ENDIAN);
        buffer.putLong(offset + 16, ack.sequence(), LITTLE_ENDIAN);
        buffer.putLong(offset + 24, ack.nextExpected(), LITTLE_ENDIAN);
        buffer.putLong(offset + 32, ack.epoch(), LITTLE_ENDIAN);
        buffer.putBytes(offset + ACK_HEADER_LENGTH, reply, 0, reply.length);
        return ACK_HEADER_LENGTH + reply.length;
    }

    /**
     * Reads an ACK frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields, with a copy of the reply
     * @throws FrameException if it is malformed
     */
    public static Ack decodeAck(DirectBuffer buffer, int offset, int length) {
        checkLength("ACK", length, ACK_HEADER_LENGTH);
        int code = buffer.getByte(offset + 4);
        if (code < End.Code.DONE.wire() || code > End.Code.UNHOSTED.wire()) {
            throw new FrameException("ACK: code " + code + " is not one of 1 to " + End.Code.UNHOSTED.wire());
        }
        byte[] reply = new byte[length - ACK_HEADER_LENGTH];
        buffer.getBytes(offset + ACK_HEADER_LENGTH, reply, 0, reply.length);
        return new Ack(
                shard("ACK: shard", buffer, offset),
                buffer.getLong(offset + 8, LITTLE_ENDIAN),
                atLeast("ACK: sequence", 1, buffer.getLong(offset + 16, LITTLE_ENDIAN)),
                atLeast("ACK: next expected", 1, buffer.getLong(offset + 24, LITTLE_ENDIAN)),
                buffer.getLong(offset + 32, LITTLE_ENDIAN),
                new End(End.Code.of(code), reply));
    }

    /**
     * Writes an ACKS frame.
     *
     * @param buffer where to
     * @param offset from where on
     * @param acks   its fields
     * @return the frame's length
     */
    public static int encodeAcks(MutableDirectBuffer buffer, int offset, Acks acks) {
        buffer.putInt(offset, acks.shard(), LITTLE_ENDIAN);
        buffer.putInt(offset + 4, 0, LITTLE_ENDIAN);
        buffer.putLong(offset + 8, acks.incarnation(), LITTLE_ENDIAN);
        buffer.putLong(offset + 16, acks.first(), LITTLE_ENDIAN);
        buffer.putLong(offset + 24, acks.mask(), LITTLE_ENDIAN);
        buffer.putLong(offset + 32, acks.nextExpected(), LITTLE_ENDIAN);
        buffer.putLong(offset + 40, acks.epoch(), LITTLE_ENDIAN);
        return ACKS_LENGTH;
    }

    /**
     * Reads an ACKS frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields
     * @throws FrameException if it is malformed
     */
    public static Acks decodeAcks(DirectBuffer buffer, int offset, int length) {
        checkLength("ACKS", length, ACKS_LENGTH);
        long first = atLeast("ACKS: first", 1, buffer.getLong(offset + 16, LITTLE_ENDIAN));
        long mask = buffer.getLong(offset + 24, LITTLE_ENDIAN);
        if ((mask & 1) == 0) {
            throw new FrameException("ACKS: mask " + Long.toHexString(mask) + " does not have its first message");
        }
        if (first > Long.MAX_VALUE - DoneRun.SPAN) {
            throw new FrameException("ACKS: first " + first + " leaves no room for those behind it");
        }
        return new Acks(
                shard("ACKS: shard", buffer, offset),
                buffer.getLong(offset + 8, LITTLE_ENDIAN),
                first,
                mask,
                atLeast("ACKS: next expected", 1, buffer.getLong(offset + 32, LITTLE_ENDIAN)),
                buffer.getLong(offset + 40, LITTLE_ENDIAN));
    }

    /**
     * Writes an ACCEPTED frame.
     *
     * @param buffer   where to
     * @param offset   from where on
     * @param accepted its fields
     * @return the frame's length
     */
    public static int encodeAccepted(MutableDirectBuffer buffer, int offset, Accepted accepted) {
        buffer.putInt(offset, accepted.shard(), LITTLE_ENDIAN);
        buffer.putInt(offset + 4, accepted.gap() ? 1 : 0, LITTLE_ENDIAN);
        buffer.putLong(offset + 8, accepted.incarnation(), LITTLE_ENDIAN);
        buffer.putLong(offset + 16, accepted.nextExpected(), LITTLE_ENDIAN);
        buffer.putLong(offset + 24, accepted.epoch(), LITTLE_ENDIAN);
        return ACCEPTED_LENGTH;
    }

    /**
     * Reads an ACCEPTED frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields
     * @throws FrameException if it is malformed
     */
    public static Accepted decodeAccepted(DirectBuffer buffer, int offset, int length) {
        checkLength("ACCEPTED", length, ACCEPTED_LENGTH);
        int gap = buffer.getByte(offset + 4);
        if (gap != 0 && gap != 1) {
            throw new FrameException("ACCEPTED: gap " + gap + " is neither 0 nor 1");
        }
        return new Accepted(
                shard("ACCEPTED: shard", buffer, offset),
                buffer.getLong(offset + 8, LITTLE_ENDIAN),
                atLeast("ACCEPTED: next expected", 1, buffer.getLong(offset + 16, LITTLE_ENDIAN)),
                buffer.getLong(offset + 24, LITTLE_ENDIAN),
                gap == 1);
    }

    /**
     * Writes a NACK frame.
     *
     * @param buffer where to
     * @param offset from where on
     * @param nack   its fields
     * @return the frame's length
     */
    public static int encodeNack(MutableDirectBuffer buffer, int offset, Nack nack) {
        byte[] owner = nack.owner().getBytes(StandardCharsets.UTF_8);
        if (owner.length > MAX_OWNER_LENGTH) {
            throw new IllegalArgumentException(
                    "owner takes " + owner.length + " bytes, at most " + MAX_OWNER_LENGTH + " are allowed");
        }
        buffer.putInt(offset, nack.shard(), LITTLE_ENDIAN);
        buffer.putInt(offset + 4, nack.reason().wire(), LITTLE_ENDIAN);
        buffer.putLong(offset + 8, nack.epoch(), LITTLE_ENDIAN);
        buffer.putBytes(offset + NACK_HEADER_LENGTH, owner, 0, owner.length);
        return NACK_HEADER_LENGTH + owner.length;
    }

    /**
     * Reads a NACK frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields
     * @throws FrameException if it is malformed
     */
    public static Nack decodeNack(DirectBuffer buffer, int offset, int length) {
        checkLength("NACK", length, NACK_HEADER_LENGTH);
        int reason = buffer.getByte(offset + 4);
        if (reason < Nack.Reason.NOT_OWNER.wire() || reason > Nack.Reason.BUSY.wire()) {
            throw new FrameException("NACK: reason " + reason + " is not one of 1 to " + Nack.Reason.BUSY.wire());
        }
        int ownerLength = length - NACK_HEADER_LENGTH;
        if (ownerLength > MAX_OWNER_LENGTH) {
            throw new FrameException("NACK: owner takes " + ownerLength + " bytes, at most " + MAX_OWNER_LENGTH);
        }
        byte[] owner = new byte[ownerLength];
        buffer.getBytes(offset + NACK_HEADER_LENGTH, owner, 0, ownerLength);
        return new Nack(
                shard("NACK: shard", buffer, offset),
                Nack.Reason.of(reason),
                new String(owner, StandardCharsets.UTF_8),
                buffer.getLong(offset + 8, LITTLE_ENDIAN));
    }

    /**
     * Writes the fields of a ONE_WAY frame before the content, which the caller puts at
     * {@code offset + ONE_WAY_HEADER_LENGTH}.
     *
     * @param buffer where to
     * @param offset from where on
     * @param shard  the target shard
     * @param epoch  the owner's epoch
     * @return {@link #ONE_WAY_HEADER_LENGTH}
     */
    public static int encodeOneWayHeader(MutableDirectBuffer buffer, int offset, int shard, long epoch) {
        buffer.putInt(offset, shard, LITTLE_ENDIAN);
        buffer.putInt(offset + 4, 0, LITTLE_ENDIAN);
        buffer.putLong(offset + 8, epoch, LITTLE_ENDIAN);
        return ONE_WAY_HEADER_LENGTH;
    }

    /**
     * Reads a ONE_WAY frame.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length how long it is
     * @return its fields
     * @throws FrameException if it is malformed
     */
    public static OneWay decodeOneWay(DirectBuffer buffer, int offset, int length) {
        checkLength("ONE_WAY", length, ONE_WAY_HEADER_LENGTH);
        return new OneWay(
                shard("ONE_WAY: shard", buffer, offset),
                buffer.getLong(offset + 8, LITTLE_ENDIAN),
                offset + ONE_WAY_HEADER_LENGTH,
                length - ONE_WAY_HEADER_LENGTH);
    }

    private static void checkLength(String type, int length, int least) {
        if (length < least) {
            throw new FrameException(type + ": " + length + " bytes, at least " + least + " are needed");
        }
    }

    private static int shard(String field, DirectBuffer buffer, int offset) {
        return (int) atLeast(field, 0, buffer.getInt(offset, LITTLE_ENDIAN));
    }

    private static long atLeast(String field, long least, long value) {
        if (value < least) {
            throw new FrameException(field + " " + value + " is below " + least);
        }
        return value;
    }
}
