package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.ActorContext;
import io.troupe.actors.AskException;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Asks with an address for the answer, in clusters that fail: what the asker hears is true of the effect. */
class ReplyAddressSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int ENTITIES = 4;
    private static final int ASKS = 24;
    private static final int SEEDS = Integer.getInteger("troupe.address.seeds", 25);
    private static final long FIRST = Long.getLong("troupe.address.first", 1);

    sealed interface Message {}

    record Enter(int number, Pid<Integer> replyTo) implements Message {}

    record Look() implements Message, Query<State> {}

    record State(List<Integer> numbers) {}

    static final class Register implements StatefulHandler<State, Message> {
        static final Kind<Message> KIND = Kind.durable("register", Message.class, State.class, Register::new);

        @Override
        public State initialState(EntityId id) {
            return new State(List.of());
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            if (message instanceof Enter enter) {
                List<Integer> numbers = new ArrayList<>(state.numbers());
                numbers.add(enter.number());
                return Effect.persist(new State(numbers)).thenTell(enter.replyTo(), enter.number());
            }
            return Effect.<State>none().thenReply((Look) message, state);
        }
    }

    private static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Enter.class)
            .add(1001, Look.class)
            .add(1002, State.class)
            .build();

    /** How many asks ended how, over all seeds. */
    private final TreeMap<String, Integer> ends = new TreeMap<>();

    @Test
    void whatTheAskerHearsIsTrueOfTheEffect() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed);
        }
        if (SEEDS > 1) {
            assertThat(ends).containsKeys("answered", "Committed", "Unknown");
        }
    }

    private void run(long seed) {
        try (TestCluster cluster = TestCluster.simulated(seed, 3, MESSAGES, Register.KIND)) {
            List<CompletableFuture<Integer>> asks = new ArrayList<>();
            List<ClusterActorSystem> askers = new ArrayList<>();
            for (int part = 0; part < 3; part++) {
                for (int i = 0; i < ASKS / 3; i++) {
                    int number = asks.size();
                    ClusterActorSystem asker = cluster.node(number % 3);
                    askers.add(asker);
                    Pid<Message> register = asker.entity(Register.KIND, "r" + number % ENTITIES);
                    asks.add(register.ask(me -> new Enter(number, me), TIMEOUT));
                }
                cluster.storm(Duration.ofMillis(400));
            }
            cluster.settle();
            cluster.run(TIMEOUT);
            List<Integer> entered = new ArrayList<>();
            for (int i = 0; i < ENTITIES; i++) {
                Pid<Message> register = cluster.node(0).entity(Register.KIND, "r" + i);
                entered.addAll(
                        cluster.await(register.ask(new Look(), LIMIT), LIMIT).numbers());
            }
            String replay = "seed " + seed + "; replay with -Dtroupe.address.seeds=1 -Dtroupe.address.first=" + seed;
            assertThat(entered).as(replay).doesNotHaveDuplicates();
            for (int number = 0; number < asks.size(); number++) {
                if (asks.get(number).isDone()) {
                    check(asks.get(number), number, entered.contains(number), replay);
                } else { // only an asker that was killed hears nothing
                    assertThat(cluster.node(number % 3)).as(replay).isNotSameAs(askers.get(number));
                }
            }
        }
    }

    private void check(CompletableFuture<Integer> ask, int number, boolean entered, String replay) {
        try {
            assertThat(ask.join()).as(replay).isEqualTo(number);
            assertThat(entered).as(replay + ": " + number + " was answered").isTrue();
            ends.merge("answered", 1, Integer::sum);
        } catch (CompletionException e) {
            SendOutcome outcome = ((AskException) Objects.requireNonNull(e.getCause())).outcome();
            ends.merge(outcome.getClass().getSimpleName(), 1, Integer::sum);
            if (!(outcome instanceof SendOutcome.Unknown)) {
                assertThat(entered)
                        .as(replay + ": " + number + " ended as " + outcome)
                        .isEqualTo(outcome instanceof SendOutcome.Committed);
            }
        }
    }
}
