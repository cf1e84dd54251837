package io.troupe.metadata;

import org.jspecify.annotations.Nullable;

/** One operation of a {@link Txn}. Operations of one transaction take effect together, in order, at one revision. */
@SuppressWarnings("ArrayRecordComponent") // values are written once and only read
public sealed interface Op {
    /** What a value that may have any length costs, see {@link #readCost}. */
    int VALUE_COST = 32;

    /**
     * {@return how much of what the transactions that travel together may read it takes} {@link #VALUE_COST} for a
     * value of any length; 1 for one that is {@linkplain Get#ofSmall known to be small}.
     */
    default int readCost() {
        return 0;
    }

    /**
     * Writes a key.
     *
     * @param key     the key
     * @param value   its new value
     * @param session the session the key ends with, or null; the transaction is refused when that session is not open
     */
    record Put(String key, byte[] value, @Nullable SessionId session) implements Op {
        /**
         * Writes a key that stays until it is deleted.
         *
         * @param key   the key
         * @param value its new value
         */
        public Put(String key, byte[] value) {
            this(key, value, null);
        }
    }

    /**
     * Deletes a key; deleting what is not there changes nothing.
     *
     * @param key the key
     */
    record Delete(String key) implements Op {}

    /**
     * Deletes every key with the prefix.
     *
     * @param prefix the prefix, not empty
     */
    record DeleteRange(String prefix) implements Op {
        /**
         * Refuses to delete everything.
         *
         * @param prefix the prefix
         * @throws IllegalArgumentException if it is empty
         */
        public DeleteRange {
            if (prefix.isEmpty()) {
                throw new IllegalArgumentException("an empty prefix would delete every key: name a prefix");
            }
        }
    }

    /**
     * Reads a key as the transaction sees it; the answer is in {@link TxnResult#reads()}.
     *
     * @param key   the key
     * @param small the value is known to be small; one that is not is answered all the same
     */
    record Get(String key, boolean small) implements Op {
        /** What a small value has at most, in bytes. */
        public static final int SMALL_LENGTH = 4 * 1024;

        /**
         * Reads a key whose value may have any length.
         *
         * @param key the key
         */
        public Get(String key) {
            this(key, false);
        }

        /**
         * {@return a read of a key whose value is known to have {@value #SMALL_LENGTH} bytes at most} Many more of
         * these than of others can travel together.
         *
         * @param key the key
         */
        public static Get ofSmall(String key) {
            return new Get(key, true);
        }

        @Override
        public int readCost() {
            return small ? 1 : VALUE_COST;
        }
    }

    /**
     * Reads of a key all but its value, as the transaction sees it: its entry, with an empty value, is in {@link
     * TxnResult#reads()}. As many of these can travel together as of reads of small values.
     *
     * @param key the key
     */
    record GetRevision(String key) implements Op {
        @Override
        public int readCost() {
            return 1;
        }
    }

    /**
     * Reads keys with a prefix as the transaction sees them, in ascending order; they are in {@link TxnResult#reads()}.
     * It ends early behind the entry with which the values have {@value #MAX_BYTES} bytes: ask for what follows with
     * the last key that was read.
     *
     * @param prefix the prefix; empty means every key
     * @param after  reads only keys behind this one; empty means from the first
     * @param limit  most keys, 1 to {@value #MAX_KEYS}
     */
    record GetRange(String prefix, String after, int limit) implements Op {
        /** Most keys of one read. */
        public static final int MAX_KEYS = 1_000;

        /** With so many bytes of values a read ends. */
        public static final int MAX_BYTES = 1 << 18;

        /**
         * Checks the limit.
         *
         * @param prefix the prefix
         * @param after  the key before the first
         * @param limit  most keys
         * @throws IllegalArgumentException if the limit is out of range
         */
        public GetRange {
            if (limit < 1 || limit > MAX_KEYS) {
                throw new IllegalArgumentException("limit (" + limit + ") must be between 1 and " + MAX_KEYS
                        + ": ask for the next part behind the last key");
            }
        }

        /** What ends it is a value of any length on top of {@value #MAX_BYTES} bytes: never more than two. */
        @Override
        public int readCost() {
            return Math.min(limit, 2) * VALUE_COST;
        }
    }

