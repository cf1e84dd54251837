package io.troupe.actors;

import java.nio.charset.StandardCharsets;

import io.troupe.actors.internal.lifecycle.RestartBudget;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An active volatile entity. All but the mailbox is confined to its turns. */
final class VolatileCell<M> extends Cell {
    private static final Logger LOG = LoggerFactory.getLogger(VolatileCell.class);
    private static final byte[] NO_REPLY = {};

    private final Pid<M> self;
    private final Messages messages;
    /** The instance that has started; null before the first message, after a failure and after an activation's end. */
    private volatile @Nullable Handler<M> handler;
    /** Of the present turn. */
    private @Nullable VolatileContext<M> context;

    private @Nullable RestartBudget restarts;
    /** What comes before everything else, and not before its time; null when nothing has failed. */
    private @Nullable Retry<M> retry;

    /** Made when it is used first; gone with the ownership. */
    private @Nullable EntityTimers<M> timers;

    private @Nullable Stash stash;

    /**
     * A pause after a restart, and the message to try again after it.
     *
     * @param dueNs   when the pause ends
     * @param letter  the message
     * @param message the message, decoded; null if it has failed for good and only the pause is left
     * @param attempt how often it will have been tried then
     */
    private record Retry<M>(
            long dueNs, @Nullable Letter letter, @Nullable M message, int attempt) {}

    VolatileCell(Pid<M> self, ShardCells home, KindHost kind) {
        super(self.entity(), home, kind);
        this.self = self;
        messages = kind.system.messages();
    }

    Pid<M> self() {
        return self;
    }

