package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * What a sender may say about a message. NotExecuted is a proof, so it takes one: the content never left, or the owner
 * that says so speaks for every owner that it went to. Everything else is Unknown.
 */
final class Outcomes {
    private Outcomes() {}

    /** The outcome of an acknowledged message; proven: the owner speaks for all. */
    static SendOutcome acknowledged(
            OutboundMessage message, End end, long epoch, boolean proven, @Nullable SessionId session) {
        return switch (end.code()) {
            case DONE -> message.durable() ? new SendOutcome.Committed(epoch) : new SendOutcome.Processed(epoch);
            case REJECTED -> new SendOutcome.Rejected(new String(end.reply(), StandardCharsets.UTF_8));
            case FAILED -> new SendOutcome.Failed(new String(end.reply(), StandardCharsets.UTF_8));
            case EXPIRED ->
                proven
                        ? new SendOutcome.NotExecuted(SendOutcome.Reason.DEADLINE_PASSED)
                        : unknown(message, session, "the deadline passed, and an earlier owner may have run it");
            case FULL ->
                proven
                        ? new SendOutcome.NotExecuted(SendOutcome.Reason.MAILBOX_FULL)
                        : unknown(message, session, "the mailbox is full, and an earlier owner may have run it");
            case UNHOSTED ->
                proven
                        ? new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE)
                        : unknown(message, session, "the owner has no such kind, and an earlier owner may have run it");
            case SKIPPED ->
                proven
                        ? new SendOutcome.NotExecuted(SendOutcome.Reason.CANCELLED)
                        : unknown(message, session, "it was cancelled, and an earlier owner may have run it");
        };
    }

    /** The outcome of a message that its sender gives up. */
    static SendOutcome givenUp(
            OutboundMessage message, SendOutcome.Reason reason, @Nullable SessionId session, String why) {
        return message.mayHaveRun() ? unknown(message, session, why) : new SendOutcome.NotExecuted(reason);
    }

    /** Names the message as it went out last: in this session, or in an earlier one. */
    static SendOutcome unknown(OutboundMessage message, @Nullable SessionId session, String why) {
        MessageId id = message.firstEpoch() != 0 && session != null
                ? new MessageId(session, message.shard(), message.sequence())
                : message.earlierId();
        if (id == null) {
            throw new IllegalStateException("sequence " + message.sequence() + " to shard " + message.shard()
                    + " has never been transmitted: it has no identity that anyone could know");
        }
        return new SendOutcome.Unknown(id, why);
    }
}