    /**
     * Adds an entry to a queue: writes the key that {@link #entry} names with the next sequence. A sequence is one more
     * than that of the append before, whatever was deleted meanwhile, and is assigned when the transaction is applied,
     * so a refused one leaves no hole. The entry, with an empty value, is in {@link TxnResult#reads()}. The newest
     * sequence is kept as the value of the key {@code queue}, which nothing else may write.
     *
     * @param queue the queue
     * @param value the entry's value
     */
    record Append(String queue, byte[] value) implements Op {
        /**
         * {@return the key of an entry; the keys of a queue are in the order of their sequences}
         *
         * @param queue    the queue
         * @param sequence the sequence, from 1
         */
        public static String entry(String queue, long sequence) {
            String digits = Long.toHexString(sequence);
            return queue + '/' + "0".repeat(2 * Long.BYTES - digits.length()) + digits;
        }

        /**
         * {@return the sequence of an entry}
         *
         * @param key the key of the entry
         * @throws IllegalArgumentException if it is no such key
         */
        public static long sequence(String key) {
            int slash = key.lastIndexOf('/');
            if (slash < 0 || key.length() - slash != 1 + 2 * Long.BYTES) {
                throw new IllegalArgumentException(key + " is no key of a queue's entry");
            }
            return Long.parseLong(key, slash + 1, key.length(), 16);
        }
    }

    /**
     * Marks one message of a channel as settled, at most once ever. The whole transaction is refused
     * ({@link TxnResult.SettleRefused}) when the session is not open, the sequence is below the channel's floor, or it
     * is settled already: this is what makes effects exactly-once. Also raises the floor and forgets what is below it.
     *
     * <p>With a deadline that the newest time in the log has reached, the message is settled with the deadline's
     * outcome, and the rest of the transaction is refused as if it had been settled so before: it can never take effect
     * later.
     *
     * @param session  the sender's session, or an {@link SessionId#outbox}
     * @param shard    the target shard; (session, shard) is the channel
     * @param sequence the message's sequence in the channel, from 1
     * @param floor    the sender's lowest unsettled sequence when it sent the message
     * @param outcome  how the message ended, 0 to 255; kept until the floor passes
     * @param reply    the answer to keep with the mark, at most 64 KiB, may be empty
     * @param deadline until when it can be settled like this; null for always
     */
    record Settle(
            SessionId session,
            int shard,
            long sequence,
            long floor,
            int outcome,
            byte[] reply,
            @Nullable Deadline deadline)
            implements Op {
        /** Longest reply kept with a settle mark, in bytes. */
        public static final int MAX_REPLY_LENGTH = 64 * 1024;

        /**
         * Checks the ranges; the length of the reply is checked when it is submitted.
         *
         * @param session  the sender's session
         * @param shard    the target shard
         * @param sequence from 1
         * @param floor    from 1
         * @param outcome  0 to 255
         * @param reply    may be empty
         * @param deadline may be null
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Settle {
            if (sequence < 1 || floor < 1) {
                throw new IllegalArgumentException(
                        "sequence " + sequence + " with floor " + floor + ": both are at least 1");
            }
            if (outcome < 0 || outcome > 255) {
                throw new IllegalArgumentException("outcome " + outcome + " is not from 0 to 255");
            }
        }

        /**
         * A mark without a deadline.
         *
         * @param session  the sender's session
         * @param shard    the target shard
         * @param sequence from 1
         * @param floor    from 1
         * @param outcome  0 to 255
         * @param reply    may be empty
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Settle(SessionId session, int shard, long sequence, long floor, int outcome, byte[] reply) {
            this(session, shard, sequence, floor, outcome, reply, null);
        }

        /**
         * {@return the same mark with a deadline}
         *
         * @param until the deadline
         */
        public Settle before(Deadline until) {
            return new Settle(session, shard, sequence, floor, outcome, reply, until);
        }
    }

    /**
     * Until when a message can be settled.
     *
     * @param timeMillis it cannot when {@link MetadataView#clusterTimeMillis} is this or later
     * @param outcome    how it is settled then, 0 to 255
     */
    record Deadline(long timeMillis, int outcome) {
        /**
         * Checks the ranges.
         *
         * @param timeMillis from 0
         * @param outcome    0 to 255
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Deadline {
            if (timeMillis < 0 || outcome < 0 || outcome > 255) {
                throw new IllegalArgumentException("a deadline at " + timeMillis + " ms with outcome " + outcome
                        + ": the time is at least 0, the outcome 0 to 255");
            }
        }
    }
}
