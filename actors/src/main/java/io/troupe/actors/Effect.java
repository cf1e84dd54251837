package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a message does to a durable entity. Nothing of it is visible before it is committed: the state, the mark that the
 * message is settled and the reply are one transaction, and what {@link #thenRun} was given runs after it. An effect
 * belongs to one message.
 *
 * @param <S> the state
 */
public final class Effect<S> {
    private final @Nullable S next;
    private final @Nullable String rejection;
    private final List<Runnable> afterCommit = new ArrayList<>(0);
    private @Nullable Object reply;
    private boolean used;

    private Effect(@Nullable S next, @Nullable String rejection) {
        this.next = next;
        this.rejection = rejection;
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
                Objects.requireNonNull(next, "persist needs a state: use none() to leave it as it is"), null);
    }

    /**
     * Leaves the state as it is.
     *
     * @param <S> the state
     * @return the effect
     */
    public static <S> Effect<S> none() {
        return new Effect<>(null, null);
    }

    /**
     * Refuses the message; its sender gets {@code Rejected} with the reason.
     *
     * @param why the reason
     * @param <S> the state
     * @return the effect
     */
    public static <S> Effect<S> reject(String why) {
        return new Effect<>(null, Objects.requireNonNull(why));
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

    @Nullable
    S next() {
        return next;
    }

    @Nullable
    String rejection() {
        return rejection;
    }

    @Nullable
    Object reply() {
        return reply;
    }

    List<Runnable> afterCommit() {
        return afterCommit;
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
