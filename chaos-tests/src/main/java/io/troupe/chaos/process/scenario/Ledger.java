package io.troupe.chaos.process.scenario;

import java.util.ArrayList;
import java.util.List;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.transport.kryo.MessageRegistry;

/** A durable entity that remembers every entry in the order of its effect, with the epoch that wrote it. */
final class Ledger implements StatefulHandler<Ledger.State, Ledger.Message> {
    static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Enter.class)
            .add(1001, Read.class)
            .add(1002, State.class)
            .build();

    private final BeliefLog beliefs;

    private Ledger(BeliefLog beliefs) {
        this.beliefs = beliefs;
    }

    /** {@return the kind, as a node runs it} */
    static Kind<Message> kind(BeliefLog beliefs) {
        return Kind.durable("ledger", Message.class, State.class, () -> new Ledger(beliefs));
    }

    sealed interface Message permits Enter, Read {}

    record Enter(int number) implements Message {}

    record Read() implements Message, Query<State> {}

    record Entry(long epoch, int number) {}

    /**
     * Everything that took effect.
     *
     * @param text {@code epoch:number,number,...;epoch:number,...} A longer form would slow down every commit.
     */
    record State(String text) {
        List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
                int colon = part.indexOf(':');
                long epoch = Long.parseLong(part.substring(0, colon));
                for (String number : part.substring(colon + 1).split(",", -1)) {
                    entries.add(new Entry(epoch, Integer.parseInt(number)));
                }
            }
            return entries;
        }

        State with(Entry entry) {
            String epoch = entry.epoch() + ":";
            if (text.startsWith(epoch, text.lastIndexOf(';') + 1)) {
                return new State(text + "," + entry.number());
            }
            return new State(text + (text.isEmpty() ? "" : ";") + epoch + entry.number());
        }
    }

    @Override
    public State initialState(EntityId id) {
        return new State("");
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        // The time is taken before the question: if it is owner still, it was so at this instant, however long a
        // pause of the process lies between the two.
        long nowNs = System.nanoTime();
        if (context.isOwner()) {
            beliefs.note(context.self().entity().id(), context.fencingToken(), nowNs);
        }
        if (message instanceof Read read) {
            return Effect.<State>none().thenReply(read, state);
        }
        return Effect.persist(state.with(new Entry(context.fencingToken(), ((Enter) message).number())));
    }
}
