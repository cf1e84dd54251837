package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Function;

import io.troupe.actors.internal.lifecycle.DeadlineQueue.Entry;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;

/**
 * An ask within the process: the message in the mailbox, the answer to come, and the timer that ends the wait, in one.
 */
final class Question<R> extends CompletableFuture<R> implements Mail, Runnable {
    @SuppressWarnings("rawtypes") // updaters know no type parameters
    private static final AtomicIntegerFieldUpdater<Question> PHASE =
            AtomicIntegerFieldUpdater.newUpdater(Question.class, "phase");

    private static final int WAITING = 0;
    private static final int STARTED = 1;
    private static final int GIVEN_UP = 2;

    private final LocalCell<?> target;
    private final Object message;
    /** Not the handler's reply is the answer, but what is sent to an address that the message carries. */
    private final boolean carriesAddress;
    /** From WAITING to STARTED or to GIVEN_UP, once: what is given up is proven never to have run. */
    @SuppressWarnings("UnusedVariable") // read through its updater
    private volatile int phase;

    Question(LocalCell<?> target, Query<R> query) {
        this.target = target;
        message = query;
        carriesAddress = false;
    }

    Question(LocalCell<?> target, Function<Pid<R>, ?> maker) {
        this.target = target;
        message = maker.apply(new LocalReplyPid<>(this, target));
        carriesAddress = true;
    }

    Object message() {
        return message;
    }

    /** Call before it is offered. */
    void within(Duration timeout) {
        NodeTimers timers = target.kind.runtime.timers;
        Entry<Runnable> entry = timers.schedule(target.kind.nanoTime() + timeout.toNanos(), this);
        CompletableFuture<?> unused = whenComplete((answer, failure) -> timers.cancel(entry));
    }

    /** The timer fires. */
    @Override
    public void run() {
        giveUp(Reason.DEADLINE_PASSED, "its handler has begun and not answered in time");
    }

    void onClosed() {
        giveUp(Reason.CLOSED, "its handler has begun, and the system was closed");
    }

    private void giveUp(Reason reason, String begun) {
        if (isDone()) {
            return;
        }
        fail(
                PHASE.compareAndSet(this, WAITING, GIVEN_UP)
                        ? new NotExecuted(reason)
                        : new SendOutcome.Unknown(target.locals().newQuestionId(), begun));
    }

    /** Ends the wait; without effect once there is an answer. */
    void fail(SendOutcome outcome) {
        completeExceptionally(new AskException(target.id, outcome));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean unused = PHASE.compareAndSet(this, WAITING, GIVEN_UP);
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean begin() {
        return phase == STARTED ? !isDone() : PHASE.compareAndSet(this, WAITING, STARTED); // a stashed one comes again
    }

    /** It was checked against the kind when it was sent. */
    @Override
    @SuppressWarnings("unchecked")
    public <M> M open(Kind<M> kind) {
        return (M) message;
    }

    @Override
    public @Nullable MessageId id() {
        return null;
    }

    @Override
    public @Nullable Object seal(@Nullable Object reply) {
        return reply;
    }

    /** The type of the answer is the query's. */
    @Override
    @SuppressWarnings("unchecked")
    public void done(@Nullable Object sealed) {
        if (carriesAddress) {
            return; // somebody answers, sooner or later
        }
        if (sealed == null) {
            completeExceptionally(
                    new IllegalStateException(target.id + " handled the message but did not answer it: use reply"));
        } else {
            complete((R) sealed);
        }
    }

    @Override
    public void end(Ending ending, String why) {
        fail(ending == Ending.FULL ? new NotExecuted(Reason.MAILBOX_FULL) : new SendOutcome.Failed(why));
    }
}
