package io.troupe.metadata.internal.submit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The submit session of one node: applies transactions exactly once, in order, through leaders that change and answers
 * that get lost.
 *
 * <p>Transactions wait in a queue; everything that has gathered while earlier submits are in flight rides in the next
 * one, so batches grow with load and need no timer. A submit carries the session and a sequence, and the state machine
 * applies sequence last + 1 only. So an unknown outcome (silence, a leader that stepped down) has one remedy: send the
 * same (session, sequence) again, the oldest first, and let the state machine say what became of it. After an unknown
 * outcome only the oldest submit is sent, as a probe; the others follow when it was answered. How long a silence is
 * one, {@link AnswerTime} learns from the answers.
 *
 * <p>Pure: time is a parameter, {@link Output} and the callers are the only ways out. Confined to one thread.
 */
public final class SubmitProtocol {
    /** Longest encoded transactions of one submit, in bytes; a longer transaction travels alone. */
    public static final int MAX_SUBMIT_LENGTH = 256 * 1024;

    /** Most transactions of one submit. */
    public static final int MAX_SUBMIT_TXNS = 2048;

    /** What one submit may read, in {@link Op#readCost}. */
    public static final int MAX_SUBMIT_READ_COST = MetadataStore.MAX_TXN_READ_COST;

    /** Submits in flight. Must stay below the 8 results that the state machine keeps for repeated submits. */
    public static final int WINDOW = 3;

    /** How long a leader may be silent before others are asked, at least and at most. */
    static final long SILENCE_NS = 250_000_000, MAX_SILENCE_NS = 2_000_000_000;

    /** How long to wait after a voter's "not leading", at first and at most. */
    static final long PACE_NS = 5_000_000, MAX_PACE_NS = 80_000_000;

    private final String nodeId;
    private final LeaderFinder finder;
    private final Output output;
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();

    /** Ascending sequences without holes, at most {@link #WINDOW}. */
    private final ArrayDeque<Submit> inFlight = new ArrayDeque<>();

    private @Nullable SessionId session;

    /** Set once the session is to be closed: what is pending goes on, nothing new is accepted. */
    private boolean draining;

    private long nextSequence;

    /** Rises with every start-over; never reused in one life of the process. */
    private long attempt;

    /** The attempt that a refusal was already handled for. */
    private long refusedAttempt = -1;

    private boolean probing;
    private long retryAt;
    private final AnswerTime answerTime = new AnswerTime(SILENCE_NS, MAX_SILENCE_NS);
    private long silenceNs = SILENCE_NS;
    private long paceNs = PACE_NS;

    /** Whom the current attempt went to. */
    private String asked = "";

    /** How the protocol reaches the world. */
    public interface Output {
        /**
         * Sends a message to a voter, which may be this node.
         *
         * @param voter   the voter
         * @param message the message
         * @return false if it was dropped at once
         */
        boolean toVoter(String voter, Message message);

        /**
         * The state machine says that this session is over.
         *
         * @param session the session
         */
        void onSessionEnded(SessionId session);
    }

    /** Who waits for a transaction; told exactly once. */
    public interface Caller {
        /**
         * The transaction was applied.
         *
         * @param result its result
         */
        void onResult(TxnResult result);

        /**
         * The transaction was not applied, or its outcome cannot be known.
         *
         * @param failure why
         */
        void onFailure(MetadataException failure);
    }

    @SuppressWarnings("ArrayRecordComponent") // encoded once, only read
    private record Pending(byte[] txn, int readCost, Caller caller) {}

    private static final class Submit {
        final long sequence;
        final List<Caller> callers;
        final byte[] command;

        /** The newest attempt in which all before it had been answered when it was sent, or 0. */
        long oldestInAttempt;

        private long firstAttempt;
        private long firstSentNs;
        private long lastAttempt;
        private long lastSentNs;

        /** Set when answered; later submits may be answered first. */
        @Nullable
        List<TxnResult> results;

        @Nullable
        MetadataException failure;

        Submit(long sequence, List<Caller> callers, byte[] command) {
            this.sequence = sequence;
            this.callers = callers;
            this.command = command;
        }

        boolean isAnswered() {
            return results != null || failure != null;
        }

        void onSent(long attempt, long nowNs) {
            if (lastAttempt == 0) {
                firstAttempt = attempt;
                firstSentNs = nowNs;
            }
            lastAttempt = attempt;
            lastSentNs = nowNs;
        }

        /** {@return the time since it was sent in an attempt, or -1 if that is no longer known} */
        long tookNs(long attempt, long nowNs) {
            if (attempt == lastAttempt) {
                return nowNs - lastSentNs;
            }
            return attempt == firstAttempt ? nowNs - firstSentNs : -1;
        }
    }

    /**
     * A protocol without a session.
     *
     * @param nodeId this node
     * @param finder knows whom to ask
     * @param output sends
     */
    public SubmitProtocol(String nodeId, LeaderFinder finder, Output output) {
        this.nodeId = nodeId;
        this.finder = finder;
        this.output = output;
    }

