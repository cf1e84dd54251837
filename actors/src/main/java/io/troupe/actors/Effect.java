package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a message does to a durable entity. Nothing of it is visible before it is committed: the state, the mark that
 * the message is settled, the reply, what is sent and the reminders are one transaction, and what {@link #thenRun} was
 * given runs after it. An effect belongs to one message.
 *
 * @param <S> the state
 */
public final class Effect<S> {
    /** Messages and reminders of one effect. */
    public static final int MAX_INTENTS = 100;

    /** The longest time until a reminder, and between two ticks of one. */
    public static final Duration LONGEST_DELAY = Duration.ofDays(3650);

    /** Longest name of a reminder, in characters. */
    public static final int MAX_NAME_LENGTH = 100;

    private final @Nullable S next;
    private final @Nullable String rejection;
    private final boolean deletes;
    private final List<Runnable> afterCommit = new ArrayList<>(0);
    private final List<Intent> intents = new ArrayList<>(0);
    private @Nullable Object reply;
    private boolean used;

    private Effect(@Nullable S next, @Nullable String rejection, boolean deletes) {
        this.next = next;
        this.rejection = rejection;
        this.deletes = deletes;
    }

    /**
     * Replaces the state.
     *
     * @param next the new state
     * @param <S>  the state
     * @return the effect
     */
    public static <S> Effect<S> persist(S next) {
        return new Effect<>(
                Objects.requireNonNull(next, "persist needs a state: use none() to leave it as it is"), null, false);
    }

    /**
     * Leaves the state as it is.
     *
     * @param <S> the state
     * @return the effect
     */
    public static <S> Effect<S> none() {
        return new Effect<>(null, null, false);
    }

    /**
     * Deletes the entity: its next message finds the initial state, and its reminders are gone. What it has sent
     * arrives all the same.
     *
     * @param <S> the state
     * @return the effect
     */
    public static <S> Effect<S> delete() {
        return new Effect<>(null, null, true);
    }

    /**
     * Refuses the message; its sender gets {@code Rejected} with the reason.
     *
     * @param why the reason
     * @param <S> the state
     * @return the effect
     */
    public static <S> Effect<S> reject(String why) {
        return new Effect<>(null, Objects.requireNonNull(why), false);
    }

    /**
     * Answers an ask, once the effect is committed.
     *
     * @param query the message being handled
     * @param value the answer; its class must be registered
     * @param <R>   the type of the answer
     * @return this
     * @throws IllegalStateException if there is an answer already, or the effect is a rejection
     */
    public <R> Effect<S> thenReply(Query<R> query, R value) {
        Objects.requireNonNull(query);
        if (reply != null || rejection != null) {
            throw new IllegalStateException("an effect has one answer: " + (rejection != null ? "it rejects" : reply));
        }
        reply = Objects.requireNonNull(value, "thenReply needs a value");
        return this;
    }

    /**
     * Sends a message if, and only if, the effect is committed. It then outlives every node that can fail without the
     * loss of a majority: a durable receiver applies it exactly once, a volatile one handles it at least once. The
     * messages of one entity to another arrive in order. One that is rejected, fails or finds its mailbox full has
     * ended without effect: the receiver's node has a dead letter of it.
     *
     * <p>What is told to the address for an answer is sent once the effect is committed, at most once: the effect
     * stands whether it arrives or not. {@link #thenReply} stores an answer with the effect.
     *
     * @param to      the receiver, an entity, or the address for an answer that a message has brought
     * @param message the message
     * @param <T>     the receiver's messages
     * @return this
     * @throws IllegalArgumentException if the receiver is an actor of this process alone
     * @throws IllegalStateException if the effect is a rejection, or has {@value #MAX_INTENTS} messages and reminders
     */
    public <T> Effect<S> thenTell(Pid<T> to, T message) {
        Objects.requireNonNull(message);
        return add(
                to instanceof RemoteReplyPid<?> address
                        ? new Intent.Answer(address, message)
                        : new Intent.Tell(EntityPid.of(to), message, null, null));
    }

    /**
     * As {@link #thenTell(Pid, Object)}, and the sender hears of the end: one of the two messages comes back to it, as
     * one of its own, exactly once. It waits as long as the end is not known.
     *
     * @param to        the receiver, an entity
     * @param message   the message
     * @param onDone    a message of this entity's own, for when the receiver has handled it; a durable one has
     *     committed
     * @param onRefused a message of this entity's own, for when the receiver has rejected it or failed: it had no
     *     effect
     * @param <T>       the receiver's messages
     * @return this
     * @throws IllegalArgumentException if the receiver is an actor of this process alone
     * @throws IllegalStateException if the effect is a rejection, or has {@value #MAX_INTENTS} messages and reminders
     */
    public <T> Effect<S> thenTell(Pid<T> to, T message, Object onDone, Object onRefused) {
        return add(new Intent.Tell(
                EntityPid.of(to),
                Objects.requireNonNull(message),
                Objects.requireNonNull(onDone),
                Objects.requireNonNull(onRefused)));
    }

    /**
     * Sets a reminder: the entity gets the message later, whoever fails meanwhile, and its effect is applied exactly
     * once. It replaces the reminder of that name. By the clock that the cluster's leader writes to the log it never
     * comes before its time, and after it by a few hundred milliseconds, or as long as nobody runs the entity.
     *
     * @param name    names the reminder within the entity: 1 to {@value #MAX_NAME_LENGTH} characters without '/'
     * @param delay   zero to {@link #LONGEST_DELAY}; counts in milliseconds
     * @param message a message of this entity's own
     * @return this
     * @throws IllegalArgumentException if the name or the delay is out of range
     * @throws IllegalStateException if the effect is a rejection, or has {@value #MAX_INTENTS} messages and reminders
     */
    public Effect<S> thenRemind(String name, Duration delay, Object message) {
        return add(new Intent.Remind(
                checked(name), millis("delay", name, delay), 0, CatchUp.LATEST, Objects.requireNonNull(message)));
    }

    /**
     * As {@link #thenRemind}, again and again, until it is cancelled or replaced.
     *
     * @param name    names the reminder within the entity
     * @param delay   until the first tick
     * @param period  from one tick to the next, 1 ms at least
     * @param catchUp what becomes of ticks that were missed
     * @param message a message of this entity's own
     * @return this
     * @throws IllegalArgumentException if the name, the delay or the period is out of range
     * @throws IllegalStateException if the effect is a rejection, or has {@value #MAX_INTENTS} messages and reminders
     */
    public Effect<S> thenRemindEvery(String name, Duration delay, Duration period, CatchUp catchUp, Object message) {
        long periodMillis = millis("period", name, period);
        if (periodMillis == 0) {
            throw new IllegalArgumentException("the period of reminder " + name + " (" + period + ") must be 1 ms to "
                    + LONGEST_DELAY.toDays() + " days");
        }
        return add(new Intent.Remind(
                checked(name), millis("delay", name, delay), periodMillis, catchUp, Objects.requireNonNull(message)));
    }

    /**
     * Cancels a reminder. Its message is not handled any more, even if its time has come. Without effect if there is
     * none.
     *
     * @param name names the reminder
     * @return this
     * @throws IllegalArgumentException if the name is none
     * @throws IllegalStateException if the effect is a rejection, or has {@value #MAX_INTENTS} messages and reminders
     */
    public Effect<S> thenForget(String name) {
        return add(new Intent.Forget(checked(name)));
    }

    /**
     * Runs something on the actor's thread after the effect is committed. It may be lost with the node, and must not
     * throw.
     *
     * @param action what to run
     * @return this
     */
    public Effect<S> thenRun(Runnable action) {
        afterCommit.add(Objects.requireNonNull(action));
        return this;
    }

    private Effect<S> add(Intent intent) {
        if (rejection != null) {
            throw new IllegalStateException("a rejected message has no effect: use none() for one that only sends");
        }
        if (intents.size() == MAX_INTENTS) {
            throw new IllegalStateException("an effect has " + MAX_INTENTS
                    + " messages and reminders at most: let the entity tell itself to go on with the rest");
        }
        intents.add(intent);
        return this;
    }

    private static String checked(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("the name of a reminder ('" + name + "') must be 1 to " + MAX_NAME_LENGTH
                    + " characters without '/'");
        }
        return name;
    }

    private static long millis(String what, String name, Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("the " + what + " of reminder " + name + " (" + time
                    + ") must be zero to " + LONGEST_DELAY.toDays() + " days");
        }
        return time.toMillis();
    }

    @Nullable
    S next() {
        return next;
    }

    @Nullable
    String rejection() {
        return rejection;
    }

    boolean deletes() {
        return deletes;
    }

    @Nullable
    Object reply() {
        return reply;
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    List<Intent> intents() {
        return intents;
    }

    /** Marks the effect as taken; an effect kept in a field and returned twice is a bug in the handler. */
    Effect<S> take() {
        if (used) {
            throw new IllegalStateException("this effect was returned before: make a new one for every message");
        }
        used = true;
        return this;
    }
}
