package io.troupe.cluster.spi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.troupe.cluster.MessageId;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/** A message that this node is to run. Each must be ended exactly once, unless its shard is lost first. */
public interface InboundMessage {
    /** {@return the shard's ownership it arrived under} */
    OwnedShard shard();

    /** {@return its identity, or null for AT_MOST_ONCE} */
    @Nullable
    MessageId id();

    /** {@return target and body as {@code Cluster.send} was given them; do not modify} */
    byte[] content();

    /** {@return true if its deadline has passed: it must not be started, but ended with {@link Ending#EXPIRED}} */
    boolean isExpired();

    /** {@return true if it needs no acknowledgement and no settle mark} */
    boolean isOneWay();

    /**
     * The settle mark to commit together with the message's effect.
     *
     * @param ending how it ends
     * @param reply  the answer or reason to keep with the mark
     * @return the operation
     * @throws IllegalStateException for a one-way message
     */
    Op.Settle settle(Ending ending, byte[] reply);

    /**
     * Ends the message and tells its sender: call it when the effect is committed, or for a volatile kind when the
     * handler has finished. Any thread.
     *
     * @param ending how it ended
     * @param reply  the answer of an ask or the reason as UTF-8, else empty
     */
    void end(Ending ending, byte[] reply);

    /**
     * Ends the message as {@code end(DONE, nothing)} does, but its sender may be told of several at once: with
     * {@link OwnedShard#tellEnded}, or without it within a tick of the cluster. Any thread.
     */
    default void done() {
        end(Ending.DONE, new byte[0]);
    }

    /**
     * Runs a step on the thread that brings this message from another node, as soon as that has let go of the shard.
     * To be asked for while the message is delivered.
     *
     * @param step must not wait for anything, nor throw
     * @return false if this is no such thread, or it has done as much a moment ago: run the step elsewhere
     */
    default boolean runNearby(Runnable step) {
        return false;
    }

    /**
     * Ends the message as its settle mark says, because the store answered that it was settled before.
     *
     * @param code  the stored outcome
     * @param reply the stored reply
     */
    void endAsSettled(int code, byte[] reply);

    /** How a message can end. */
    enum Ending {
        /** The handler finished; for a durable kind its effect is committed. */
        DONE(1),
        /** The handler refused it. */
        REJECTED(2),
        /** It could not be handled: undecodable, or the handler threw too often. */
        FAILED(3),
        /** Its deadline had passed before it was started. */
        EXPIRED(4),
        /** There was no room for it, so it was not started. */
        FULL(6),
        /** This node has no kind of that name, so it was not started. */
        UNHOSTED(7);

        private static final int MAX_REASON_LENGTH = 4096;

        private final int code;

        Ending(int code) {
            this.code = code;
        }

        /**
         * {@return an answer as it is; of a reason as much as a person reads, for it may be as long as a message}
         *
         * @param reply the answer, or the reason in UTF-8
         */
        public byte[] kept(byte[] reply) {
            if (this == DONE || reply.length <= MAX_REASON_LENGTH) {
                return reply;
            }
            byte[] more = (" ... (of " + reply.length + " bytes)").getBytes(StandardCharsets.UTF_8);
            int end = MAX_REASON_LENGTH - more.length;
            while ((reply[end] & 0xC0) == 0x80) { // within a character
                end--;
            }
            byte[] cut = Arrays.copyOf(reply, end + more.length);
            System.arraycopy(more, 0, cut, end, more.length);
            return cut;
        }

        /** {@return the code in settle marks and on the wire} */
        public int code() {
            return code;
        }
    }
}
