package io.troupe.actors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.troupe.actors.Saga.Call;
import io.troupe.cluster.ClusterConfig;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The code of {@code docs/durable.md} is this code, and does what the page says. */
@Timeout(120)
@SuppressWarnings("SameNameButDifferent") // as users write it
class DocumentedDurableTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static final class Order implements StatefulHandler<Order.State, Order.Message> {
        sealed interface Message permits Place, Reserved, OutOfStock, TimeOut, Look {}

        record Place(String item) implements Message {}

        record Reserved() implements Message {}

        record OutOfStock() implements Message {}

        record TimeOut() implements Message {}

        record Look() implements Message, Query<State> {}

        record State(String item, String status) {}

        static final Kind<Message> KIND = Kind.durable("order", Message.class, State.class, Order::new);

        @Override
        public State initialState(EntityId id) {
            return new State("", "new");
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            if (message instanceof Place place) {
                if (!state.status().equals("new")) {
                    return Effect.reject("placed before");
                }
                return Effect.persist(new State(place.item(), "placed"))
                        .thenTell(
                                context.entity(Stock.KIND, place.item()),
                                new Stock.Take(1),
                                new Reserved(), // comes back when the stock has committed
                                new OutOfStock()) // or when it has refused
                        .thenRemind("pay", Duration.ofDays(7), new TimeOut());
            } else if (message instanceof Reserved) {
                return Effect.persist(new State(state.item(), "reserved"));
            } else if (message instanceof OutOfStock) {
                return Effect.persist(new State(state.item(), "refused")).thenForget("pay");
            } else if (message instanceof Look look) {
                return Effect.<State>none().thenReply(look, state);
            }
            return Effect.delete(); // nobody has paid
        }
    }

    static final class Stock implements StatefulHandler<Stock.State, Stock.Message> {
        sealed interface Message permits Add, Take, Left {}

        record Add(int pieces) implements Message {}

        record Take(int pieces) implements Message {}

        record Left() implements Message, Query<State> {}

        record State(int pieces) {}

        static final Kind<Message> KIND = Kind.durable("stock", Message.class, State.class, Stock::new);

        @Override
        public State initialState(EntityId id) {
            return new State(0);
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            if (message instanceof Take take) {
                return take.pieces() > state.pieces()
                        ? Effect.reject("only " + state.pieces() + " left")
                        : Effect.persist(new State(state.pieces() - take.pieces()));
            } else if (message instanceof Add add) {
                return Effect.persist(new State(state.pieces() + add.pieces()));
            }
            return Effect.<State>none().thenReply((Left) message, state);
        }
    }

    record Swap(String from, String to, int pieces) {}

    static final Saga<Swap> SWAP = Saga.named("swap", Swap.class)
            .step(
                    "take",
                    (swap, context) ->
                            new Call<>(context.entity(Stock.KIND, swap.from()), new Stock.Take(swap.pieces())),
                    (swap, context) ->
                            new Call<>(context.entity(Stock.KIND, swap.from()), new Stock.Add(swap.pieces())))
            .step(
                    "add",
                    (swap, context) -> new Call<>(context.entity(Stock.KIND, swap.to()), new Stock.Add(swap.pieces())))
            .build();

    static final Kind<Stock.Message> SHELF = Kind.durable("shelf", Stock.Message.class, Stock.State.class, Stock::new)
            .shardBy(id -> id.substring(0, id.indexOf('/'))); // all shelves of one room share a shard

    private static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Order.Place.class)
            .add(1001, Order.Reserved.class)
            .add(1002, Order.OutOfStock.class)
            .add(1003, Order.TimeOut.class)
            .add(1004, Order.Look.class)
            .add(1005, Order.State.class)
            .add(1006, Stock.Add.class)
            .add(1007, Stock.Take.class)
            .add(1008, Stock.Left.class)
            .add(1009, Stock.State.class)
            .add(1010, Swap.class)
            .build();

    @Test
    void theCodeOfThePageDoesWhatItSays(@TempDir Path directory) {
        ClusterConfig config = ClusterConfig.builder("u1")
                .addNode("u1", "127.0.0.1", Ports.draw(), Ports.draw())
                .dataDir(directory)
                .shards(16)
                .build();
        try (ClusterActorSystem system = ClusterActorSystem.start(
                        config, MESSAGES, Order.KIND, Stock.KIND, SWAP.kind(), SHELF)
                .join()) {
            system.entity(Stock.KIND, "lamp").tell(new Stock.Add(3)).join();
            system.entity(Order.KIND, "1").tell(new Order.Place("lamp")).join();
            system.entity(Order.KIND, "2").tell(new Order.Place("chair")).join();
            awaitStatus(system, "1", "reserved");
            awaitStatus(system, "2", "refused");
            await().untilAsserted(() -> assertThat(system.metrics().reminders())
                    .as("of the order that waits")
                    .isEqualTo(1));
            swap(system);
            move(system);
        }
    }

    private static void move(ClusterActorSystem system) {
        system.entity(SHELF, "cellar/left").tell(new Stock.Add(3)).join();
        TransactionOutcome outcome = system.transaction()
                .with(system.entity(SHELF, "cellar/left"), new Stock.Take(2))
                .with(system.entity(SHELF, "cellar/right"), new Stock.Add(2))
                .commit()
                .join();
        assertThat(outcome).isInstanceOf(TransactionOutcome.Committed.class);
        assertThat(system.entity(SHELF, "cellar/right")
                        .ask(new Stock.Left(), LIMIT)
                        .join()
                        .pieces())
                .isEqualTo(2);
    }

    private static void swap(ClusterActorSystem system) {
        system.entity(SWAP.kind(), "s")
                .tell(SWAP.start(new Swap("lamp", "shelf", 2)))
                .join();
        await().atMost(LIMIT).until(() -> {
            EntityState<Stock.State> shelf = system.read(
                            system.entity(Stock.KIND, "shelf"), Stock.State.class, Read.LINEARIZABLE)
                    .join();
            return new Stock.State(2).equals(shelf.state());
        });
    }

    private static void awaitStatus(ClusterActorSystem system, String order, String status) {
        await().atMost(LIMIT)
                .until(() -> system.entity(Order.KIND, order)
                        .ask(new Order.Look(), LIMIT)
                        .join()
                        .status()
                        .equals(status));
    }

    @Test
    void theCodeOfThePageIsCompiledHere() throws IOException {
        String page = Files.readString(Path.of("../docs/durable.md"));
        String here = Files.readString(Path.of("src/test/java/io/troupe/actors/DocumentedDurableTest.java"));
        Matcher code = Pattern.compile("(?s)```java\n(.*?)```").matcher(page);
        int blocks = 0;
        for (; code.find(); blocks++) {
            assertThat(here.replaceAll("\\s+", " "))
                    .contains(code.group(1).replaceAll("\\s+", " ").strip());
        }
        assertThat(blocks).isEqualTo(5);
    }
}
