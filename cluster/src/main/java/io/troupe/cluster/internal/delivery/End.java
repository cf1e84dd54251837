package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;

/**
 * How a message ended.
 *
 * @param code  the way it ended
 * @param reply for DONE the answer of an ask, for REJECTED and FAILED the reason in UTF-8, else empty; never modify it
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract: written once, only read
public record End(Code code, byte[] reply) {
    private static final byte[] NO_BYTES = {};

    /** An end without an answer. */
    public static final End DONE = new End(Code.DONE, NO_BYTES);

    /** The deadline passed before it started. */
    public static final End EXPIRED = new End(Code.EXPIRED, NO_BYTES);

    /** The sender gave the sequence up before it started. */
    public static final End SKIPPED = new End(Code.SKIPPED, NO_BYTES);

    /**
     * {@return the end of a message that the handler refused}
     *
     * @param why the reason, for a person
     */
    public static End rejected(String why) {
        return new End(Code.REJECTED, why.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return the end of a message that could not be handled}
     *
     * @param why the reason, for a person
     */
    public static End failed(String why) {
        return new End(Code.FAILED, why.getBytes(StandardCharsets.UTF_8));
    }

    /** The way a message ended. The numbers are on the wire and in the log: never change one. */
    public enum Code {
        /** The handler finished; the effect of a durable entity is in the log. */
        DONE(1),
        /** The handler refused the message. */
        REJECTED(2),
        /** The handler failed for good, or the message could not be decoded. */
        FAILED(3),
        /** The deadline passed before it started. */
        EXPIRED(4),
        /** The sender gave the sequence up before it started. */
        SKIPPED(5),
        /** There was no room for it in the mailbox, so it did not start. */
        FULL(6),
        /** The owner has no kind of that name, so it did not start. */
        UNHOSTED(7);

        private final int wire;

        Code(int wire) {
            this.wire = wire;
        }

        /** {@return the number on the wire and in the log} */
        public int wire() {
            return wire;
        }

        /** {@return true if it says that the owner did not start the message, and never will} */
        boolean neverRan() {
            return this == EXPIRED || this == SKIPPED || this == FULL || this == UNHOSTED;
        }

        /**
         * {@return the code with the number}
         *
         * @param wire the number, 1 to 7
         * @throws IllegalArgumentException if no code has it
         */
        public static Code of(int wire) {
            return switch (wire) {
                case 1 -> DONE;
                case 2 -> REJECTED;
                case 3 -> FAILED;
                case 4 -> EXPIRED;
                case 5 -> SKIPPED;
                case 6 -> FULL;
                case 7 -> UNHOSTED;
                default -> throw new IllegalArgumentException("end code " + wire + " is not one of 1 to 7");
            };
        }
    }
}
