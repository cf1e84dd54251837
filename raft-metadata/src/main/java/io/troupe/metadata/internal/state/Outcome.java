package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;

/** What a {@link Command} came to, on every replica alike. */
public sealed interface Outcome {
    /**
     * Results of a submit's transactions, in order; for a repeated submit the cached ones.
     *
     * @param results one per transaction, in their order
     */
    record Submitted(List<TxnResult> results) implements Outcome {}

    /**
     * The submit was not applied and changed nothing.
     *
     * @param why          the reason
     * @param lastSequence the last sequence of the session that was applied
     */
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

    /**
     * The session is open (again the same one for a repeated request).
     *
     * @param session  the open session
     * @param revision the revision it was opened at; for a repeated request that or a later one
     */
    record SessionOpened(SessionId session, long revision) implements Outcome {}

    /**
     * Another data directory's life of this node is still open; or, of a life that wants to join, it has ended here, is
     * open already, or a later one is known. That does not change with time.
     *
     * @param holder          the session in the way; if it is forgotten, the latest that it can have been
     * @param holderStorageId the data directory that opened it; empty if it is forgotten
     * @param holderTtlMillis how long it lives without renewal, in milliseconds
     */
    record SessionHeld(SessionId holder, String holderStorageId, long holderTtlMillis) implements Outcome {}

    /**
     * The session is ended, by this command or before it.
     *
     * @param revision the revision after the command
     */
    record SessionEnded(long revision) implements Outcome {}

    /**
     * An expiry was dropped: the session was renewed later, or is another one.
     *
     * @param revision the revision after the command
     */
    record ExpiryDropped(long revision) implements Outcome {}

    /**
     * A tick was applied at this revision; renewals that came too late are named.
     *
     * @param revision the revision of the tick
     * @param ended    sessions whose renewal came too late
     */
    record Ticked(long revision, List<SessionId> ended) implements Outcome {}

    /**
     * The leader is known at this term.
     *
     * @param term     the term of the leader
     * @param revision the revision it began at
     */
    record Led(long term, long revision) implements Outcome {}
}
