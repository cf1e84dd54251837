package io.troupe.chaos.process;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.transport.kryo.MessageRegistry;

/** A durable entity that remembers every increment by its id, so that a lost and a doubled one can be named. */
final class Ledger implements StatefulHandler<Ledger.State, Ledger.Message> {
    static final Kind<Message> KIND = Kind.durable("ledger", Message.class, State.class, Ledger::new);
    static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Increment.class)
            .add(1001, Read.class)
            .add(1002, State.class)
            .build();

    sealed interface Message permits Increment, Read {}

    record Increment(int id) implements Message {}

    record Read() implements Message, Query<State> {}

    /**
     * Everything that took effect.
     *
     * @param times at each id a digit: how often it took effect
     */
    record State(String times) {
        int timesOf(int id) {
            return id < times.length() ? times.charAt(id) - '0' : 0;
        }
    }

    @Override
    public State initialState(EntityId id) {
        return new State("");
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Read read) {
            return Effect.<State>none().thenReply(read, state);
        }
        int id = ((Increment) message).id();
        StringBuilder next = new StringBuilder(state.times());
        while (next.length() <= id) {
            next.append('0');
        }
        next.setCharAt(id, (char) (next.charAt(id) + 1));
        return Effect.persist(new State(next.toString()));
    }
}