    /** {@return the session, or null while none is open} */
    public @Nullable SessionId session() {
        return session;
    }

    /** {@return true if no transaction waits or is in flight} */
    public boolean isIdle() {
        return queue.isEmpty() && inFlight.isEmpty();
    }

    /** {@return how long a leader that is well may be silent, in ns} */
    long patienceNs() {
        return answerTime.patienceNs();
    }

    /** {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE} */
    public long nextWakeNs() {
        return inFlight.isEmpty() ? Long.MAX_VALUE : retryAt;
    }

    /**
     * A session is open; what waits for an older one fails.
     *
     * @param opened the session
     */
    public void onSessionOpened(SessionId opened) {
        if (opened.equals(session)) {
            return;
        }
        endSession("session " + session + " was replaced by " + opened);
        session = opened;
        nextSequence = 1;
    }

    /** Accepts no more transactions for this session; those accepted go on. */
    public void drain() {
        draining = true;
    }

    /**
     * The session is over: everything pending has an unknown outcome.
     *
     * @param reason why, for the callers
     */
    public void endSession(String reason) {
        session = null;
        draining = false;
        probing = false;
        failPending(new MetadataException(
                Code.SESSION_ENDED, reason + "; whether pending transactions were applied is unknown"));
    }

    /**
     * Fails everything pending.
     *
     * @param failure why
     */
    public void failPending(MetadataException failure) {
        List<Caller> failed = new ArrayList<>();
        inFlight.forEach(submit -> failed.addAll(submit.callers));
        queue.forEach(pending -> failed.add(pending.caller));
        inFlight.clear();
        queue.clear();
        failed.forEach(caller -> caller.onFailure(failure));
    }

    /**
     * Queues a transaction; {@link #flush} sends it.
     *
     * @param txn      from {@link EntryCodec#encodeTxn}
     * @param readCost the sum of its {@link Op#readCost}
     * @param caller   told the result
     */
    public void offer(byte[] txn, int readCost, Caller caller) {
        if (session == null || draining) {
            caller.onFailure(new MetadataException(
                    Code.NO_SESSION,
                    "no session of node " + nodeId + " is open: openSession first; nothing was submitted"));
            return;
        }
        queue.add(new Pending(txn, readCost, caller));
    }

    /**
     * Sends what may be sent and repeats what is overdue. Called after events and at {@link #nextWakeNs}.
     *
     * @param nowNs the time
     */
    public void flush(long nowNs) {
        if (!inFlight.isEmpty() && nowNs - retryAt >= 0) {
            if (refusedAttempt != attempt) {
                finder.onSilence(asked);
                silenceNs = Math.min(2 * silenceNs, MAX_SILENCE_NS);
            }
            startOver(nowNs);
        }
        SessionId open = session;
        while (open != null && !probing && inFlight.size() < WINDOW && !queue.isEmpty()) {
            Submit next = nextSubmit(open);
            boolean first = inFlight.isEmpty();
            inFlight.add(next);
            if (first) {
                attempt++;
                asked = finder.target();
                retryAt = nowNs + silenceNs;
            }
            send(open, next, nowNs);
        }
    }

    /**
     * A leader was heard of, for instance in the log.
     *
     * @param leader the leader
     * @param nowNs  the time
     */
    public void onLeader(Leader leader, long nowNs) {
        if (finder.onLeader(leader) && !inFlight.isEmpty()) {
            startOver(nowNs);
        }
    }

    /**
     * An answer to a submit.
     *
     * @param tag     which one
     * @param outcome what it came to
     * @param nowNs   the time
     */
    public void onAnswered(Message.Tag tag, Outcome outcome, long nowNs) {
        SessionId open = session;
        Submit submit = open == null || tag.life() != open.incarnation() ? null : find(tag.number());
        if (open == null || submit == null || submit.isAnswered()) {
            return; // Late or repeated; whoever waited has been told.
        }
        if (outcome instanceof Outcome.Submitted submitted) {
            if (submitted.results().size() != submit.callers.size()) {
                throw new IllegalStateException(
                        "submit " + tag + " of " + submit.callers.size() + " transactions was answered with "
                                + submitted.results().size() + " results");
            }
            submit.results = submitted.results();
            long took = submit.tookNs(tag.attempt(), nowNs);
            if (took >= 0) {
                answerTime.onAnswer(took);
            }
        } else if (outcome instanceof Outcome.SubmitRefused refused) {
            switch (refused.why()) {
                case GAP -> onGap(submit, tag, refused.lastSequence(), nowNs);
                case SESSION_CLOSED -> {
                    endSession("session " + open + " has ended");
                    output.onSessionEnded(open);
                }
                case RESULT_FORGOTTEN ->
                    submit.failure = new MetadataException(
                            Code.SESSION_ENDED,
                            "submit " + tag.number() + " of session " + open
                                    + " was applied so long ago that its results are no longer kept");
            }
        } else {
            throw new IllegalStateException("submit " + tag + " was answered with " + outcome);
        }
        completeAnswered(nowNs);
    }

