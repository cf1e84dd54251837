package io.troupe.cluster.internal.delivery;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.spi.Sent;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way; confined to its channel once it is sent. The content (target kind, entity id, encoded body)
 * is opaque here and let go when the message has ended for its sender.
 *
 * <p>A message ends for its sender in one of two ways. <em>Settled</em>: the receiver has said how it ended.
 * <em>Given up</em>: the sender stopped waiting, but the receiver still needs the sequence, which from then on goes out
 * as a Skip until it is settled too.
 */
public final class OutboundMessage implements Sent {
    /** The deadline of a message that has none. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private static final byte[] NO_BYTES = {};

    private final DeliveryGuarantee guarantee;
    private final boolean durable;
    private final long deadlineNs;
    private byte[] content;
    private int contentLength;
    /** Null once the outcome has been told. */
    private @Nullable OutcomeListener listener;

    private int shard = -1;
    private long sequence;
    /** The epoch of the first transmission with content in this session; 0 before it. */
    private long firstEpoch;
    /** The epoch of the newest transmission with content, of any session; 0 before it. */
    private long lastEpoch;
    /** Its identity in the newest earlier session it was transmitted in; null if there was none. */
    private @Nullable MessageId earlierId;

    private boolean settled;
    /** The epoch whose owner settled it, once settled: that owner needs no Skip for it. */
    private long settledEpoch;

    /**
     * Creates a message.
     *
     * @param guarantee     AT_LEAST_ONCE or EXACTLY_ONCE; an ask is always EXACTLY_ONCE
     * @param durable       true if the target kind is durable
     * @param content       the content, from its first byte; not copied, never modify it
     * @param contentLength how many bytes of it count
     * @param deadlineNs    when the sender stops waiting, on the clock of {@code nowNs}; {@link #NO_DEADLINE} for never
     * @param listener      told the outcome, once
     * @throws IllegalArgumentException if the guarantee is AT_MOST_ONCE, or the length does not fit the content
     */
    public OutboundMessage(
            DeliveryGuarantee guarantee,
            boolean durable,
            byte[] content,
            int contentLength,
            long deadlineNs,
            OutcomeListener listener) {
        if (guarantee == DeliveryGuarantee.AT_MOST_ONCE) {
            throw new IllegalArgumentException("an AT_MOST_ONCE message has no channel: send it as a ONE_WAY frame");
        }
        if (contentLength < 0 || contentLength > content.length) {
            throw new IllegalArgumentException(
                    "contentLength (" + contentLength + ") must be 0 to " + content.length + ", the content's length");
        }
        this.guarantee = guarantee;
        this.durable = durable;
        this.content = content;
        this.contentLength = contentLength;
        this.deadlineNs = deadlineNs;
        this.listener = listener;
    }

    /** {@return how often it may take effect} */
    public DeliveryGuarantee guarantee() {
        return guarantee;
    }

    /** {@return true if the target kind is durable} */
    public boolean durable() {
        return durable;
    }

    /** {@return the content; empty once the message has ended for its sender} */
    public byte[] content() {
        return content;
    }

    /** {@return how many bytes of the content count} */
    public int contentLength() {
        return contentLength;
    }

    /** {@return when the sender stops waiting, or {@link #NO_DEADLINE}} */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** {@return the target shard, -1 before it is sent} */
    public int shard() {
        return shard;
    }

    /** {@return its place in the channel, 0 before it is sent; a new session gives it a new one} */
    public long sequence() {
        return sequence;
    }

    /** {@return true if the sender no longer waits for it: what goes out is a Skip, the sequence without content} */
    public boolean abandoned() {
        return listener == null;
    }

    void place(int newShard, long newSequence) {
        shard = newShard;
        sequence = newSequence;
    }

    boolean isSettled() {
        return settled;
    }

    /** True if an owner may have run it: in this session or an earlier one. */
    boolean mayHaveRun() {
        return firstEpoch != 0 || earlierId != null;
    }

    boolean isPastDeadline(long nowNs) {
        return deadlineNs != NO_DEADLINE && nowNs - deadlineNs >= 0;
    }

    long firstEpoch() {
        return firstEpoch;
    }

    long settledEpoch() {
        return settledEpoch;
    }

    @Nullable
    MessageId earlierId() {
        return earlierId;
    }

    long lastEpoch() {
        return lastEpoch;
    }

    void onTransmitting(long epoch) {
        if (firstEpoch == 0) {
            firstEpoch = epoch;
        }
        lastEpoch = epoch;
    }

    /** The transmission was not taken: nothing of it left, and these were its epochs before it. */
    void onNotTransmitted(long first, long last) {
        firstEpoch = first;
        lastEpoch = last;
    }

    void settle(long epoch) {
        settled = true;
        settledEpoch = epoch;
    }

    /** The session it was transmitted in is over; what it was called there stays known. */
    void leaveSession(@Nullable MessageId id) {
        if (firstEpoch != 0) {
            earlierId = id;
            firstEpoch = 0;
        }
    }

    /**
     * Tells the outcome unless one has been told; lets go of the content first, because the listener may send again.
     */
    void end(SendOutcome outcome, byte[] reply) {
        OutcomeListener told = listener;
        if (told != null) {
            listener = null;
            content = NO_BYTES;
            contentLength = 0;
            told.onOutcome(outcome, reply);
        }
    }
}
