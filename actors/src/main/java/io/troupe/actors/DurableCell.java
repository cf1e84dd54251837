package io.troupe.actors;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.TransactionRun.Decided;
import io.troupe.actors.internal.durable.CommitId;
import io.troupe.actors.internal.durable.EntityCommitLog;
import io.troupe.actors.internal.durable.EntityCommitLog.Answer;
import io.troupe.actors.internal.durable.EntityCommitLog.Place;
import io.troupe.actors.internal.durable.EntityCommitLog.Step;
import io.troupe.actors.internal.durable.SparseDeque;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An active durable entity: runs messages on its newest state, proposes each result as one transaction, and tells it
 * when the store has answered. Commits are pipelined: the next message does not wait for the commit of the one before.
 */
final class DurableCell<M> extends Cell {
    private static final Logger LOG = LoggerFactory.getLogger(DurableCell.class);
    /** So long an entity that could not be activated refuses its messages. */
    private static final long BROKEN_NS = 1_000_000_000;

    private static final String TOO_LARGE = "has an effect that is too large for one transaction";

    /** Results under way of one entity; a hot entity then waits for its oldest commit. */
    static final int MAX_PIPELINED = 512;

    private final ShardCells cells;
    private final EntityStore store;
    private final EntityHost host;
    private final HandlerCall<M> handler;
    private final long activation;
    /** What the store has of it, from when it is asked until it is taken. */
    private volatile @Nullable CompletableFuture<@Nullable KeyValue> loading;

    private volatile @Nullable EntityCommitLog<Result, Object> loaded;
    /** Why it could not be activated; it is tried again a while later. */
    private volatile @Nullable String broken;

    private long brokenNs;

    private final Arrivals<Answered> answers = new Arrivals<>();
    /** Messages whose speculated results were refused; they come before the mailbox. */
    private final SparseDeque<Letter> again = new SparseDeque<>();

    /** The newest revision that the store has answered with; confined to the turns. */
    private long answeredRevision;

    /**
     * The message of a transaction in which it has decided, and others have yet to. Until it is let go, or leaves the
     * others, nothing of it is confined to its turns, and they touch nothing.
     */
    private volatile @Nullable Letter held;
    /** Until the next turn there is nothing to do but to take answers. */
    private volatile boolean putOff;

    /** What a message came to. */
    record Result(Letter letter, Outcome outcome) {}

    /** What the store said about a place; null when it could not say. */
    private record Answered(
            Place<Result, Object> place, @Nullable TxnResult result) {}

    DurableCell(
            Pid<M> self, ShardCells home, KindHost kind, EntityHost host, ClusterActorSystem system, long activation) {
        super(self.entity(), home, kind);
        cells = home;
        this.host = host;
        store = system.entityStore();
        this.activation = activation;
        handler = new HandlerCall<>(self, home, host, system.messages());
    }

    /** For its turns, and for who runs the transaction that it holds still for. */
    EntityCommitLog<Result, Object> log() {
        return Objects.requireNonNull(loaded);
    }

    /** False as long as it is not known what to run messages on; then its answer, or the next tick, wakes the cell. */
    private boolean isLoaded() {
        if (loaded != null || broken != null) {
            return true;
        }
        if (!cells.duties.isLoaded()) {
            return false; // then all cells of the shard are woken
        }
        CompletableFuture<@Nullable KeyValue> asked = loading;
        if (asked == null) {
            asked = store.load(cells.shard, id);
            loading = asked;
            if (!asked.isDone()) {
                CompletableFuture<?> unused = asked.whenComplete((stored, failure) -> wake());
            }
        }
        if (!asked.isDone()) {
            return false;
        }
        if (EntityStore.refusal(asked) == MetadataException.Code.BUSY) {
            loading = null;
            putOff();
        } else if (asked.isCompletedExceptionally()) {
            stop(); // the session is over, or the node closes
        } else {
            begin(asked.join());
            loading = null; // the store goes on to newer ones; this one is not to stay with it
        }
        return loaded != null || broken != null;
    }

    private void begin(@Nullable KeyValue stored) {
        try {
            CommitId predecessor = stored == null ? null : CommitId.decode(stored.value());
            Object state = stored == null || stored.value().length == CommitId.LENGTH // never stored, or deleted
                    ? handler.initialState()
                    : handler.state(stored.value());
            loaded = new EntityCommitLog<>(predecessor, state, cells.shard.epoch(), activation);
        } catch (Throwable failure) { // of its handler, too
            LOG.error("entity {} cannot be activated", id, failure);
            broken = "cannot be activated: " + failure;
            brokenNs = kind.nanoTime();
        }
    }

