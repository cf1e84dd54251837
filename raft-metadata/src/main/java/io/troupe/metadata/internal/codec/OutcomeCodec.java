package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.util.List;

import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.Outcome.Refusal;

/** Outcomes of commands and their bytes, as nodes send them to each other. */
public final class OutcomeCodec {
    private static final int VERSION = 1;

    private static final int SUBMITTED = 1;
    private static final int SUBMIT_REFUSED = 2;
    private static final int SESSION_OPENED = 3;
    private static final int SESSION_HELD = 4;
    private static final int SESSION_ENDED = 5;
    private static final int EXPIRY_DROPPED = 6;
    private static final int TICKED = 7;
    private static final int LED = 8;

    private OutcomeCodec() {}

    /**
     * {@return the bytes}
     *
     * @param outcomes the outcomes
     */
    public static byte[] encode(List<Outcome> outcomes) {
        ByteWriter to = new ByteWriter();
        to.writeByte(VERSION);
        to.writeVarInt(outcomes.size());
        outcomes.forEach(outcome -> write(to, outcome));
        return to.toByteArray();
    }

    /**
     * {@return the outcomes}
     *
     * @param bytes from {@link #encode}
     * @throws CodecException if they are not
     */
    public static List<Outcome> decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * {@return the outcomes}
     *
     * @param bytes from {@link #encode}, from position to limit; the buffer itself does not move
     * @throws CodecException if they are not
     */
    public static List<Outcome> decode(ByteBuffer bytes) {
        ByteReader from = ByteReader.of(bytes);
        from.readVersion("outcomes", VERSION);
        List<Outcome> outcomes = from.readList(2, OutcomeCodec::read);
        from.expectEnd();
        return outcomes;
    }

    /**
     * Writes one outcome.
     *
     * @param to      the writer
     * @param outcome the outcome
     */
    public static void write(ByteWriter to, Outcome outcome) {
        if (outcome instanceof Outcome.Submitted submitted) {
            to.writeByte(SUBMITTED);
            ResultCodec.writeAll(to, submitted.results());
        } else if (outcome instanceof Outcome.SubmitRefused refused) {
            to.writeByte(SUBMIT_REFUSED);
            to.writeByte(code(refused.why()));
            to.writeVarLong(refused.lastSequence());
        } else if (outcome instanceof Outcome.SessionOpened opened) {
            to.writeByte(SESSION_OPENED);
            EventCodec.writeSessionId(to, opened.session());
            to.writeVarLong(opened.revision());
        } else if (outcome instanceof Outcome.SessionHeld held) {
            to.writeByte(SESSION_HELD);
            EventCodec.writeSessionId(to, held.holder());
            to.writeString(held.holderStorageId());
            to.writeVarLong(held.holderTtlMillis());
        } else if (outcome instanceof Outcome.SessionEnded ended) {
            to.writeByte(SESSION_ENDED);
            to.writeVarLong(ended.revision());
        } else if (outcome instanceof Outcome.ExpiryDropped dropped) {
            to.writeByte(EXPIRY_DROPPED);
            to.writeVarLong(dropped.revision());
        } else if (outcome instanceof Outcome.Ticked ticked) {
            to.writeByte(TICKED);
            to.writeVarLong(ticked.revision());
            EventCodec.writeSessionIds(to, ticked.ended());
        } else if (outcome instanceof Outcome.Led led) {
            to.writeByte(LED);
            to.writeVarLong(led.term());
            to.writeVarLong(led.revision());
        } else {
            throw new IllegalStateException("no code for " + outcome);
        }
    }

    /**
     * {@return one outcome}
     *
     * @param from the reader
     * @throws CodecException if it is none
     */
    public static Outcome read(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case SUBMITTED -> new Outcome.Submitted(ResultCodec.readAll(from));
            case SUBMIT_REFUSED -> new Outcome.SubmitRefused(refusal(from), from.readVarLong());
            case SESSION_OPENED -> new Outcome.SessionOpened(EventCodec.readSessionId(from), from.readVarLong());
            case SESSION_HELD ->
                new Outcome.SessionHeld(EventCodec.readSessionId(from), from.readString(), from.readVarLong());
            case SESSION_ENDED -> new Outcome.SessionEnded(from.readVarLong());
            case EXPIRY_DROPPED -> new Outcome.ExpiryDropped(from.readVarLong());
            case TICKED -> new Outcome.Ticked(from.readVarLong(), EventCodec.readSessionIds(from));
            case LED -> new Outcome.Led(from.readVarLong(), from.readVarLong());
            default -> throw from.expected("an outcome from 1 to 8 before here, not " + code);
        };
    }

    private static int code(Refusal refusal) {
        return switch (refusal) {
            case GAP -> 1;
            case RESULT_FORGOTTEN -> 2;
            case SESSION_CLOSED -> 3;
        };
    }

    private static Refusal refusal(ByteReader from) {
        int code = from.readByte();
        return switch (code) {
            case 1 -> Refusal.GAP;
            case 2 -> Refusal.RESULT_FORGOTTEN;
            case 3 -> Refusal.SESSION_CLOSED;
            default -> throw from.expected("a refusal from 1 to 3 before here, not " + code);
        };
    }
}
