package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.state.Outcome.Refusal;
import io.troupe.metadata.internal.state.Outcome.SubmitRefused;
import io.troupe.metadata.internal.state.Outcome.Submitted;

/**
 * The state machine that every replica applies: the same entries in the same order give the same state, outcomes, and
 * events everywhere. One thread applies; any thread reads {@link #view()}.
 *
 * <p>The revision rises by one with every transaction that changes something, every opening and every end of a session
 * (a session that replaces another takes two), every tick, and every new leader. What a command cannot do is an outcome
 * and never an exception: an exception would stop every replica at this entry, for ever.
 */
public final class MetadataState {
    /** How long the settled messages of an ended session are kept, in milliseconds of the cluster's time. */
    public static final long SESSION_RETENTION_MILLIS = 3_600_000;

    private final WorkingState state;
    private final Transactions transactions;
    private final Sessions sessions;

    /** True from the start of an entry to its end, and for ever after an entry that broke an invariant. */
    private boolean applying;

    private volatile StateView view;

    /** The empty state at revision 0. */
    public MetadataState() {
        this(StateView.EMPTY);
    }

    /**
     * Goes on from a state, such as a snapshot's.
     *
     * @param from the state
     */
    public MetadataState(StateView from) {
        state = new WorkingState(from);
        transactions = new Transactions(state);
        sessions = new Sessions(state);
        view = from;
    }

    /**
     * Applies one log entry, and then publishes the new view.
     *
     * @param term  the term of the entry
     * @param entry its commands; each succeeds or fails on its own
     * @return an outcome per command, and every change
     * @throws IllegalStateException if an invariant is broken; the state must be rebuilt
     */
    public Applied apply(long term, List<Command> entry) {
        if (applying) {
            throw new IllegalStateException("an entry after revision " + view.revision()
                    + " was not applied to its end: rebuild the state from its snapshot and log");
        }
        applying = true;
        List<Outcome> outcomes = new ArrayList<>(entry.size());
        for (Command command : entry) {
            outcomes.add(apply(term, command));
        }
        view = state.view();
        applying = false;
        return new Applied(outcomes, state.takeEvents());
    }

    /** {@return the state after the last entry, immutable} */
    public StateView view() {
        return view;
    }

    private Outcome apply(long term, Command command) {
        if (command instanceof Command.Submit submit) {
            return submit(submit);
        }
        if (command instanceof Command.Tick tick) {
            return sessions.tick(tick);
        }
        if (command instanceof Command.OpenSession request) {
            return sessions.open(request);
        }
        if (command instanceof Command.JoinSession request) {
            return sessions.join(request);
        }
        if (command instanceof Command.CloseSession request) {
            return sessions.close(request.session());
        }
        if (command instanceof Command.ExpireSession request) {
            return sessions.expire(request.session(), request.renewedAt());
        }
        if (command instanceof Command.Lead lead) {
            return lead(term, lead.nodeId());
        }
        throw new IllegalStateException("no rule for " + command);
    }

    private Outcome submit(Command.Submit submit) {
        SessionState session = state.open(submit.session());
        if (session == null) {
            return new SubmitRefused(Refusal.SESSION_CLOSED, 0);
        }
        long last = session.lastSequence();
        if (submit.sequence() <= last) {
            List<TxnResult> cached = session.cached(submit.sequence());
            return cached == null ? new SubmitRefused(Refusal.RESULT_FORGOTTEN, last) : new Submitted(cached);
        }
        if (submit.sequence() != last + 1) {
            return new SubmitRefused(Refusal.GAP, last);
        }
        List<TxnResult> results = new ArrayList<>(submit.txns().size());
        for (Txn txn : submit.txns()) {
            results.add(transactions.apply(txn));
        }
        state.sessions.put(submit.session().nodeId(), session.submitted(submit.sequence(), results));
        return new Submitted(List.copyOf(results));
    }

    private Outcome lead(long term, String nodeId) {
        Leader leader = new Leader(nodeId, term);
        if (state.leader != null && state.leader.term() > term) {
            throw new IllegalStateException(
                    "an entry of term " + term + " after one of " + state.leader + ": the log is out of order");
        }
        if (!leader.equals(state.leader)) {
            state.leader = leader;
            state.revision++;
        }
        return new Outcome.Led(term, state.revision);
    }
}