    /**
     * A voter does not lead, so the outcome of what it was sent is unknown.
     *
     * @param voter the voter
     * @param tag   what it was asked
     * @param hint  whom it takes for the leader
     * @param nowNs the time
     */
    public void onNotLeading(String voter, Message.Tag tag, @Nullable Leader hint, long nowNs) {
        boolean late = tag.attempt() != attempt || refusedAttempt == attempt || inFlight.isEmpty();
        if (late) {
            onLeaderHint(hint, nowNs);
            return;
        }
        if (finder.onNotLeading(voter, hint)) {
            startOver(nowNs);
        } else {
            retrySoon(nowNs);
        }
    }

    private void onLeaderHint(@Nullable Leader hint, long nowNs) {
        if (hint != null) {
            onLeader(hint, nowNs);
        }
    }

    private void onGap(Submit submit, Message.Tag tag, long lastSequence, long nowNs) {
        if (tag.attempt() != attempt || refusedAttempt == attempt) {
            return; // Judged before we last started over: what was missing then is on its way.
        }
        // One that was sent behind others may have overtaken them on another way, and be judged before they were
        // answered.
        if (submit.oldestInAttempt == attempt && lastSequence + 1 < submit.sequence) {
            throw new IllegalStateException("the store's last sequence of " + session + " is " + lastSequence + ", but "
                    + (submit.sequence - 1) + " was answered: an acknowledged entry is lost");
        }
        retrySoon(nowNs);
    }

    /** Results go to the callers in the order of the submits. */
    private void completeAnswered(long nowNs) {
        boolean progress = false;
        while (!inFlight.isEmpty() && inFlight.getFirst().isAnswered()) {
            complete(inFlight.removeFirst());
            progress = true;
        }
        if (!progress) {
            if (!inFlight.isEmpty() && inFlight.stream().anyMatch(Submit::isAnswered)) {
                // A later answer without the oldest's: that one was lost on the way.
                retryAt = Math.min(retryAt, nowNs + paceNs);
            }
            return;
        }
        silenceNs = answerTime.patienceNs();
        paceNs = PACE_NS;
        retryAt = nowNs + silenceNs;
        if (probing) {
            probing = false;
            attempt++;
            SessionId open = session;
            for (Submit submit : List.copyOf(inFlight)) {
                if (open != null && !submit.isAnswered()) {
                    send(open, submit, nowNs);
                }
            }
        }
    }

    private static void complete(Submit submit) {
        List<TxnResult> results = submit.results;
        MetadataException failure = submit.failure;
        for (int i = 0; i < submit.callers.size(); i++) {
            if (results != null) {
                submit.callers.get(i).onResult(results.get(i));
            } else if (failure != null) {
                submit.callers.get(i).onFailure(failure);
            }
        }
    }

    /** Sends the oldest submit again, to whoever leads now; the rest waits for its answer. */
    private void startOver(long nowNs) {
        SessionId open = session;
        if (open == null) {
            return;
        }
        attempt++;
        probing = true;
        asked = finder.target();
        retryAt = nowNs + silenceNs;
        send(open, inFlight.getFirst(), nowNs);
    }

    private void send(SessionId open, Submit submit, long nowNs) {
        if (submit == inFlight.getFirst()) {
            submit.oldestInAttempt = attempt;
        }
        submit.onSent(attempt, nowNs);
        Message.Tag tag = new Message.Tag(Message.Kind.SUBMIT, open.incarnation(), submit.sequence, attempt);
        if (!output.toVoter(asked, new Message.Propose(tag, submit.command)) && refusedAttempt != attempt) {
            finder.onSilence(asked);
            retrySoon(nowNs);
        }
    }

    /** Holds everything back for a moment, then starts over: what the current attempt sent has an unknown outcome. */
    private void retrySoon(long nowNs) {
        refusedAttempt = attempt;
        probing = true;
        retryAt = nowNs + paceNs;
        paceNs = Math.min(2 * paceNs, MAX_PACE_NS);
    }

    private Submit nextSubmit(SessionId open) {
        List<byte[]> txns = new ArrayList<>();
        List<Caller> callers = new ArrayList<>();
        long length = 0;
        long readCost = 0;
        for (Pending next = queue.peek(); next != null; next = queue.peek()) {
            boolean full = length + next.txn.length > MAX_SUBMIT_LENGTH
                    || txns.size() == MAX_SUBMIT_TXNS
                    || readCost + next.readCost > MAX_SUBMIT_READ_COST;
            if (full && !txns.isEmpty()) {
                break;
            }
            length += next.txn.length;
            readCost += next.readCost;
            txns.add(next.txn);
            callers.add(next.caller);
            queue.remove();
        }
        long sequence = nextSequence++;
        return new Submit(sequence, callers, EntryCodec.encodeSubmit(open, sequence, txns));
    }

    private @Nullable Submit find(long sequence) {
        for (Submit submit : inFlight) {
            if (submit.sequence == sequence) {
                return submit;
            }
        }
        return null;
    }
}
