package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.troupe.transport.kryo.MessageRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Work over several entities that may live anywhere: steps one after the other, each a message to an entity, and for
 * what was done a message that undoes it. Durable: it goes on wherever and whenever nodes fail, and every message of it
 * takes effect exactly once on a durable entity. A step that is rejected or fails had no effect; then the steps before
 * it, which are known to be committed, are undone, the last first. Nothing is undone because of a time-out: a saga
 * waits until it is known how a step has ended. There is no isolation: others see what the steps have done so far.
 *
 * <p>A saga is an entity of {@link #kind()}: register that kind on every node, and start a saga by telling
 * {@link #start} to the entity whose id names it. Each id is used once, until {@link Builder#keptFor} has passed. After
 * Garcia-Molina and Salem, "Sagas" (1987).
 *
 * @param <T> what a saga is about: an immutable class, registered with the messages
 */
public final class Saga<T> {
    /** How long a saga that has ended is kept, unless it says otherwise. */
    public static final Duration DEFAULT_KEPT_FOR = Duration.ofDays(1);

    /** Most steps. */
    public static final int MAX_STEPS = 100;

    private final Class<T> type;
    private final List<Step<T>> steps;
    private final @Nullable Calls<T> end;
    private final Duration keptFor;
    private final Kind<Message> kind;

    private Saga(Builder<T> builder) {
        type = builder.type;
        steps = List.copyOf(builder.steps);
        end = builder.end;
        keptFor = builder.keptFor;
        kind = Kind.durable(builder.name, Message.class, State.class, () -> new SagaHandler<>(this));
    }

    /** What a saga takes. */
    public sealed interface Message permits Start, Undo, GetStatus, StepEnded, Forget {}

    /**
     * Starts it; make it with {@link Saga#start}.
     *
     * @param data what it is about
     */
    public record Start(Object data) implements Message {}

    /**
     * Asks a {@link Phase#STUCK} saga to try again to undo the step that could not be undone. Without effect on any
     * other.
     */
    public record Undo() implements Message {}

    /** Asks how far it is. */
    public record GetStatus() implements Message, Query<Status> {}

    /**
     * A message of a step has ended; the saga tells itself.
     *
     * @param step   the step, from 0
     * @param undone whether it was the message that undoes it
     * @param done   whether it has taken effect
     */
    record StepEnded(int step, boolean undone, boolean done) implements Message {}

    /** It was kept for long enough; the saga tells itself. */
    record Forget() implements Message {}

    /**
     * How far a saga is.
     *
     * @param phase what it does
     * @param step  the name of the step that it waits for, or that has ended it; empty if there is none
     */
    public record Status(Phase phase, String step) {}

    /** What a saga does. */
    public enum Phase {
        /** It was not started, or it was forgotten. */
        UNKNOWN,
        /** A step is under way. */
        RUNNING,
        /** A step had no effect, and those before it are being undone. */
        UNDOING,
        /** All steps are committed. */
        DONE,
        /** A step had no effect, and nothing of the others is left. */
        UNDONE,
        /** A step could not be undone: a person must look, and then tell {@link Undo}. */
        STUCK
    }

    /**
     * What is stored of a saga.
     *
     * @param phase what it does
     * @param step  the step that is meant, from 0
     * @param data  what it is about; null before the start
     */
    record State(Phase phase, int step, @Nullable Object data) {}

    /** One step; without an undo there is nothing to undo. */
    record Step<T>(String name, Calls<T> call, @Nullable Calls<T> undo) {}

    /**
     * A message to an entity.
     *
     * @param to      the entity
     * @param message the message
     * @param <M>     its messages
     */
    public record Call<M>(Pid<M> to, M message) {}

    /**
     * Makes the message of a step. It may run more than once, and must always make the same.
     *
     * @param <T> what the saga is about
     */
    @FunctionalInterface
    public interface Calls<T> {
        /**
         * Makes the message.
         *
         * @param data    what the saga is about
         * @param context gives the addresses of entities
         * @return the message and its receiver
         */
        Call<?> make(T data, ActorContext<?> context);
    }

    /**
     * Describes a saga.
     *
     * @param name the name of its kind, unique in the cluster
     * @param type what a saga is about
     * @param <T>  what a saga is about
     * @return its builder
     */
    public static <T> Builder<T> named(String name, Class<T> type) {
        return new Builder<>(name, type);
    }

    /** {@return the kind of these sagas, to start nodes with} */
    public Kind<Message> kind() {
        return kind;
    }

    /**
     * {@return the message that starts a saga} Told to one that was started before it is rejected.
     *
     * @param data what it is about
     */
    public Start start(T data) {
        return new Start(type.cast(Objects.requireNonNull(data)));
    }

    Class<T> type() {
        return type;
    }

    List<Step<T>> steps() {
        return steps;
    }

    @Nullable
    Calls<T> end() {
        return end;
    }

    Duration keptFor() {
        return keptFor;
    }

    /** Adds the classes of every saga. */
    static void register(MessageRegistry.Builder registry) {
        registry.addReserved(200, Start.class)
                .addReserved(201, Undo.class)
                .addReserved(202, GetStatus.class)
                .addReserved(203, StepEnded.class)
                .addReserved(204, Forget.class)
                .addReserved(205, Status.class)
                .addReserved(206, Phase.class)
                .addReserved(207, State.class);
    }

    /**
     * Describes a saga. The steps of sagas that run are known by their numbers: add new steps behind the others.
     *
     * @param <T> what a saga is about
     */
    public static final class Builder<T> {
        private final String name;
        private final Class<T> type;
        private final List<Step<T>> steps = new ArrayList<>();
        private @Nullable Calls<T> end;
        private Duration keptFor = DEFAULT_KEPT_FOR;

        private Builder(String name, Class<T> type) {
            this.name = name;
            this.type = Objects.requireNonNull(type);
        }

        /**
         * Adds a step that can be undone.
         *
         * @param step names it
         * @param call what does it
         * @param undo what undoes it, once it is committed
         * @return this
         */
        public Builder<T> step(String step, Calls<T> call, Calls<T> undo) {
            steps.add(new Step<>(step, Objects.requireNonNull(call), Objects.requireNonNull(undo)));
            return this;
        }

        /**
         * Adds a step of which nothing is to be undone, such as the last one.
         *
         * @param step names it
         * @param call what does it
         * @return this
         */
        public Builder<T> step(String step, Calls<T> call) {
            steps.add(new Step<>(step, Objects.requireNonNull(call), null));
            return this;
        }

        /**
         * Tells somebody that a saga is done or undone.
         *
         * @param call what is told; it can ask the saga for its {@link Status}
         * @return this
         */
        public Builder<T> end(Calls<T> call) {
            end = Objects.requireNonNull(call);
            return this;
        }

        /**
         * Keeps a saga that is done or undone for so long, to answer and to reject a second start; then it is deleted.
         *
         * @param time how long; {@link #DEFAULT_KEPT_FOR} without it
         * @return this
         * @throws IllegalArgumentException if it is negative or longer than {@link Effect#LONGEST_DELAY}
         */
        public Builder<T> keptFor(Duration time) {
            if (time.isNegative() || time.compareTo(Effect.LONGEST_DELAY) > 0) {
                throw new IllegalArgumentException("saga " + name + " can be kept for zero to "
                        + Effect.LONGEST_DELAY.toDays() + " days, not for " + time);
            }
            keptFor = time;
            return this;
        }

        /**
         * {@return the saga}
         *
         * @throws IllegalArgumentException if it has no step or more than {@value #MAX_STEPS}, or the name is none
         */
        public Saga<T> build() {
            if (steps.isEmpty() || steps.size() > MAX_STEPS) {
                throw new IllegalArgumentException(
                        "saga " + name + " must have 1 to " + MAX_STEPS + " steps, not " + steps.size());
            }
            return new Saga<>(this);
        }
    }
}
