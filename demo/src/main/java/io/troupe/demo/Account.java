package io.troupe.demo;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.transport.kryo.MessageRegistry;

/** A durable entity that adds up the order lines sent to it: one for each customer, one for each stock item. */
public final class Account implements StatefulHandler<Account.State, Account.Message> {
    static final Kind<Message> CUSTOMER = Kind.durable("customer", Message.class, State.class, Account::new);
    static final Kind<Message> STOCK = Kind.durable("stock", Message.class, State.class, Account::new);
    private static final long CHAIN_FACTOR = 1_000_003;

    /** Made by its kinds. */
    Account() {}

    static void register(MessageRegistry.Builder messages) {
        messages.add(1000, Ordered.class).add(1001, Read.class).add(1002, State.class);
    }

    /** What an account understands. */
    public sealed interface Message {}

    /**
     * An order line to add.
     *
     * @param line           its position in the whole input
     * @param quantity       how many
     * @param unitPriceMilli the price of one, in thousandths
     */
    public record Ordered(long line, int quantity, long unitPriceMilli) implements Message {}

    /** Asks for the state. */
    public record Read() implements Message, Query<State> {}

    /**
     * What has been added up.
     *
     * @param events      how many lines
     * @param units       sum of the quantities
     * @param amountMilli sum of the amounts
     * @param lastLine    the last line
     * @param chain       depends on every line and on their order
     */
    public record State(long events, long units, long amountMilli, long lastLine, long chain) {}

    @Override
    public State initialState(EntityId id) {
        return new State(0, 0, 0, 0, 0);
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Read read) {
            return Effect.<State>none().thenReply(read, state);
        }
        Ordered order = (Ordered) message;
        return Effect.persist(new State(
                state.events() + 1,
                state.units() + order.quantity(),
                state.amountMilli() + order.quantity() * order.unitPriceMilli(),
                order.line(),
                state.chain() * CHAIN_FACTOR + order.line()));
    }
}
