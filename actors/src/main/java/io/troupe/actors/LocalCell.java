package io.troupe.actors;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An actor that was spawned: one activation, which starts by itself, and whose end is the actor's. Its door closes
 * first, then its handler ends, then what still waits is refused, and only then whoever is above it hears of it.
 */
final class LocalCell<M> extends VolatileCell<M> {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCell.class);

    /** Actors that watch one actor. */
    static final int MAX_WATCHERS = 10_000;

    private final LocalPid<M> self = new LocalPid<>(this);
    private final Above above;
    private final Class<?> protocol;
    /** The one handler there is; null if the kind makes them. */
    private final @Nullable Handler<M> given;

    /** Its end is over; under the lock, with the watchers. */
    private volatile boolean ended;

    /** Where senders wait; null if they never do. */
    private final @Nullable Room room;
    /** Who wants to hear of the end, each once; null for nobody. Guarded by this. */
    private @Nullable Set<Runnable> watchers;
    /** It takes nothing until it is decided what becomes of it; confined to its turns. */
    private volatile boolean suspended;
    /** Null while it is not. */
    private volatile @Nullable Supervision decision;

    /** Who has spawned an actor. */
    interface Above {
        ActorSystem system();

        LocalActors locals();

        /** It has ended, and its name is free. Once. */
        void onEnded(LocalCell<?> cell);

        /** It has failed and waits for a decision. {@return false if there is nobody to decide} */
        boolean onEscalated(LocalCell<?> cell, Throwable failure);

        /** It may not run now, and does not hear of it when it may again. */
        void onHeldUp();

        /** {@return whether it runs without a lease} */
        boolean goesOnUnfenced();
    }

    LocalCell(EntityId id, Home home, KindHost kind, @Nullable Handler<M> given, Above above) {
        super(id, home, kind);
        this.given = given;
        this.above = above;
        protocol = kind.kind.protocol();
        room = kind.blockNs > 0 ? new Room(this) : null;
    }

    @Override
    LocalPid<M> self() {
        return self;
    }

    Above above() {
        return above;
    }

    @Override
    LocalActors locals() {
        return above.locals();
    }

    private void check(Object message) {
        if (!protocol.isInstance(message)) {
            Object unused = kind.kind.checked(id, message); // says what is wrong
        }
    }

    CompletableFuture<SendOutcome> tell(M message) {
        check(message);
        if (locals().refusesCaller()) {
            return refuse(SettledOutcome.CLOSED);
        }
        return put(message, kind.blockNs);
    }

    <R> CompletableFuture<R> ask(Question<R> question, Duration timeout) {
        check(question.message());
        if (timeout.isNegative() || timeout.isZero()) {
            question.fail(new NotExecuted(Reason.DEADLINE_PASSED));
            return question;
        }
        if (timeout.compareTo(EntityTimers.LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("the timeout of an ask of " + id + " (" + timeout + ") must be "
                    + EntityTimers.LONGEST_DELAY.toDays() + " days at most");
        }
        SettledOutcome outcome;
        if (locals().refusesCaller()) {
            outcome = refuse(SettledOutcome.CLOSED);
        } else {
            question.within(timeout);
            outcome = put(question, Math.min(kind.blockNs, timeout.toNanos()));
        }
        if (outcome != SettledOutcome.ACCEPTED) {
            question.fail(outcome.outcome());
        } else if (locals().isClosed()) {
            question.onClosed(); // whoever closed the system may have missed it
        }
        return question;
    }

    private SettledOutcome put(Object message, long blockNs) {
        for (; ; ) {
            Offer offer = offer(message);
            if (offer == Offer.FULL && room != null) {
                offer = room.offer(message, blockNs);
            }
            switch (offer) {
                case TAKEN -> {
                    return SettledOutcome.ACCEPTED;
                }
                case CLOSED -> {
                    return refuse(SettledOutcome.ENDED);
                }
                case FULL -> {
                    if (!kind.dropsOldest) {
                        return refuse(SettledOutcome.FULL);
                    }
                    Object oldest = pushOut();
                    if (oldest != null) {
                        drop(oldest);
                    }
                }
            }
        }
    }

    /** Not logged: there may be very many. */
    private SettledOutcome refuse(SettledOutcome outcome) {
        String why = outcome == SettledOutcome.FULL
                ? "the mailbox of " + id + " is full (" + kind.mailbox + ")"
                : outcome == SettledOutcome.ENDED ? id + " has ended" : "the system of " + id + " is being stopped";
        kind.runtime.deadLetters.add(id, null, why);
        return outcome;
    }

    private void drop(Object oldest) {
        String why = "the mailbox of " + id + " is full (" + kind.mailbox + "), and a newer message took its place";
        kind.runtime.deadLetters.add(id, null, why);
        if (oldest instanceof Mail mail) {
            mail.end(Ending.FULL, why);
        }
    }

    @Override
    Handler<M> newHandler() {
        Handler<M> one = given;
        return one == null ? self.kind().newHandler() : one;
    }

    @Override
    boolean startsAlone() {
        return true;
    }

    /** The present turn is its last one but for its end. */
    @Override
    void endActivation() {
        stop();
    }

    @Override
    void onChildrenEnded() {
        // Its next handler may start now.
    }

    @Override
    String escalated() {
        return "failed and escalated";
    }

    @Override
    void escalate(Throwable failure) {
        suspended = true; // before anybody can decide
        if (!above.onEscalated(this, failure)) {
            suspended = false;
            LOG.error("actor {} has escalated a failure, and there is nobody above it", id, failure);
            endActivation();
        }
    }

    /** Its parent says what becomes of it. Any thread. */
    void decided(Supervision what) {
        decision = what;
        wake();
    }

    @Override
    boolean obeyDecision() {
        Supervision decided = decision;
        if (!suspended || decided == null) {
            return !suspended;
        }
        decision = null;
        suspended = false;
        switch (decided) {
            case RESUME -> {
                // It goes on with the state it has.
            }
            case RESTART -> restart(null, null, Kind.MAX_ATTEMPTS, new IllegalStateException("its parent restarts it"));
            case STOP, ESCALATE -> endActivation();
        }
        return !isStopped();
    }

    @Override
    boolean hasWork() {
        return suspended ? decision != null && mayRun() : super.hasWork();
    }

    @Override
    boolean goesOnUnfenced() {
        return above.goesOnUnfenced();
    }

    @Override
    void onTaken() {
        if (room != null) {
            room.onTaken();
        }
    }

    @Override
    void onHeldUp() {
        above.onHeldUp();
    }

    /** Runs it when the actor has ended, which may be now. */
    void addWatcher(Runnable watcher) {
        synchronized (this) {
            if (!ended) {
                Set<Runnable> known = watchers;
                if (known == null) {
                    known = new LinkedHashSet<>();
                    watchers = known;
                }
                if (known.size() >= MAX_WATCHERS) {
                    throw new IllegalStateException(id + " is watched by " + MAX_WATCHERS
                            + " actors, one more is too many: let one of them tell the others");
                }
                known.add(watcher);
                return;
            }
        }
        watcher.run();
    }

    synchronized void removeWatcher(Runnable watcher) {
        Set<Runnable> known = watchers;
        if (known != null) {
            known.remove(watcher);
        }
    }

    /** Its name is free before anybody hears of its end. */
    private void finish() {
        above.onEnded(this);
        Set<Runnable> known;
        synchronized (this) {
            ended = true;
            known = watchers;
            watchers = null;
        }
        if (known != null) {
            known.forEach(Runnable::run);
        }
    }

    /** Ends it after the message at hand. Any thread. */
    void end() {
        stop();
        wake();
    }

    @Override
    boolean hasEnd() {
        return !ended && !areChildrenEnding(); // the last of them wakes it
    }

    @Override
    void onStopped() {
        shut();
        super.onStopped();
        abandonAll();
        if (!ended && isDrained() && !areChildrenEnding()) {
            finish();
        }
    }

    /** Takes nothing more and refuses what waits. Any thread. */
    void abandonAll() {
        shut();
        if (room != null) {
            room.onShut();
        }
        for (Object waiting; (waiting = pushOut()) != null; ) {
            locals().onAbandoned();
            kind.runtime.deadLetters.add(id, null, id + " has ended");
            if (waiting instanceof Question<?> question) {
                question.fail(new NotExecuted(Reason.ENDED));
            }
        }
        Children children = childrenOrNull();
        if (children != null) {
            children.abandonAll();
        }
    }

    @Override
    void abandon(Mail mail) {
        locals().onAbandoned();
        kind.runtime.deadLetters.add(id, mail.id(), id + " has ended before it had handled what it had read");
        mail.end(Ending.FAILED, id + " has ended before it had handled what it had read");
    }

    /** {@return true if it has nothing to do} See {@link LocalActors#isQuiet}. */
    boolean isQuiet() {
        if (isStopped()) {
            return true;
        }
        Children children = childrenOrNull();
        return isEmpty() && !isRetrying() && !hasBelongings() && (children == null || children.areQuiet());
    }
}
