package io.troupe.actors;

import java.util.function.Function;

import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An active volatile actor, an entity or a local one: what its handler does and what follows when it fails. All but the
 * mailbox is confined to its turns.
 */
abstract class VolatileCell<M> extends Cell {
    private static final Logger LOG = LoggerFactory.getLogger(VolatileCell.class);

    /** The instance that has started; null before the first message, after a failure and after an activation's end. */
    private volatile @Nullable Handler<M> handler;
    /** Of the present turn. */
    private @Nullable VolatileContext<M> context;

    /** Made when something fails first. */
    private volatile @Nullable Restarts<M> restarts;

    /** Made when it is used first. */
    private volatile @Nullable Belongings<M> belongings;

    VolatileCell(EntityId id, Home home, KindHost kind) {
        super(id, home, kind);
    }

    abstract Pid<M> self();

    /** {@return the handler of the next activation or restart} */
    abstract Handler<M> newHandler();

    /** Ends the activation, after a failure or because the handler wants it. */
    abstract void endActivation();

    /** Says who decides now, and ends the activation if that is nobody. The message is failed. */
    abstract void escalate(Throwable failure);

    /** {@return what a failed message's sender is told about an escalation} */
    abstract String escalated();

    /** {@return true if its handler starts when it can, false if with the next message} */
    abstract boolean startsAlone();

    /** What was read but not handled when the cell was stopped. */
    abstract void abandon(Mail mail);

    /** The children of the handler that has ended have ended, too. */
    abstract void onChildrenEnded();

    /** {@return the local actors of its system} */
    abstract LocalActors locals();

    /** Goes on as was decided about it. {@return false while that is not decided, or if it has ended} */
    boolean obeyDecision() {
        return true;
    }

    @Override
    boolean turn() {
        Belongings<M> own = belongings;
        Children children = own == null ? null : own.childrenOrNull();
        if (children != null) {
            children.wakeHeldUp();
        }
        try {
            for (int handled = 0; handled < BATCH; handled++) {
                if (!mayRun()) {
                    onHeldUp();
                    return false;
                }
                if (isStopped() || !step()) {
                    return false;
                }
            }
            return true;
        } finally {
            context = null;
        }
    }

    /** Does what is next; false if that is nothing now. */
    private boolean step() {
        if (!obeyDecision()) {
            return false;
        }
        Belongings<M> own = belongings;
        if (own != null) {
            if (own.areEnding()) {
                return false; // the last of them wakes the cell
            }
            if (own.takeEnded()) {
                onChildrenEnded();
                return true;
            }
        }
        Restarts<M> failures = restarts;
        if (failures != null && failures.isPausing()) {
            if (!failures.isDue()) {
                return false; // its timer wakes the cell
            }
            Restarts.Retry<M> failed = failures.take();
            if (failed != null && failed.message() != null) {
                attempt(failed.mail(), failed.message(), failed.attempt());
                return true;
            }
        }
        if (handler == null && startsAlone()) {
            startAlone();
            return true;
        }
        Object next = null;
        if (own != null) {
            Children children = own.childrenOrNull();
            Children.Failure left = children == null ? null : children.pollFailure();
            if (left != null) {
                decideFor(left.child(), left.cause());
                return true;
            }
            M due = own.pollDue();
            if (due != null) {
                onUsed();
                attempt(null, due, 1);
                return true;
            }
            next = own.pollStashed();
        }
        if (next == null) {
            next = poll();
        }
        if (next == null) {
            return false;
        }
        if (next instanceof Mail mail) {
            handle(mail);
        } else {
            handleBare(next);
        }
        return true;
    }

    /** What lies in the mailbox bare was checked against the kind when it was sent. */
    @SuppressWarnings("unchecked")
    private void handleBare(Object message) {
        attempt(LocalTell.BARE, (M) message, 1);
    }

    private void startAlone() {
        VolatileContext<M> called = context();
        try {
            Handler<M> unused = started(called);
        } catch (Throwable failure) {
            called.end();
            boolean unused = called.takePassivation();
            LOG.warn("preStart of actor {} failed", id, failure);
            if (!isStopped()) {
                restart(null, null, Kind.MAX_ATTEMPTS, failure);
            }
            return;
        }
        if (called.takePassivation()) {
            passivate();
        }
    }

