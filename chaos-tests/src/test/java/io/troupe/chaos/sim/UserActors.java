package io.troupe.chaos.sim;

import java.time.Duration;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.transport.kryo.MessageRegistry;

/** What users of a simulated cluster have: two kinds of actors, and clusters that run them. */
final class UserActors {
    static final Duration LIMIT = Duration.ofSeconds(20);

    /** An account that never goes below zero. */
    static final class Account implements StatefulHandler<Account.State, Account.Message> {
        sealed interface Message extends Query<Long> {}

        record Deposit(long amount) implements Message {}

        record Withdraw(long amount) implements Message {}

        record State(long balance, long lastDraw) {}

        static final Kind<Message> KIND = Kind.durable("account", Message.class, State.class, Account::new);

        @Override
        public State initialState(EntityId id) {
            return new State(0, 0);
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            long change = message instanceof Deposit deposit ? deposit.amount() : -((Withdraw) message).amount();
            long next = state.balance() + change;
            return next < 0
                    ? Effect.reject("only " + state.balance() + " left")
                    : Effect.persist(new State(next, context.random())).thenReply(message, next);
        }
    }

    record Ping(int number) implements Query<Integer> {}

    /** A volatile actor: counts what it has seen in this activation. */
    static final class Pinged implements Handler<Ping> {
        static final Kind<Ping> KIND = Kind.of("pinged", Ping.class, Pinged::new);
        private int seen;

        @Override
        public void receive(Ping message, ActorContext<Ping> context) {
            context.reply(message, ++seen);
        }
    }

    static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Account.Deposit.class)
            .add(1001, Account.Withdraw.class)
            .add(1002, Account.State.class)
            .add(1003, Ping.class)
            .build();

    static TestCluster cluster(long seed) {
        return TestCluster.simulated(seed, 3, REGISTRY, Account.KIND, Pinged.KIND);
    }

    private UserActors() {}
}
