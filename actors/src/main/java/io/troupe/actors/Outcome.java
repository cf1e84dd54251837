package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.troupe.actors.internal.durable.OutboxContent;
import io.troupe.actors.internal.durable.Reminder;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;

/**
 * What a message to a durable entity came to, ready to be stored.
 *
 * @param ending      how the message ends
 * @param reply       the answer or reason to keep with it
 * @param next        the state after it, or null to leave it as it is
 * @param encoded     the bytes of that state; none if the entity is deleted
 * @param changes     what else is stored with it
 * @param afterCommit what runs then
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves the cell
record Outcome(
        Ending ending,
        byte[] reply,
        @Nullable Object next,
        byte[] encoded,
        Changes changes,
        List<Runnable> afterCommit) {
    private static final byte[] NOTHING = {};

    static Outcome without(Ending ending, String why) {
        return new Outcome(ending, why.getBytes(StandardCharsets.UTF_8), null, NOTHING, Changes.NONE, List.of());
    }

    boolean deletes() {
        return next != null && encoded.length == 0;
    }

    /**
     * What an outcome changes of its shard's duties.
     *
     * @param ops       the operations
     * @param sent      what is appended to the outbox, in the order of the appends among the operations
     * @param reminders what reminders become, in order
     */
    record Changes(List<Op> ops, List<OutboxContent> sent, List<Reminding> reminders) {
        static final Changes NONE = new Changes(List.of(), List.of(), List.of());

        boolean isEmpty() {
            return sent.isEmpty() && reminders.isEmpty();
        }
    }

    /** A reminder is set; or, if it is null, cancelled, and all whose keys begin so if the key ends with a slash. */
    record Reminding(String key, @Nullable Reminder reminder) {}
}
