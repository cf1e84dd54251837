package io.troupe.actors;

import java.time.Duration;

/** A durable entity for tests: a sum and the order in which it came to be. */
final class Counter implements StatefulHandler<Counter.State, Counter.Message> {
    sealed interface Message permits Add, Get, Break {}

    record Add(long amount) implements Message {}

    record Get() implements Message, Query<State> {}

    record Break(String how) implements Message {}

    record State(long sum, long adds, long chain) {}

    private static final Duration LIMIT = Duration.ofSeconds(30);
    static final Kind<Message> KIND = Kind.durable("counter", Message.class, State.class, Counter::new);

    /** {@return what the counter of this id says when it is asked through this node} */
    static State read(ClusterActorSystem system, String id) {
        return read(system, KIND, id);
    }

    static State read(ClusterActorSystem system, Kind<Message> kind, String id) {
        return system.entity(kind, id).ask(new Get(), LIMIT).join();
    }

    @Override
    public State initialState(EntityId id) {
        return new State(0, 0, 0);
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Add add) {
            return add.amount() < 0
                    ? Effect.reject("amount " + add.amount() + " is negative")
                    : Effect.persist(new State(
                            state.sum() + add.amount(), state.adds() + 1, state.chain() * 1_000_003 + add.amount()));
        }
        if (message instanceof Get get) {
            return Effect.<State>none().thenReply(get, state);
        }
        throw new IllegalStateException("told to break: " + ((Break) message).how());
    }
}
