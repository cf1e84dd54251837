package io.troupe.metadata;

import org.jspecify.annotations.Nullable;

/**
 * Which messages of one channel are settled: everything below the floor, and single sequences above it. Immutable.
 */
public interface SettledWindow {
    /** How far above the floor a sequence can be settled: {@code sequence - floor < MAX_LENGTH}. */
    int MAX_LENGTH = 65_536;

    /** How many bytes of replies are kept above the floor. */
    int MAX_REPLY_BYTES = 16 << 20;

    /** {@return the lowest sequence that the sender may still wait for; at least 1} */
    long floor();

    /** {@return the highest settled sequence, or floor - 1} */
    long highest();

    /**
     * {@return true if the sequence is below the floor or settled}
     *
     * @param sequence the sequence, from 1
     */
    boolean isSettled(long sequence);

    /**
     * {@return the stored outcome, or null if the sequence is not settled or below the floor}
     *
     * @param sequence the sequence, from 1
     */
    @Nullable
    Settlement settlement(long sequence);

    /**
     * The stored end of one message.
     *
     * @param outcome as given to {@link Op.Settle}
     * @param reply   as given to {@link Op.Settle}; never modify it
     */
    @SuppressWarnings("ArrayRecordComponent") // shared by contract
    record Settlement(int outcome, byte[] reply) {}
}
