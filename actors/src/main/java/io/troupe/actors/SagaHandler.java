package io.troupe.actors;

import io.troupe.actors.Saga.Call;
import io.troupe.actors.Saga.Calls;
import io.troupe.actors.Saga.Phase;
import io.troupe.actors.Saga.State;
import io.troupe.actors.Saga.Status;
import io.troupe.actors.Saga.Step;
import io.troupe.actors.Saga.StepEnded;
import org.jspecify.annotations.Nullable;

/**
 * One saga. RUNNING step n: steps before n are committed, and n is under way. UNDOING step n: those above n had no
 * effect or are undone, and the undo of n is under way. So whatever is undone is known to be committed, and nothing is
 * undone twice. A step whose message cannot be sent has no effect; an undo that cannot be sent leaves it STUCK.
 */
final class SagaHandler<T> implements StatefulHandler<State, Saga.Message>, InsteadOfFailure<State, Saga.Message> {
    private final Saga<T> saga;

    SagaHandler(Saga<T> saga) {
        this.saga = saga;
    }

    @Override
    public State initialState(EntityId id) {
        return new State(Phase.UNKNOWN, 0, null);
    }

    @Override
    public Effect<State> receive(State state, Saga.Message message, ActorContext<Saga.Message> context) {
        if (message instanceof Saga.Start start) {
            return state.phase() == Phase.UNKNOWN
                    ? run(new State(Phase.RUNNING, 0, saga.type().cast(start.data())), context)
                    : Effect.reject("saga " + context.self() + " was started before");
        } else if (message instanceof StepEnded ended) {
            return onEnd(state, ended, context);
        } else if (message instanceof Saga.Undo) {
            return state.phase() == Phase.STUCK ? undo(state, state.step(), context) : Effect.none();
        } else if (message instanceof Saga.GetStatus query) {
            return Effect.<State>none().thenReply(query, status(state));
        }
        return state.phase() == Phase.DONE || state.phase() == Phase.UNDONE ? Effect.delete() : Effect.none();
    }

    private Status status(State state) {
        return new Status(
                state.phase(),
                state.phase() == Phase.UNKNOWN
                        ? ""
                        : saga.steps().get(state.step()).name());
    }

    private Effect<State> onEnd(State state, StepEnded ended, ActorContext<Saga.Message> context) {
        int step = ended.step();
        if (!ended.undone()) {
            if (!ended.done()) {
                return undo(state, step - 1, context);
            }
            return step + 1 == saga.steps().size()
                    ? end(new State(Phase.DONE, step, state.data()), context)
                    : run(new State(Phase.RUNNING, step + 1, state.data()), context);
        }
        return ended.done()
                ? undo(state, step - 1, context)
                : Effect.persist(new State(Phase.STUCK, step, state.data()));
    }

    /** The end of a message was told once, and nobody tells it again. */
    @Override
    public @Nullable Effect<State> instead(
            State state, Saga.Message message, int choice, ActorContext<Saga.Message> context) {
        if (!(message instanceof StepEnded ended) || (ended.undone() && !ended.done())) {
            return null; // its sender hears that it failed; or there is nothing that can fail
        }
        boolean forward = ended.done() && !ended.undone();
        if (!forward) {
            return choice == 0 ? stop(state, ended.step() - 1) : null;
        } else if (ended.step() + 1 == saga.steps().size()) {
            return choice == 0 ? last(new State(Phase.DONE, ended.step(), state.data())) : null;
        }
        return switch (choice) {
            case 0 -> undo(state, ended.step(), context);
            case 1 -> stop(state, ended.step());
            default -> null;
        };
    }

    /** Without a message: if there is nothing to undo from a step on downwards, it is over, else somebody must look. */
    private Effect<State> stop(State state, int from) {
        int step = undoable(from);
        return step < 0
                ? last(new State(Phase.UNDONE, Math.max(0, from), state.data()))
                : Effect.persist(new State(Phase.STUCK, step, state.data()));
    }

    private Effect<State> run(State next, ActorContext<Saga.Message> context) {
        Step<T> step = saga.steps().get(next.step());
        return tell(next, step.call(), false, context);
    }

    /** Undoes the given step or the highest one below it that has something to undo. */
    private Effect<State> undo(State state, int from, ActorContext<Saga.Message> context) {
        int step = undoable(from);
        Calls<T> undo = step < 0 ? null : saga.steps().get(step).undo();
        return undo == null
                ? end(new State(Phase.UNDONE, Math.max(0, from), state.data()), context)
                : tell(new State(Phase.UNDOING, step, state.data()), undo, true, context);
    }

    private int undoable(int from) {
        int step = from;
        while (step >= 0 && saga.steps().get(step).undo() == null) {
            step--;
        }
        return step;
    }

    private Effect<State> tell(State next, Calls<T> calls, boolean undone, ActorContext<Saga.Message> context) {
        return tell(
                Effect.persist(next),
                calls.make(data(next), context),
                new StepEnded(next.step(), undone, true),
                new StepEnded(next.step(), undone, false));
    }

    private static <M> Effect<State> tell(Effect<State> effect, Call<M> call, StepEnded done, StepEnded refused) {
        return effect.thenTell(call.to(), call.message(), done, refused);
    }

    private static <M> void tell(Effect<State> effect, Call<M> call) {
        effect.thenTell(call.to(), call.message());
    }

    private Effect<State> end(State last, ActorContext<Saga.Message> context) {
        Effect<State> effect = last(last);
        Calls<T> end = saga.end();
        if (end != null) {
            tell(effect, end.make(data(last), context));
        }
        return effect;
    }

    private Effect<State> last(State last) {
        return Effect.persist(last).thenRemind("forget", saga.keptFor(), new Saga.Forget());
    }

    private T data(State state) {
        @Nullable Object data = state.data();
        if (data == null) {
            throw new IllegalStateException("saga in phase " + state.phase() + " has no data");
        }
        return saga.type().cast(data);
    }
}
