package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.transport.kryo.MessageRegistry;

/** What users of a test cluster have: a durable kind, and a volatile one that tells what it gets to somebody else. */
final class KitActors {
    static final Duration LIMIT = Duration.ofMinutes(2);

    /** Counts what is added, for ever. */
    static final class Counter implements StatefulHandler<Counter.State, Counter.Add> {
        record Add(int number) implements Query<Integer> {}

        record State(int sum) {}

        static final Kind<Add> KIND = Kind.durable("counter", Add.class, State.class, Counter::new);

        @Override
        public State initialState(EntityId id) {
            return new State(0);
        }

        @Override
        public Effect<State> receive(State state, Add add, ActorContext<Add> context) {
            int sum = state.sum() + add.number();
            return Effect.persist(new State(sum)).thenReply(add, sum);
        }
    }

    sealed interface News permits Said, Whispered {}

    record Said(String what) implements News {}

    record Whispered(String what) implements News {}

    /** Passes on what it is told, from the node on which it runs. */
    static final class Herald implements Handler<News> {
        static final Kind<News> KIND = Kind.of("herald", News.class, Herald::new);

        @Override
        public void receive(News news, ActorContext<News> context) {
            TestClusterContract.HANDLED.incrementAndGet();
            CompletableFuture<?> unused = Objects.requireNonNull(TestClusterContract.PROBE.get())
                    .ref((ClusterActorSystem) context.self().system())
                    .tell(news);
        }

        @Override
        public void postStop(ActorContext<News> context) {
            TestClusterContract.STOPPED.incrementAndGet();
        }
    }

    static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Counter.Add.class)
            .add(1001, Counter.State.class)
            .add(1002, Said.class)
            .add(1003, Whispered.class)
            .build();

    private KitActors() {}
}
