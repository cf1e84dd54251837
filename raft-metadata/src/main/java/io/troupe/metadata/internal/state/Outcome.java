package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;

/** What a {@link Command} came to, on every replica alike. */
public sealed interface Outcome {
    /** Results of a submit's transactions, in order; for a repeated submit the cached ones. */
    record Submitted(List<TxnResult> results) implements Outcome {}

    /** The submit was not applied and changed nothing. */
    record SubmitRefused(Refusal why, long lastSequence) implements Outcome {}

    /** Why a submit was refused. */
    enum Refusal {
        /** An earlier sequence is missing: send again from lastSequence + 1. */
        GAP,
        /** It was applied long ago and its results are no longer kept. Never a success, never a failure. */
        RESULT_FORGOTTEN,
        /** The session has ended; later submits of it are refused too. */
        SESSION_CLOSED
    }

    /** The session is open (again the same one for a repeated request). */
    record SessionOpened(SessionId session, long revision) implements Outcome {}

    /** Another data directory's life of this node is still open. */
    record SessionHeld(SessionId holder, String holderStorageId, long holderTtlMillis) implements Outcome {}

    /** The session is ended, by this command or before it. */
    record SessionEnded(long revision) implements Outcome {}

    /** An expiry was dropped: the session was renewed later, or is another one. */
    record ExpiryDropped(long revision) implements Outcome {}

    /** A tick was applied at this revision; renewals that came too late are named. */
    record Ticked(long revision, List<SessionId> ended) implements Outcome {}

    /** The leader is known at this term. */
    record Led(long term, long revision) implements Outcome {}
}
