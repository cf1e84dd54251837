package io.troupe.actors;

import java.time.Duration;

import io.troupe.transport.kryo.MessageRegistry;

/** Sends money by its outbox, hears whether it has arrived, and reminds itself. */
final class Account implements StatefulHandler<Account.State, Account.Message> {
    sealed interface Message {}

    record Deposit(long cents) implements Message {}

    record Transfer(String to, long cents) implements Message {}

    /** A transfer has arrived, or has not. */
    record Arrived(long cents) implements Message {}

    record Returned(long cents) implements Message {}

    record Close() implements Message {}

    record Read() implements Message, Query<State> {}

    /** To deposit so much later; a period of 0 means once. */
    record Save(String name, long cents, long delayMillis, long periodMillis) implements Message {}

    record Stop(String name) implements Message {}

    record Overdo(String what) implements Message {}

    record Tell(String diary, String text) implements Message {}

    record State(long cents, long underWay, int arrived, int returned, boolean closed) {
        State plus(long more) {
            return new State(cents + more, underWay, arrived, returned, closed);
        }
    }

    static final State EMPTY = new State(0, 0, 0, 0, false);
    static final Kind<Message> KIND = Kind.durable("account", Message.class, State.class, Account::new);

    static MessageRegistry.Builder register(MessageRegistry.Builder registry) {
        return registry.add(1101, Deposit.class)
                .add(1102, Transfer.class)
                .add(1103, Arrived.class)
                .add(1104, Returned.class)
                .add(1105, Close.class)
                .add(1106, Read.class)
                .add(1107, Save.class)
                .add(1108, Stop.class)
                .add(1109, Overdo.class)
                .add(1110, Tell.class)
                .add(1111, State.class);
    }

    static State read(ClusterActorSystem system, String id) {
        return system.entity(KIND, id).ask(new Read(), Duration.ofSeconds(30)).join();
    }

    @Override
    public State initialState(EntityId id) {
        return EMPTY;
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Deposit deposit) {
            return state.closed() ? Effect.reject("closed") : Effect.persist(state.plus(deposit.cents()));
        } else if (message instanceof Transfer transfer) {
            long cents = transfer.cents();
            if (cents > state.cents()) {
                return Effect.reject("only " + state.cents());
            }
            State next = new State(
                    state.cents() - cents, state.underWay() + cents, state.arrived(), state.returned(), state.closed());
            Pid<Message> to = context.entity(KIND, transfer.to());
            return Effect.persist(next).thenTell(to, new Deposit(cents), new Arrived(cents), new Returned(cents));
        } else if (message instanceof Arrived arrived) {
            return Effect.persist(new State(
                    state.cents(),
                    state.underWay() - arrived.cents(),
                    state.arrived() + 1,
                    state.returned(),
                    state.closed()));
        } else if (message instanceof Returned returned) {
            return Effect.persist(new State(
                    state.cents() + returned.cents(),
                    state.underWay() - returned.cents(),
                    state.arrived(),
                    state.returned() + 1,
                    state.closed()));
        } else if (message instanceof Close) {
            return Effect.persist(new State(state.cents(), state.underWay(), state.arrived(), state.returned(), true));
        } else if (message instanceof Read read) {
            return Effect.<State>none().thenReply(read, state);
        }
        return other(state, message, context);
    }

    private Effect<State> other(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Save save) {
            Duration delay = Duration.ofMillis(save.delayMillis());
            Deposit deposit = new Deposit(save.cents());
            return save.periodMillis() == 0
                    ? Effect.<State>none().thenRemind(save.name(), delay, deposit)
                    : Effect.<State>none()
                            .thenRemindEvery(
                                    save.name(),
                                    delay,
                                    Duration.ofMillis(save.periodMillis()),
                                    CatchUp.LATEST,
                                    deposit);
        } else if (message instanceof Stop stop) {
            return Effect.<State>none().thenForget(stop.name());
        } else if (message instanceof Tell tell) {
            Pid<Diary.Note> diary = context.entity(OutboxTest.DIARY, tell.diary());
            return Effect.<State>none().thenTell(diary, new Diary.Note(tell.text()));
        } else if (message instanceof Overdo overdo) {
            return overdo(state, overdo.what(), context);
        }
        throw new IllegalArgumentException("no such message: " + message);
    }

    @SuppressWarnings({"unchecked", "FutureReturnValueIgnored"}) // mistakes under test
    private static Effect<State> overdo(State state, String what, ActorContext<Message> context) {
        switch (what) {
            case "delete" -> {
                return Effect.delete();
            }
            case "wrong notice" -> {
                return Effect.persist(state)
                        .thenTell(context.self(), new Deposit(1), "no message of mine", new Returned(1));
            }
            case "wrong message" -> {
                return Effect.persist(state).thenTell((Pid<Object>) (Pid<?>) context.self(), "no message of yours");
            }
            case "tell at once" -> {
                context.self().tell(new Deposit(1));
                return Effect.none();
            }
            case "ask at once" -> {
                context.self().ask(new Read(), Duration.ofSeconds(1));
                return Effect.none();
            }
            default -> {
                Effect<State> effect = Effect.none();
                for (int i = 0; i <= Effect.MAX_INTENTS; i++) {
                    effect.thenTell(context.self(), new Deposit(1));
                }
                return effect;
            }
        }
    }
}
