package io.troupe.metadata.internal.codec;

import java.nio.ByteBuffer;
import java.util.List;

import io.troupe.metadata.internal.state.Outcome;

/** Outcomes of commands and their bytes, as nodes send them to each other. */
public final class OutcomeCodec {
    private OutcomeCodec() {}

    /**
     * {@return the bytes}
     *
     * @param outcomes the outcomes
     */
    public static byte[] encode(List<Outcome> outcomes) {
        return new byte[0];
    }

    /**
     * {@return the outcomes}
     *
     * @param bytes from {@link #encode}
     */
    public static List<Outcome> decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * {@return the outcomes}
     *
     * @param bytes from {@link #encode}, from position to limit
     */
    public static List<Outcome> decode(ByteBuffer bytes) {
        return List.of();
    }
}
