package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.CatchUp;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Entities that send money to each other and remind themselves, in clusters that fail. */
class OutboxSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    static final int ACCOUNTS = 5;
    private static final int SEEDS = Integer.getInteger("troupe.outbox.seeds", 200);
    private static final long FIRST = Long.getLong("troupe.outbox.first", 1);

    sealed interface Message {}

    record Open(long cents) implements Message {}

    record Send(String to, long cents, boolean remind) implements Message {}

    /** The number counts what this sender has sent to this receiver. */
    record Receive(String from, long number, long cents) implements Message {}

    record Arrived(long cents) implements Message {}

    record Refused(long cents) implements Message {}

    record Due(String name) implements Message {}

    /** Takes back every reminder that has not come. */
    record Cancel() implements Message {}

    record Tick() implements Message {}

    record Look() implements Message, Query<State> {}

    /**
     * All that one account knows.
     *
     * @param pending  the reminders that were set, and have neither come nor been cancelled
     * @param sent     how many messages went to whom
     * @param received the number of the newest one from whom
     */
    record State(
            long cents,
            long underWay,
            long refused,
            long ticks,
            Map<String, Long> pending,
            Map<String, Long> sent,
            Map<String, Long> received,
            String wrong) {}

    static final class Account implements StatefulHandler<State, Message> {
        static final Kind<Message> KIND = Kind.durable("account", Message.class, State.class, Account::new)
                .passivateAfter(Duration.ofMillis(200));

        @Override
        public State initialState(EntityId id) {
            return new State(0, 0, 0, 0, Map.of(), Map.of(), Map.of(), "");
        }

        @Override
        public Effect<State> receive(State s, Message message, ActorContext<Message> context) {
            if (message instanceof Open open) {
                return Effect.persist(with(s, s.cents + open.cents, s.underWay, s.refused))
                        .thenRemindEvery(
                                "tick", Duration.ofMillis(20), Duration.ofMillis(50), CatchUp.LATEST, new Tick());
            } else if (message instanceof Send send) {
                return send(s, send, context);
            } else if (message instanceof Receive receive) {
                return receive(s, receive);
            } else if (message instanceof Arrived arrived) {
                return Effect.persist(with(s, s.cents, s.underWay - arrived.cents, s.refused));
            } else if (message instanceof Refused refused) {
                return Effect.persist(
                        with(s, s.cents + refused.cents, s.underWay - refused.cents, s.refused + refused.cents));
            } else if (message instanceof Due due) {
                String wrong = s.pending.containsKey(due.name) ? "" : "reminded of " + due.name + "; ";
                return Effect.persist(reminded(s, s.ticks, without(s.pending, due.name), s.wrong + wrong));
            } else if (message instanceof Cancel) {
                Effect<State> effect = Effect.persist(reminded(s, s.ticks, Map.of(), s.wrong));
                new TreeSet<>(s.pending.keySet()).forEach(effect::thenForget);
                return effect;
            } else if (message instanceof Tick) {
                return Effect.persist(reminded(s, s.ticks + 1, s.pending, s.wrong));
            } else if (message instanceof Look look) {
                return Effect.<State>none().thenReply(look, s);
            }
            throw new IllegalArgumentException("no such message: " + message);
        }

        private static State with(State s, long cents, long underWay, long refused) {
            return new State(cents, underWay, refused, s.ticks, s.pending, s.sent, s.received, s.wrong);
        }

        private static State reminded(State s, long ticks, Map<String, Long> pending, String wrong) {
            return new State(s.cents, s.underWay, s.refused, ticks, pending, s.sent, s.received, wrong);
        }

        private static Map<String, Long> without(Map<String, Long> map, String key) {
            Map<String, Long> next = new HashMap<>(map);
            next.remove(key);
            return Map.copyOf(next);
        }

        private static Map<String, Long> put(Map<String, Long> map, String key, long value) {
            Map<String, Long> next = new HashMap<>(map);
            next.put(key, value);
            return Map.copyOf(next);
        }

        private static Effect<State> send(State s, Send send, ActorContext<Message> context) {
            if (send.cents > s.cents) {
                return Effect.reject("only " + s.cents);
            }
            long number = s.sent.getOrDefault(send.to, 0L) + 1;
            String name = send.to + "-" + number;
            State next = new State(
                    s.cents - send.cents,
                    s.underWay + send.cents,
                    s.refused,
                    s.ticks,
                    send.remind ? put(s.pending, name, number) : s.pending,
                    put(s.sent, send.to, number),
                    s.received,
                    s.wrong);
            Effect<State> effect = Effect.persist(next)
                    .thenTell(
                            context.entity(KIND, send.to),
                            new Receive(context.self().actorId(), number, send.cents),
                            new Arrived(send.cents),
                            new Refused(send.cents));
            return send.remind ? effect.thenRemind(name, Duration.ofMillis(30), new Due(name)) : effect;
        }

        private static Effect<State> receive(State s, Receive receive) {
            if (receive.cents == 13) {
                // Its number is taken all the same by whoever comes next: a rejection changes nothing.
                return Effect.reject("unlucky");
            }
            long newest = s.received.getOrDefault(receive.from, 0L);
            String wrong = receive.number > newest ? s.wrong : s.wrong + receive + " after " + newest + "; ";
            return Effect.persist(new State(
                    s.cents + receive.cents,
                    s.underWay,
                    s.refused,
                    s.ticks,
                    s.pending,
                    s.sent,
                    put(s.received, receive.from, receive.number),
                    wrong));
        }
    }

    static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Open.class)
            .add(1001, Send.class)
            .add(1002, Receive.class)
            .add(1003, Arrived.class)
            .add(1004, Refused.class)
            .add(1005, Due.class)
            .add(1006, Tick.class)
            .add(1007, Look.class)
            .add(1008, State.class)
            .add(1009, Cancel.class)
            .build();

    private static State look(TestCluster cluster, int account) {
        return cluster.await(
                cluster.node(account % 3).entity(Account.KIND, "a" + account).ask(new Look(), LIMIT), LIMIT);
    }

    private static long outbox(TestCluster cluster) {
        long outbox = 0;
        for (int node = 0; node < cluster.nodes(); node++) {
            outbox += cluster.node(node).metrics().outbox();
        }
        return outbox;
    }

    private static long run(long seed) {
        SplitMix draws = new SplitMix(seed);
        try (TestCluster cluster =
                TestCluster.simulated(seed, 3, (int) (seed % 2), (int) (seed % 3), REGISTRY, Account.KIND)) {
            for (int account = 0; account < ACCOUNTS; account++) {
                SendOutcome opened = cluster.await(
                        cluster.node(0).entity(Account.KIND, "a" + account).tell(new Open(1_000)), LIMIT);
                assertThat(opened).isInstanceOf(SendOutcome.Committed.class);
            }
            List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
            for (int round = 0; round < 12; round++) {
                CompletableFuture<?> unused = cluster.node(draws.below(cluster.nodes()))
                        .entity(Account.KIND, "a" + draws.below(ACCOUNTS))
                        .tell(new Cancel());
                for (int i = 0; i < 6; i++) {
                    told.add(cluster.node(draws.below(cluster.nodes()))
                            .entity(Account.KIND, "a" + draws.below(ACCOUNTS))
                            .tell(new Send("a" + draws.below(ACCOUNTS), 1 + draws.below(15), draws.below(2) == 0)));
                }
                cluster.storm(Duration.ofMillis(100));
            }
            cluster.settle();
            assertThat(told)
                    .as("outcomes, seed %d", seed)
                    .noneMatch(outcome -> outcome.isDone() && outcome.join() instanceof SendOutcome.Failed);
            checkAtRest(cluster, seed);
            return cluster.traceHash();
        }
    }

    /** All that is under way arrives, and then every account is right. */
    static void checkAtRest(TestCluster cluster, long seed) {
        for (int i = 0; i < 100 && outbox(cluster) > 0; i++) {
            cluster.run(Duration.ofMillis(100));
        }
        cluster.run(Duration.ofMillis(500));
        assertThat(outbox(cluster))
                .as("messages that have not arrived, seed %d", seed)
                .isZero();
        check(cluster, seed);
    }

    private static void check(TestCluster cluster, long seed) {
        long cents = 0;
        for (int account = 0; account < ACCOUNTS; account++) {
            State state = look(cluster, account);
            cents += state.cents;
            assertThat(state.wrong)
                    .as("order and reminders of a%d, seed %d", account, seed)
                    .isEmpty();
            assertThat(state.underWay)
                    .as("under way from a%d, seed %d", account, seed)
                    .isZero();
            assertThat(state.pending)
                    .as("reminders that never came to a%d, seed %d", account, seed)
                    .isEmpty();
            assertThat(state.ticks).as("ticks of a%d, seed %d", account, seed).isPositive();
        }
        assertThat(cents).as("the sum, seed %d", seed).isEqualTo(1_000L * ACCOUNTS);
    }

    @Test
    void moneyIsNeitherLostNorDoubledNorReorderedAndEveryReminderComesOnce() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed);
        }
    }

    @Test
    void aRunWithOutboxesCanBeRepeated() {
        assertThat(run(7)).isEqualTo(run(7));
    }
}
