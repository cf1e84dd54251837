package io.troupe.metadata.internal.submit;

import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.state.Outcome;
import org.jspecify.annotations.Nullable;

/** What a node and the leader say to each other about the log. Any of these may be lost, late or repeated. */
public sealed interface Message {
    /** {@return what the message is about; an answer repeats it} */
    Tag tag();

    /** What is asked for. */
    enum Kind {
        /** Apply transactions. */
        SUBMIT,
        /** Open a session. */
        OPEN,
        /** End a session. */
        CLOSE,
        /** Renew a session. */
        RENEW
    }

    /**
     * Tells which question an answer belongs to.
     *
     * @param kind    what is asked for
     * @param life    the incarnation of the asking session, or the nonce of an open
     * @param number  the submit's sequence or the renewal's number, else 0
     * @param attempt how often the asking node has started over; tells a fresh refusal from a late one
     */
    record Tag(Kind kind, long life, long number, long attempt) {}

    /**
     * Please put this command into the log.
     *
     * @param tag     repeated by the answer
     * @param command its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, shared by the re-sends
    record Propose(Tag tag, byte[] command) implements Message {}

    /**
     * Please renew this session with the next tick.
     *
     * @param tag     repeated by the answer
     * @param session the session
     */
    record Renew(Tag tag, SessionId session) implements Message {}

    /**
     * The command was applied, with this outcome.
     *
     * @param tag     of the question
     * @param outcome what it came to
     */
    record Answered(Tag tag, Outcome outcome) implements Message {}

    /**
     * The asked node does not lead, or no longer: the command may still be applied. Never a refusal.
     *
     * @param tag    of the question
     * @param leader the newest leader the asked node has heard of
     */
    record NotLeading(Tag tag, @Nullable Leader leader) implements Message {}
}
