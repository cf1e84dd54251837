package io.troupe.demo;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.Saga;
import io.troupe.actors.StatefulHandler;
import io.troupe.actors.Transaction;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * A bank without a database: an account is a durable entity, a transfer from one to another a saga or a transaction.
 */
public final class Bank implements StatefulHandler<Bank.State, Bank.Message> {
    /** No account may hold more: some deposits are refused, so that some transfers must be undone. */
    static final long MOST = 1_100;

    /** Accounts of one branch share a shard. */
    private static final int BRANCH = 20;

    static final Kind<Message> ACCOUNT = Kind.durable("bank-account", Message.class, State.class, Bank::new)
            .shardBy(id -> id.substring(0, id.indexOf('/')));

    static final Saga<Transfer> TRANSFER = Saga.named("bank-transfer", Transfer.class)
            .step(
                    "withdraw",
                    (transfer, context) -> call(context, transfer.from(), new Withdraw(transfer.amount())),
                    (transfer, context) -> call(context, transfer.from(), new Refund(transfer.amount())))
            .step("deposit", (transfer, context) -> call(context, transfer.to(), new Deposit(transfer.amount())))
            .build();

    /** Made by its kind. */
    Bank() {}

    /** What an account understands. */
    public sealed interface Message {}

    /**
     * Puts money in; refused beyond {@link #MOST}.
     *
     * @param amount how much
     */
    public record Deposit(long amount) implements Message {}

    /**
     * Takes money out; refused if there is less.
     *
     * @param amount how much
     */
    public record Withdraw(long amount) implements Message {}

    /**
     * Puts back what was taken out; never refused.
     *
     * @param amount how much
     */
    public record Refund(long amount) implements Message {}

    /** Asks for the state. */
    public record Look() implements Message, Query<State> {}

    /**
     * An account.
     *
     * @param balance what it holds
     * @param changes how often that changed
     */
    public record State(long balance, long changes) {
        State plus(long amount) {
            return new State(balance + amount, changes + 1);
        }
    }

    /**
     * What a transfer is about.
     *
     * @param from   the account that pays
     * @param to     the account that gets it
     * @param amount how much
     */
    public record Transfer(String from, String to, long amount) {}

    /** {@return the name of an account, which begins with that of its branch} */
    static String account(int number) {
        return "b" + number / BRANCH + "/a" + number;
    }

    /** {@return the number of another account of the same branch, if that has one} */
    static int neighbour(int number, int step, int accounts) {
        int first = number / BRANCH * BRANCH;
        int size = Math.min(BRANCH, accounts - first);
        return size == 1 ? number : first + (number - first + 1 + step % (size - 1)) % size;
    }

    static Transaction transaction(ClusterActorSystem system, Transfer transfer) {
        return system.transaction()
                .with(system.entity(ACCOUNT, transfer.from()), new Withdraw(transfer.amount()))
                .with(system.entity(ACCOUNT, transfer.to()), new Deposit(transfer.amount()));
    }

    private static Saga.Call<Message> call(ActorContext<?> context, String account, Message message) {
        return new Saga.Call<>(context.entity(ACCOUNT, account), message);
    }

    static void register(MessageRegistry.Builder messages) {
        messages.add(1010, Deposit.class)
                .add(1011, Withdraw.class)
                .add(1012, Refund.class)
                .add(1013, Look.class)
                .add(1014, State.class)
                .add(1015, Transfer.class);
    }

    @Override
    public State initialState(EntityId id) {
        return new State(0, 0);
    }

    @Override
    public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
        if (message instanceof Deposit deposit) {
            return state.balance() + deposit.amount() > MOST
                    ? Effect.reject("the account holds " + state.balance() + ", and no more than " + MOST)
                    : Effect.persist(state.plus(deposit.amount()));
        } else if (message instanceof Withdraw withdraw) {
            return withdraw.amount() > state.balance()
                    ? Effect.reject("the account holds " + state.balance())
                    : Effect.persist(state.plus(-withdraw.amount()));
        } else if (message instanceof Refund refund) {
            return Effect.persist(state.plus(refund.amount()));
        }
        return Effect.<State>none().thenReply((Look) message, state);
    }
}