    @Override
    boolean turn() {
        try {
            for (int handled = 0; handled < BATCH; handled++) {
                if (!mayRun() || isStopped() || !step()) {
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
        Retry<M> failed = retry;
        if (failed != null) {
            if (kind.nanoTime() - failed.dueNs < 0) {
                return false; // its timer wakes the cell
            }
            retry = null;
            if (failed.message != null) {
                attempt(failed.letter, failed.message, failed.attempt);
                return true;
            }
        }
        EntityTimers<M> set = timers;
        M due = set == null ? null : set.poll();
        if (due != null) {
            onUsed();
            attempt(null, due, 1);
            return true;
        }
        Stash aside = stash;
        Letter letter = aside == null || !aside.hasNext() ? poll() : aside.poll();
        if (letter == null) {
            return false;
        }
        handle(letter);
        return true;
    }

    EntityTimers<M> timers() {
        EntityTimers<M> set = timers;
        if (set == null) {
            set = new EntityTimers<>(this, kind.host.timers());
            timers = set;
        }
        return set;
    }

    Stash stash() {
        Stash aside = stash;
        if (aside == null) {
            aside = new Stash();
            stash = aside;
        }
        return aside;
    }

    @Override
    boolean hasWork() {
        Retry<M> failed = retry;
        if (failed != null) {
            return kind.nanoTime() - failed.dueNs >= 0 && mayRun();
        }
        EntityTimers<M> set = timers;
        Stash aside = stash;
        return (((set != null && set.hasDue()) || (aside != null && aside.hasNext())) && mayRun()) || super.hasWork();
    }

    private void handle(Letter letter) {
        InboundMessage message = letter.message();
        if (message.isExpired()) {
            message.end(Ending.EXPIRED, NO_REPLY);
            return;
        }
        M decoded;
        try {
            decoded = messages.decode(self.kind(), letter);
        } catch (RuntimeException e) {
            fail(letter, "undecodable", e);
            return;
        }
        attempt(letter, decoded, 1);
    }

    private VolatileContext<M> context() {
        VolatileContext<M> known = context;
        if (known == null) {
            known = new VolatileContext<>(this);
            context = known;
        }
        return known;
    }

    private void attempt(@Nullable Letter letter, M message, int attempt) {
        VolatileContext<M> called = context();
        byte[] answer;
        try {
            Handler<M> current = started(called);
            called.begin(letter == null ? null : letter.message());
            current.receive(message, called);
            Object reply = called.end();
            answer = reply == null ? NO_REPLY : messages.encodeReply(reply);
        } catch (Throwable failure) { // what a handler throws must not reach the threads, nor other entities
            called.end();
            boolean unused = called.takePassivation(); // what has failed decides nothing but through onError
            onFailure(letter, message, attempt, failure);
            return;
        }
        if (letter != null) {
            if (called.hasStashed()) {
                stash().put(letter);
            } else {
                letter.message().end(Ending.DONE, answer);
            }
        }
        if (called.takePassivation()) {
            passivate();
        }
    }

    private Handler<M> started(VolatileContext<M> called) throws Exception {
        Handler<M> current = handler;
        if (current == null) {
            current = self.kind().newHandler();
            called.begin(null);
            current.preStart(called);
            called.end();
            handler = current;
            kind.host.endings().onStarted(current);
        }
        return current;
    }

    private void onFailure(@Nullable Letter letter, M message, int attempt, Throwable failure) {
        if (isStopped()) {
            return; // the shard was lost under the handler: the message is for the next owner
        }
        switch (decide(message, failure)) {
            case RESUME -> fail(letter, "failed", failure);
            case RESTART -> restart(letter, message, attempt, failure);
            case STOP -> {
                fail(letter, "failed, and stopped its actor", failure);
                endActivation();
            }
            case ESCALATE -> {
                LOG.error("entity {} has escalated a failure, and there is nobody above it", id, failure);
                fail(letter, "failed, escalated to nobody, and stopped its actor", failure);
                endActivation();
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

    private void restart(@Nullable Letter letter, M message, int attempt, Throwable failure) {
        endHandler();
        RestartBudget budget = restarts;
        if (budget == null) {
            RestartLimit limit = self.kind().options().restarts();
            budget = new RestartBudget(
                    limit.restarts(),
                    limit.within().toNanos(),
                    limit.backoff().toNanos(),
                    limit.maxBackoff().toNanos());
            restarts = budget;
        }
        long nowNs = kind.nanoTime();
        long waitNs = budget.onFailure(nowNs);
        if (waitNs == RestartBudget.EXHAUSTED) {
            fail(letter, "failed " + times(attempt) + ", and its actor was restarted too often", failure);
            endActivation();
            return;
        }
        if (attempt < Kind.MAX_ATTEMPTS) {
            retry = new Retry<>(nowNs + waitNs, letter, message, attempt + 1);
        } else {
            fail(letter, "failed " + times(attempt), failure);
            retry = new Retry<>(nowNs + waitNs, null, null, 0);
        }
        if (waitNs > 0) {
            kind.host.timers().schedule(nowNs + waitNs, this::wake);
        }
    }

    private static String times(int attempt) {
        return attempt == 1 ? "once" : attempt + " times";
    }

    /** What waits goes on with a new activation: in this cell, or in another one if nothing waits now. */
    private void endActivation() {
        endHandler();
        restarts = null;
        Stash aside = stash;
        if ((aside != null && !aside.isEmpty()) || !close()) {
            kind.onActivated();
        }
    }

    @Override
    boolean isIdle() {
        EntityTimers<M> set = timers;
        Stash aside = stash;
        return retry == null && (set == null || set.isEmpty()) && (aside == null || aside.isEmpty());
    }

    @Override
    void passivate() {
        kind.onPassivated();
        endActivation();
        context = null;
    }

    /** Ends the instance; its timers go with it, and what it had put aside is for the next one. */
    private void endHandler() {
        Handler<M> ended = handler;
        if (ended != null) {
            end(ended);
        }
        EntityTimers<M> set = timers;
        if (set != null) {
            set.clear();
        }
        Stash aside = stash;
        if (aside != null) {
            aside.takeBack();
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
            kind.host.endings().onEnded(ended);
        }
    }

    @Override
    boolean hasEnd() {
        Handler<M> current = handler;
        EntityTimers<M> set = timers;
        return (current != null && Endings.has(current)) || (set != null && !set.isEmpty());
    }

    @Override
    void onStopped() {
        endHandler();
        context = null;
        stash = null;
        retry = null;
    }

    private void fail(@Nullable Letter letter, String what, Throwable cause) {
        InboundMessage message = letter == null ? null : letter.message();
        LOG.warn("message {} to {} {}", message == null ? "of a timer" : message.id(), id, what, cause);
        String why = what + ": " + cause;
        if (message != null) {
            message.end(Ending.FAILED, why.getBytes(StandardCharsets.UTF_8));
        }
        kind.host.deadLetter(id, message, why);
    }
}
