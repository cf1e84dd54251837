package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Entities that leave the memory all the time, in clusters that fail. */
class PassivationSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    record Add(long amount) implements Query<Long> {}

    record Sum(long sum) {}

    /** Leaves by itself, or because nobody uses it, or because there are too many. */
    static final class Fleeting implements StatefulHandler<Sum, Add> {
        static final Kind<Add> KIND = Kind.durable("fleeting", Add.class, Sum.class, Fleeting::new)
                .passivateAfter(Duration.ofMillis(30))
                .maxActive(2);

        @Override
        public Sum initialState(EntityId id) {
            return new Sum(0);
        }

        @Override
        public Effect<Sum> receive(Sum state, Add message, ActorContext<Add> context) {
            if (message.amount() % 2 == 1) {
                context.passivate();
            }
            long sum = state.sum() + message.amount();
            return Effect.persist(new Sum(sum)).thenReply(message, sum);
        }
    }

    private static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Add.class).add(1001, Sum.class).build();

    @Test
    void entitiesThatLeaveInAStormLoseAndDoubleNothing() {
        long passivations = 0;
        for (long seed = 1; seed <= 40; seed++) {
            try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, Fleeting.KIND)) {
                long all = 0;
                List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
                List<Long> amounts = new ArrayList<>();
                for (int round = 0; round < 12; round++) {
                    for (int node = 0; node < cluster.nodes(); node++) {
                        long amount = 1L + (round + node) % 4;
                        told.add(cluster.node(node)
                                .entity(Fleeting.KIND, "f" + round % 4)
                                .tell(new Add(amount)));
                        amounts.add(amount);
                        all += amount;
                    }
                    cluster.storm(Duration.ofMillis(100));
                }
                cluster.settle();
                long done = 0;
                for (int i = 0; i < told.size(); i++) {
                    if (told.get(i).isDone() && told.get(i).join() instanceof SendOutcome.Committed) {
                        done += amounts.get(i);
                    }
                }
                long sum = 0;
                for (int entity = 0; entity < 4; entity++) {
                    sum += cluster.await(
                            cluster.node(entity % 3)
                                    .entity(Fleeting.KIND, "f" + entity)
                                    .ask(new Add(0), LIMIT),
                            LIMIT);
                }
                assertThat(sum).as("sum with seed %d", seed).isBetween(done, all);
                for (int node = 0; node < cluster.nodes(); node++) {
                    passivations += cluster.node(node).metrics().passivations();
                }
            }
        }
        assertThat(passivations).isGreaterThan(100);
    }
}
