package io.troupe.actors;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import io.troupe.cluster.MessageId;
import org.jspecify.annotations.Nullable;

/** The context of the calls of one turn. What belongs to a call is refused outside of it. */
final class VolatileContext<M> implements ActorContext<M> {
    private final VolatileCell<M> cell;
    /** The thread of the call under way; null between calls. */
    private @Nullable Thread caller;
    /** What is being handled; null in calls without a message. */
    private @Nullable Mail message;

    private @Nullable Object reply;
    /** Asked for in one of the calls since it was taken last: preStart may ask, too. */
    private boolean passivation;

    private boolean stashed;

    VolatileContext(VolatileCell<M> cell) {
        this.cell = cell;
    }

    void begin(@Nullable Mail next) {
        message = next;
        reply = null;
        stashed = false;
        caller = Thread.currentThread();
    }

    /** {@return the answer that the call has given} */
    @Nullable
    Object end() {
        Object given = reply;
        caller = null;
        message = null;
        reply = null;
        return given;
    }

    /** {@return true if a call has asked to leave the memory} */
    boolean takePassivation() {
        boolean asked = passivation;
        passivation = false;
        return asked;
    }

    /** {@return true if the call has put its message aside} */
    boolean hasStashed() {
        return stashed;
    }

    private void inCall(String what) {
        if (caller != Thread.currentThread()) {
            throw new IllegalStateException(what + " of " + cell.id
                    + " works only within a call of its handler, on the thread of the call: send the actor a message"
                    + " instead");
        }
    }

    @Override
    public Pid<M> self() {
        return cell.self();
    }

    @Override
    public long fencingToken() {
        return cell.home.epoch();
    }

    @Override
    public @Nullable MessageId messageId() {
        inCall("messageId");
        return message == null ? null : message.id();
    }

    @Override
    public long nanoTime() {
        return cell.kind.nanoTime();
    }

    @Override
    public long random() {
        return cell.kind.runtime.platform.random();
    }

    @Override
    public boolean isOwner() {
        return cell.home.mayRun();
    }

    @Override
    public <R> void reply(Query<R> query, R value) {
        Objects.requireNonNull(query);
        inCall("reply");
        if (message == null) {
            throw new IllegalStateException("nobody has asked " + cell.id + ": reply only in receive, to a message");
        }
        if (stashed) {
            throw new IllegalStateException("the message is stashed: answer it when it comes back");
        }
        if (reply != null) {
            throw new IllegalStateException("the message is answered already, with " + reply);
        }
        reply = Objects.requireNonNull(value, "reply needs a value");
    }

    @Override
    public void passivate() {
        inCall("passivate");
        passivation = true;
    }

    @Override
    public void schedule(String key, Duration delay, M later) {
        inCall("schedule");
        cell.belongings().timers().schedule(Objects.requireNonNull(key), delay, later);
    }

    @Override
    public boolean cancel(String key) {
        inCall("cancel");
        return cell.belongings().timers().cancel(Objects.requireNonNull(key));
    }

    @Override
    public void stash() {
        inCall("stash");
        if (message == null) {
            throw new IllegalStateException(
                    cell.id + " can stash in receive only, and only what somebody has sent: schedule a timer again");
        }
        if (reply != null) {
            throw new IllegalStateException("the message is answered already: stash it before, or not at all");
        }
        if (cell.belongings().stash().isFull()) {
            throw new IllegalStateException("the stash of " + cell.id + " is full (" + Stash.MAX_STASHED
                    + "): unstash in time, or answer that you are busy");
        }
        stashed = true;
    }

    /** {@return what is put aside, or was and comes again} */
    Stash stashed() {
        return cell.belongings().stash();
    }

    /** Ends the oldest messages that are put aside, each as failed, or as handled if there is no failure for it. */
    void endStashed(int oldest, Function<Object, @Nullable Exception> failures) {
        inCall("endStashed");
        cell.endStashed(oldest, failures);
    }

    @Override
    public void unstashAll() {
        inCall("unstashAll");
        cell.belongings().stash().takeBack();
    }

    @Override
    public <C> Pid<C> spawnLocal(String name, Handler<C> child) {
        inCall("spawnLocal");
        return cell.belongings()
                .children()
                .spawn(name, null, Objects.requireNonNull(child, "spawnLocal needs a handler"));
    }

    @Override
    public <C> Pid<C> spawnLocal(String name, Kind<C> kind) {
        inCall("spawnLocal");
        return cell.belongings().children().spawn(name, Objects.requireNonNull(kind, "spawnLocal needs a kind"), null);
    }

    @Override
    public void stop(Pid<?> child) {
        inCall("stop");
        Children children = cell.childrenOrNull();
        if (children == null) {
            throw Children.notMine(cell.id, child);
        }
        children.end(child);
    }

    @Override
    public void watch(Pid<?> other, M later) {
        inCall("watch");
        cell.belongings().watches().watch(Watches.target(cell, other), later);
    }

    @Override
    public boolean unwatch(Pid<?> other) {
        inCall("unwatch");
        return cell.belongings().watches().unwatch(Watches.target(cell, other));
    }
}
