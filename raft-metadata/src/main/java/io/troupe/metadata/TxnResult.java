package io.troupe.metadata;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** How a transaction ended. A condition that does not hold is a result, not an error. */
@SuppressWarnings("ArrayRecordComponent") // replies are shared by contract
public sealed interface TxnResult {
    /** {@return the store's revision right after this transaction} */
    long revision();

    /**
     * {@return what the applied {@link Op.Get}s, {@link Op.GetRevision}s and {@link Op.GetRange}s saw and the {@link
     * Op.Append}s wrote, in order; null for a key that one of the first two did not find}
     */
    List<@Nullable KeyValue> reads();

    /** {@return true if the {@code then} branch was applied} */
    default boolean succeeded() {
        return this instanceof Succeeded;
    }

    /**
     * Every condition held, {@code then} was applied.
     *
     * @param revision the revision after the transaction: its own one if it changed anything
     * @param reads    what its reads saw
     */
    record Succeeded(long revision, List<@Nullable KeyValue> reads) implements TxnResult {}

    /**
     * A condition did not hold, {@code otherwise} was applied.
     *
     * @param revision the revision after the transaction
     * @param reads    what its reads saw
     */
    record CompareFailed(long revision, List<@Nullable KeyValue> reads) implements TxnResult {}

    /**
     * A {@link Op.Settle} or a session-bound {@link Op.Put} refused the transaction; nothing was applied, but for the
     * mark of an {@link Op.Settle} whose deadline had passed.
     *
     * @param revision the revision after the transaction, unchanged unless such a mark was set
     * @param reason   why
     * @param outcome  for SETTLED, the stored outcome of the message, else 0
     * @param reply    for SETTLED, the stored reply, else empty
     */
    record SettleRefused(long revision, Reason reason, int outcome, byte[] reply) implements TxnResult {
        @Override
        public List<@Nullable KeyValue> reads() {
            return List.of();
        }
    }

    /** Why a settle was refused. */
    enum Reason {
        /** The message is settled, before or now because its deadline has passed: the outcome says how. */
        SETTLED,
        /** The sender has said that it no longer waits for this sequence. */
        BELOW_FLOOR,
        /** The session has ended. A message that it has not settled never will be: what it had is kept for an hour. */
        SESSION_CLOSED,
        /** The session ended so long ago that what it settled is forgotten, or it was never opened. */
        SESSION_FORGOTTEN,
        /**
         * The sequence is more than {@link SettledWindow#MAX_LENGTH} above the floor, or the replies above the floor
         * have no room for this one: the sender must first settle its lowest sequences.
         */
        WINDOW_FULL
    }
}
