package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.Saga;
import io.troupe.actors.Saga.Call;
import io.troupe.actors.Saga.Phase;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The bank of many a talk: transfers by saga, in clusters that fail. Each is done or undone, and the sum is what it
 * was.
 */
class SagaSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int ACCOUNTS = 4;
    private static final int SEEDS = Integer.getInteger("troupe.saga.seeds", 150);

    sealed interface Message {}

    record Deposit(long cents) implements Message {}

    record Withdraw(long cents) implements Message {}

    /** Never rejected. */
    record Refund(long cents) implements Message {}

    record Look() implements Message, Query<State> {}

    /** Money, and how often it changed. */
    record State(long cents, int changes) {}

    record Transfer(String from, String to, long cents) {}

    static final class Account implements StatefulHandler<State, Message> {
        static final Kind<Message> KIND = Kind.durable("account", Message.class, State.class, Account::new);

        @Override
        public State initialState(EntityId id) {
            return new State(0, 0);
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            if (message instanceof Deposit deposit) {
                return state.cents + deposit.cents > 1_200
                        ? Effect.reject("too rich")
                        : Effect.persist(new State(state.cents + deposit.cents, state.changes + 1));
            } else if (message instanceof Withdraw withdraw) {
                return withdraw.cents > state.cents
                        ? Effect.reject("only " + state.cents)
                        : Effect.persist(new State(state.cents - withdraw.cents, state.changes + 1));
            } else if (message instanceof Refund refund) {
                return Effect.persist(new State(state.cents + refund.cents, state.changes + 1));
            }
            return Effect.<State>none().thenReply((Look) message, state);
        }
    }

    private static final Saga<Transfer> TRANSFER = Saga.named("transfer", Transfer.class)
            .step(
                    "withdraw",
                    (transfer, context) -> account(context, transfer.from(), new Withdraw(transfer.cents())),
                    (transfer, context) -> account(context, transfer.from(), new Refund(transfer.cents())))
            .step("deposit", (transfer, context) -> account(context, transfer.to(), new Deposit(transfer.cents())))
            .build();

    private static Call<Message> account(ActorContext<?> context, String id, Message message) {
        return new Call<>(context.entity(Account.KIND, id), message);
    }

    private static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Deposit.class)
            .add(1001, Withdraw.class)
            .add(1002, Look.class)
            .add(1003, State.class)
            .add(1004, Transfer.class)
            .add(1005, Refund.class)
            .build();

    /** What the bank has come to. */
    private record Result(int done, int undone, long hash) {}

    private static Phase phase(TestCluster cluster, String id) {
        return cluster.await(cluster.node(0).entity(TRANSFER.kind(), id).ask(new Saga.GetStatus(), LIMIT), LIMIT)
                .phase();
    }

    private static Result run(long seed) {
        SplitMix draws = new SplitMix(seed);
        try (TestCluster cluster = TestCluster.simulated(
                seed, 3, (int) (seed % 2), (int) (seed % 3), REGISTRY, Account.KIND, TRANSFER.kind())) {
            for (int account = 0; account < ACCOUNTS; account++) {
                SendOutcome opened = cluster.await(
                        cluster.node(0).entity(Account.KIND, "a" + account).tell(new Deposit(1_000)), LIMIT);
                assertThat(opened).isInstanceOf(SendOutcome.Committed.class);
            }
            List<Transfer> transfers = new ArrayList<>();
            for (int round = 0; round < 8; round++) {
                for (int i = 0; i < 3; i++) {
                    Transfer transfer = new Transfer(
                            "a" + draws.below(ACCOUNTS), "a" + draws.below(ACCOUNTS), 20 + draws.below(200));
                    CompletableFuture<?> unused = cluster.node(draws.below(cluster.nodes()))
                            .entity(TRANSFER.kind(), "t" + transfers.size())
                            .tell(TRANSFER.start(transfer));
                    transfers.add(transfer);
                }
                cluster.storm(Duration.ofMillis(100));
            }
            cluster.settle();
            Map<String, Long> expected = new HashMap<>();
            int done = 0;
            int undone = 0;
            for (int number = 0; number < transfers.size(); number++) {
                Phase phase = ended(cluster, "t" + number);
                assertThat(phase).as("saga t%d, seed %d", number, seed).isIn(Phase.DONE, Phase.UNDONE, Phase.UNKNOWN);
                undone += phase == Phase.UNDONE ? 1 : 0;
                if (phase == Phase.DONE) {
                    done++;
                    expected.merge(
                            transfers.get(number).from(), -transfers.get(number).cents(), Long::sum);
                    expected.merge(
                            transfers.get(number).to(), transfers.get(number).cents(), Long::sum);
                }
            }
            for (int account = 0; account < ACCOUNTS; account++) {
                State state = cluster.await(
                        cluster.node(1).entity(Account.KIND, "a" + account).ask(new Look(), LIMIT), LIMIT);
                assertThat(state.cents)
                        .as("account a%d, seed %d", account, seed)
                        .isEqualTo(1_000 + expected.getOrDefault("a" + account, 0L));
            }
            return new Result(done, undone, cluster.traceHash());
        }
    }

    private static Phase ended(TestCluster cluster, String id) {
        Phase phase = phase(cluster, id);
        for (int i = 0; i < 100 && (phase == Phase.RUNNING || phase == Phase.UNDOING); i++) {
            cluster.run(Duration.ofMillis(100));
            phase = phase(cluster, id);
        }
        return phase;
    }

    @Test
    void everyTransferIsDoneOrUndoneAndEveryAccountIsRight() {
        int done = 0;
        int undone = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Result result = run(seed);
            done += result.done;
            undone += result.undone;
        }
        assertThat(done).isGreaterThan(SEEDS);
        assertThat(undone).isGreaterThan(SEEDS);
    }

    @Test
    void aRunWithSagasCanBeRepeated() {
        assertThat(run(3)).isEqualTo(run(3));
    }
}