    Belongings<M> belongings() {
        Belongings<M> own = belongings;
        if (own == null) {
            own = new Belongings<>(this);
            belongings = own;
        }
        return own;
    }

    /** {@return true while it waits for the children of its last handler to end} */
    final boolean areChildrenEnding() {
        Belongings<M> own = belongings;
        return own != null && own.areEnding();
    }

    final @Nullable Children childrenOrNull() {
        Belongings<M> own = belongings;
        return own == null ? null : own.childrenOrNull();
    }

    final boolean hasBelongings() {
        Belongings<M> own = belongings;
        return own != null && own.hasNext();
    }

    @Override
    boolean hasWork() {
        Belongings<M> own = belongings;
        if (own != null && own.waitsForEnds()) {
            return !own.areEnding() && mayRun();
        }
        Restarts<M> failures = restarts;
        if (failures != null && failures.isPausing()) {
            return failures.isDue() && mayRun();
        }
        if (handler == null && startsAlone()) {
            return mayRun();
        }
        return (own != null && own.hasNext() && mayRun()) || super.hasWork();
    }

    private void handle(Mail mail) {
        M message = open(mail);
        if (message != null) {
            attempt(mail, message, 1);
        }
    }

    /** Null if it is not to be handled; then it is ended. */
    private @Nullable M open(Mail mail) {
        if (mail.begin()) {
            try {
                return mail.open(self().kind());
            } catch (RuntimeException e) {
                fail(mail, "undecodable", e);
            }
        }
        return null;
    }

    /** Ends the oldest messages that are put aside, each as failed, or as handled if there is no failure for it. */
    final void endStashed(int oldest, Function<? super M, @Nullable Exception> failures) {
        for (int ended = 0; ended < oldest; ended++) {
            Mail mail = belongings().stash().removeOldest();
            M message = open(mail);
            Exception failure = message == null ? null : failures.apply(message);
            if (failure != null) {
                fail(mail, "failed", failure);
            } else if (message != null) {
                mail.done(mail.seal(null));
            }
        }
    }

    private VolatileContext<M> context() {
        VolatileContext<M> known = context;
        if (known == null) {
            known = new VolatileContext<>(this);
            context = known;
        }
        return known;
    }

    private void attempt(@Nullable Mail mail, M message, int attempt) {
        VolatileContext<M> called = context();
        Object answer;
        try {
            Handler<M> current = started(called);
            called.begin(mail);
            current.receive(message, called);
            Object reply = called.end();
            answer = mail == null ? null : mail.seal(reply);
        } catch (Throwable failure) { // what a handler throws must not reach the threads, nor other entities
            called.end();
            boolean unused = called.takePassivation(); // what has failed decides nothing but through onError
            onFailure(mail, message, attempt, failure);
            return;
        }
        if (mail != null) {
            if (called.hasStashed()) {
                belongings().stash().put(mail.keeping(message));
            } else {
                mail.done(answer);
            }
        }
        if (called.takePassivation()) {
            passivate();
        }
    }

    private Handler<M> started(VolatileContext<M> called) throws Exception {
        Handler<M> current = handler;
        if (current == null) {
            current = newHandler();
            called.begin(null);
            current.preStart(called);
            called.end();
            handler = current;
            kind.runtime.endings.onStarted(current);
        }
        return current;
    }

    private void onFailure(@Nullable Mail mail, M message, int attempt, Throwable failure) {
        if (isStopped()) {
            if (mail != null) {
                abandon(mail); // the shard was lost under the handler: the message is for the next owner
            }
            return;
        }
        switch (decide(message, failure)) {
            case RESUME -> {
                fail(mail, "failed", failure);
                if (context().takePassivation()) {
                    passivate();
                }
            }
            case RESTART -> restart(mail, message, attempt, failure);
            case STOP -> {
                fail(mail, "failed, and stopped its actor", failure);
                endActivation();
            }
            case ESCALATE -> {
                fail(mail, escalated(), failure);
                escalate(failure);
            }
        }
    }

    private Supervision decide(M message, Throwable failure) {
        Handler<M> failed = handler;
        if (failed == null) {
            return Supervision.RESTART; // it has not even started
        }
        VolatileContext<M> called = context();
        called.begin(null);
        try {
            return failed.onError(message, failure, called);
        } catch (Throwable t) {
            LOG.warn("onError of entity {} failed: restarting it", id, t);
            return Supervision.RESTART;
        } finally {
            called.end();
        }
    }

