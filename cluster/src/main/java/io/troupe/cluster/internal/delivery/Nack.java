package io.troupe.cluster.internal.delivery;

/**
 * The answer of a node that does not take a shard's messages now.
 *
 * @param shard  the shard
 * @param reason why
 * @param owner  the owner in the answering node's view, or empty if it knows none
 * @param epoch  the epoch of that view
 */
public record Nack(int shard, Reason reason, String owner, long epoch) {
    /** Why a node does not take a shard's messages. The numbers are on the wire: never change one. */
    public enum Reason {
        /** Another node owns the shard, or this one does at a later epoch than the frame's. */
        NOT_OWNER(1),
        /** The owner's lease has passed. */
        FENCED(2),
        /** The owner has no room now. */
        BUSY(3);

        private final int wire;

        Reason(int wire) {
            this.wire = wire;
        }

        /** {@return the number on the wire} */
        public int wire() {
            return wire;
        }

        /**
         * {@return the reason with the number}
         *
         * @param wire the number, 1 to 3
         * @throws IllegalArgumentException if no reason has it
         */
        public static Reason of(int wire) {
            return switch (wire) {
                case 1 -> NOT_OWNER;
                case 2 -> FENCED;
                case 3 -> BUSY;
                default -> throw new IllegalArgumentException("NACK reason " + wire + " is not one of 1 to 3");
            };
        }
    }
}