    /**
     * A commit under way keeps it, and so does one that a load would not find: the next activation would be refused.
     */
    @Override
    boolean isIdle() {
        if (held != null) {
            return false;
        }
        EntityCommitLog<Result, Object> log = loaded;
        if (log == null) {
            return broken != null; // it may be loaded when it comes back
        }
        return log.inFlight() == 0
                && log.mayPropose()
                && answers.isEmpty()
                && again.isEmpty()
                && store.hasApplied(cells.shard, id, answeredRevision);
    }

    @Override
    boolean isDeciding() {
        return handler.isRunning();
    }

    @Override
    void passivate() {
        if (close()) {
            kind.onPassivated();
        }
    }

    /** Only the cluster sends to durable entities. */
    private @Nullable Letter next() {
        return (Letter) poll();
    }

    private boolean refuseAll(String why) {
        for (int refused = 0; refused < BATCH; refused++) {
            Letter letter = next();
            if (letter == null) {
                return false;
            }
            host.undelivered().refuse(id, letter.message(), Ending.FAILED, why);
        }
        return true;
    }

    @Override
    boolean turn() {
        putOff = false;
        if (broken != null && kind.nanoTime() - brokenNs >= BROKEN_NS) {
            broken = null;
        }
        if (!isFree() || !isLoaded()) {
            return false;
        }
        String why = broken;
        if (why != null) {
            return refuseAll(why);
        }
        EntityCommitLog<Result, Object> log = log();
        answers.takeAll(answered -> {
            if (!isStopped()) {
                onAnswer(answered);
            }
        });
        if (isStopped()) {
            return false;
        }
        cells.duties.pump();
        List<Result> discarded = log.takeDiscarded();
        for (int i = discarded.size() - 1; i >= 0; i--) {
            again.addFirst(discarded.get(i).letter()); // they came before those that an earlier refusal left here
        }
        for (int handled = 0; handled < BATCH; handled++) {
            if (!log.mayPropose() || log.inFlight() >= MAX_PIPELINED || !mayRun()) {
                return false; // the next answer or the renewed lease wakes the cell
            }
            Letter letter = again.isEmpty() ? next() : again.pollFirst();
            if (letter == null) {
                leaveIfAsked();
                return false;
            }
            if (!run(letter)) {
                return false; // the next tick wakes the cell, or who lets it go
            }
        }
        return true;
    }

    private void leaveIfAsked() {
        if (!handler.wantsToLeave() || log().inFlight() > 0) {
            return; // the next answer wakes the cell
        }
        if (isIdle()) {
            passivate();
        } else {
            host.wakeSoon(this); // this node has not applied its own commit yet
        }
    }

    @Override
    boolean hasWork() {
        Letter waits = held;
        if (waits != null) { // who lets it go wakes it
            return !answers.isEmpty()
                    && waits.message() instanceof TransactionPart part
                    && part.run().isWaiting(part.number());
        }
        if (!answers.isEmpty()) {
            return true;
        }
        if (putOff) {
            return false; // the next tick wakes the cell
        }
        EntityCommitLog<Result, Object> log = loaded;
        if (log == null) {
            CompletableFuture<@Nullable KeyValue> asked = loading;
            boolean goesOn = asked == null ? cells.duties.isLoaded() : asked.isDone();
            return (broken != null || goesOn) && super.hasWork();
        }
        return log.mayPropose()
                && log.inFlight() < MAX_PIPELINED
                && (super.hasWork() || (!again.isEmpty() && mayRun()));
    }

    /** The store was too busy. Who tried again at once would run handlers for nothing, as often as the machine can. */
    private void putOff() {
        putOff = true;
        host.wakeSoon(this);
    }

    /** False when the store takes nothing now: then the letter is the next one, a little later. */
    private boolean run(Letter letter) {
        if (letter.message() instanceof TransactionPart part) {
            return decide(letter, part);
        }
        Object state = log().state();
        MetadataException.Code refused = propose(letter, handler.on(letter, state));
        for (int choice = 0; refused == MetadataException.Code.TOO_LARGE; choice++) {
            refused = propose(letter, handler.instead(letter, state, choice, TOO_LARGE, null));
        }
        if (refused != null) {
            again.addFirst(letter);
            putOff();
        }
        return refused == null;
    }

