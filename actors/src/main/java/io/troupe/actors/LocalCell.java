package io.troupe.actors;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An actor that was spawned: one activation, which starts by itself, and whose end is the actor's. Its door closes first,
 * then its handler ends, then what still waits is refused, and only then whoever is above it hears of it.
 */
final class LocalCell<M> extends VolatileCell<M> {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCell.class);

    private final LocalPid<M> self = new LocalPid<>(this);
    private final Above above;
    private final Class<?> protocol;
    /** The one handler there is; null if the kind makes them. */
    private final @Nullable Handler<M> given;

    private volatile boolean ended;

    /** Who has spawned an actor. */
    interface Above {
        ActorSystem system();

        LocalActors locals();

        /** It has ended, and its name is free. Once. */
        void onEnded(LocalCell<?> cell);
    }

    LocalCell(EntityId id, Home home, KindHost kind, @Nullable Handler<M> given, Above above) {
        super(id, home, kind);
        this.given = given;
        this.above = above;
        protocol = kind.kind.protocol();
    }

    @Override
    Pid<M> self() {
        return self;
    }

    Above above() {
        return above;
    }

    LocalActors locals() {
        return above.locals();
    }

    private void check(Object message) {
        if (!protocol.isInstance(message)) {
            Objects.requireNonNull(message, () -> "a message to " + id + " is null: send an object");
            throw new IllegalArgumentException("a " + message.getClass().getName() + " is no message of " + kind.kind
                    + ", which takes " + protocol.getName());
        }
    }

    CompletableFuture<SendOutcome> tell(M message) {
        check(message);
        if (locals().refusesCaller()) {
            return refuse(SettledOutcome.CLOSED);
        }
        return put(message);
    }

    <R> CompletableFuture<R> ask(Query<R> query, Duration timeout) {
        check(query);
        Question<R> question = new Question<>(this, query);
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
            outcome = put(question);
        }
        if (outcome != SettledOutcome.ACCEPTED) {
            question.fail(outcome.outcome());
        } else if (locals().isClosed()) {
            question.onClosed(); // whoever closed the system may have missed it
        }
        return question;
    }

    private SettledOutcome put(Object message) {
        for (; ; ) {
            switch (offer(message)) {
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
    String escalated() {
        return "failed, escalated to nobody, and ended its actor";
    }

    @Override
    void escalate(Throwable failure) {
        LOG.error("actor {} has escalated a failure, and there is nobody above it", id, failure);
        endActivation();
    }

    /** Ends it after the message at hand. Any thread. */
    void end() {
        stop();
        wake();
    }

    @Override
    boolean hasEnd() {
        return !ended;
    }

    @Override
    void onStopped() {
        shut();
        super.onStopped();
        abandonAll();
        if (!ended && isDrained()) {
            ended = true;
            above.onEnded(this);
        }
    }

    /** Takes nothing more and refuses what waits. Any thread. */
    void abandonAll() {
        shut();
        for (Object waiting; (waiting = pushOut()) != null; ) {
            locals().onAbandoned();
            kind.runtime.deadLetters.add(id, null, id + " has ended");
            if (waiting instanceof Question<?> question) {
                question.fail(new NotExecuted(Reason.ENDED));
            }
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
        return isStopped() || (isEmpty() && !isRetrying());
    }
}