    /** A child has failed and leaves it to its parent, which decides in its turn. */
    private void decideFor(LocalCell<?> child, Throwable failure) {
        Handler<M> current = handler;
        if (current == null) {
            return; // its children end with it
        }
        VolatileContext<M> called = context();
        called.begin(null);
        Supervision decision;
        try {
            decision = current.onChildFailure(child.self(), failure, called);
        } catch (Throwable t) {
            LOG.warn("onChildFailure of {} failed: restarting {}", id, child.id, t);
            decision = Supervision.RESTART;
        } finally {
            called.end();
        }
        if (decision == Supervision.ESCALATE) {
            child.decided(Supervision.STOP);
            escalate(failure);
        } else {
            child.decided(decision);
        }
        if (called.takePassivation()) {
            passivate();
        }
    }

    /** A null message: it is not because of one. */
    final void restart(@Nullable Mail mail, @Nullable M message, int attempt, Throwable failure) {
        endHandler();
        Restarts<M> failures = restarts;
        if (failures == null) {
            failures = new Restarts<>(this);
            restarts = failures;
        }
        switch (failures.onFailure(mail, message, attempt)) {
            case RETRY -> {}
            case FAIL_MESSAGE -> {
                if (message != null) {
                    fail(mail, "failed " + times(attempt), failure);
                }
            }
            case END -> {
                if (message != null) {
                    fail(mail, "failed " + times(attempt) + ", and its actor was restarted too often", failure);
                } else {
                    LOG.error("actor {} was restarted too often, and ends", id);
                }
                endActivation();
            }
        }
    }

    private static String times(int attempt) {
        return attempt == 1 ? "once" : attempt + " times";
    }

    /** A guess outside of its turns. */
    final boolean isRetrying() {
        Restarts<M> failures = restarts;
        return failures != null && failures.isRetrying();
    }

    final boolean hasStashed() {
        Belongings<M> own = belongings;
        return own != null && own.hasStashed();
    }

    /** Forgets the restarts of an activation that has ended. {@return true if it has stashed something} */
    final boolean forget() {
        endHandler();
        Restarts<M> failures = restarts;
        if (failures != null) {
            failures.forget();
        }
        return hasStashed();
    }

    @Override
    boolean isIdle() {
        Belongings<M> own = belongings;
        Restarts<M> failures = restarts;
        return (failures == null || !failures.isPausing()) && (own == null || own.areNone());
    }

    @Override
    void passivate() {
        kind.onPassivated();
        endActivation();
        context = null;
    }

    /** Ends the instance, and all it has. */
    private void endHandler() {
        Handler<M> ended = handler;
        if (ended != null) {
            end(ended);
        }
        Belongings<M> own = belongings;
        if (own != null) {
            own.onHandlerEnded();
        }
    }

    private void end(Handler<M> ended) {
        handler = null;
        VolatileContext<M> called = context();
        called.begin(null);
        try {
            ended.postStop(called);
        } catch (Throwable t) {
            LOG.warn("postStop of entity {} failed", id, t);
        } finally {
            called.end();
            kind.runtime.endings.onEnded(ended);
        }
    }

    @Override
    boolean hasEnd() {
        Handler<M> current = handler;
        Belongings<M> own = belongings;
        return (current != null && Endings.has(current)) || (own != null && own.mustEnd() && !own.areEnding());
    }

    @Override
    void onStopped() {
        endHandler();
        Restarts<M> failures = restarts;
        Restarts.Retry<M> failed = failures == null ? null : failures.take();
        Belongings<M> own = belongings;
        context = null;
        if (failed != null && failed.mail() != null) {
            abandon(failed.mail());
        }
        if (own != null) {
            for (Mail mail; (mail = own.pollStashed()) != null; ) {
                abandon(mail);
            }
        }
    }

    private void fail(@Nullable Mail mail, String what, Throwable cause) {
        LOG.warn("message {} to {} {}", mail == null ? "of a timer" : mail.id(), id, what, cause);
        String why = what + ": " + cause;
        if (mail != null) {
            mail.end(Ending.FAILED, why);
        }
        kind.runtime.deadLetters.add(id, mail == null ? null : mail.id(), why);
    }
}