    /** False when the cell holds still, or is to try a little later: nothing of it may be touched then. */
    private boolean decide(Letter letter, TransactionPart part) {
        if (part.run().isOver()) {
            return true;
        }
        Outcome outcome;
        try {
            outcome = handler.on(letter, log().state());
        } catch (RuntimeException | Error defect) {
            part.run().abandon(); // what silences this entity is not to silence the others
            throw defect;
        }
        held = letter; // first: it may be let go before the next line is over
        return part.run().onDecided(part.number(), new Decided(this, letter, outcome));
    }

    /**
     * False while it holds still. What the store has answered goes first: if that is a refusal, what it has decided
     * here was decided on a state that never came to be, and others may wait for it in an earlier transaction.
     */
    private boolean isFree() {
        Letter letter = held;
        if (letter == null) {
            return true;
        }
        if (answers.isEmpty()
                || !(letter.message() instanceof TransactionPart part
                        && part.run().leave(part.number()))) {
            return false;
        }
        held = null;
        again.addFirst(letter);
        return true;
    }

    /** The transaction goes on, or is over. */
    void letGo() {
        held = null;
        wake();
    }

    /** The store was too busy for the transaction. */
    void letGoAndRunAgain(Letter part) {
        again.addFirst(part);
        held = null;
        putOff();
    }

    /** A place was proposed. */
    void onProposed() {
        if (log().inFlight() == 1) {
            cells.gate.enter();
        }
    }

    /** The store has answered, in the order of the log. Any thread. */
    void onAnswered(Place<Result, Object> place, @Nullable TxnResult answer) {
        answers.add(new Answered(place, answer));
        wake();
    }

    /** Null when the outcome is on its way; else why the store did not take it. */
    private MetadataException.@Nullable Code propose(Letter letter, Outcome outcome) {
        EntityCommitLog<Result, Object> log = log();
        Object before = log.state();
        Place<Result, Object> place = log.propose(new Result(letter, outcome), outcome.next());
        CompletableFuture<TxnResult> commit =
                store.commit(cells.shard, id, place.predecessor(), place.id(), outcome, letter.message());
        MetadataException.Code refused = EntityStore.refusal(commit);
        if (refused != null) {
            log.withdraw(place, before);
            return refused;
        }
        onProposed();
        CompletableFuture<?> unused = commit.whenComplete((answer, failure) -> {
            if (failure != null) {
                LOG.debug("commit of {} has no answer: {}", id, failure.toString());
            } else if (answer instanceof TxnResult.Succeeded done) {
                OwnMessage kept = letter.message() instanceof OwnMessage own ? own : null;
                cells.duties.onCommitted(
                        outcome.changes(), kept, done); // here, since answers come in the order of the log
            }
            onAnswered(place, answer);
        });
        return null;
    }

    private void onAnswer(Answered answered) {
        Place<Result, Object> place = answered.place();
        Result result = place.message();
        TxnResult answer = answered.result();
        if (answer != null) {
            answeredRevision = Math.max(answeredRevision, answer.revision());
        }
        InboundMessage message = result.letter().message();
        Step step = log().onAnswer(place, classify(message, answer));
        boolean lastInFlight = log().inFlight() == 0;
        switch (step) {
            case TELL -> {
                message.end(result.outcome().ending(), result.outcome().reply());
                result.outcome().afterCommit().forEach(this::runAfterCommit);
            }
            case TELL_AS_SETTLED -> {
                if (answer instanceof TxnResult.SettleRefused refused) {
                    host.undelivered().endAsRefused(id, message, refused);
                }
            }
            case STOP -> stop();
            case NOTHING -> {
                // Refused because of an earlier place: it runs again.
            }
        }
        if (lastInFlight) {
            cells.gate.leave(); // the turn that runs is still inside
        }
    }

    private Answer classify(InboundMessage message, @Nullable TxnResult answer) {
        if (answer == null) {
            return Answer.FENCED; // unknown: the session is over or the node closes; the next owner reads what stands
        }
        if (answer instanceof TxnResult.Succeeded) {
            return Answer.COMMITTED;
        }
        if (answer instanceof TxnResult.SettleRefused) {
            return Answer.SETTLED_BEFORE;
        }
        if (!store.fenceHolds(cells.shard, answer)) {
            return Answer.FENCED;
        }
        if (message instanceof TransactionPart) {
            return Answer.REFUSED_TOGETHER;
        }
        return message instanceof OwnMessage own && !own.standsIn(answer.reads())
                ? Answer.SETTLED_BEFORE
                : Answer.NOT_THE_SUCCESSOR;
    }

    private void runAfterCommit(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) {
            LOG.warn("what entity {} wanted to run after a commit failed", id, failure);
        }
    }
}
