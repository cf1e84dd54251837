package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Actors that wake themselves, in clusters that fail. */
class TimerSimulationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration PERIOD = Duration.ofMillis(15);

    record Tick(boolean first) implements Query<Long> {}

    /** Sees all runs of one simulation, which has one thread. */
    private static final class Seen {
        final Map<String, Long> newestToken = new HashMap<>();
        final List<String> wrong = new ArrayList<>();
        long ticks;
    }

    private static Kind<Tick> ticker(Seen seen) {
        return Kind.of("ticker", Tick.class, () -> new Handler<Tick>() {
            @Override
            public void receive(Tick tick, ActorContext<Tick> context) {
                String id = context.self().actorId();
                long token = context.fencingToken();
                long newest = seen.newestToken.merge(id, token, Math::max);
                if (!context.isOwner() || token < newest) {
                    seen.wrong.add(id + " ran under " + token + " after " + newest + ", owner " + context.isOwner());
                }
                if (tick.first()) {
                    context.reply(tick, token);
                } else {
                    seen.ticks++;
                }
                context.schedule("tick", PERIOD, new Tick(false));
            }
        });
    }

    private static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Tick.class).build();

    private static long run(long seed, Seen seen) {
        try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, ticker(seen))) {
            for (int round = 0; round < 6; round++) {
                for (int entity = 0; entity < 4; entity++) {
                    CompletableFuture<?> unused = cluster.node(entity % 3)
                            .entity(ticker(seen), "t" + entity)
                            .tell(new Tick(true));
                }
                cluster.storm(Duration.ofMillis(200));
            }
            cluster.settle();
            for (int entity = 0; entity < 4; entity++) {
                cluster.await(cluster.node(0).entity(ticker(seen), "t" + entity).ask(new Tick(true), LIMIT), LIMIT);
            }
            long before = seen.ticks;
            cluster.run(Duration.ofSeconds(1));
            assertThat(seen.ticks - before)
                    .as("ticks of a calm second, seed %d", seed)
                    .isBetween(200L, 4L * 70);
            return cluster.traceHash();
        }
    }

    @Test
    void timersRunUnderALeaseOnlyAndNeverForASupersededOwner() {
        for (long seed = 1; seed <= 40; seed++) {
            Seen seen = new Seen();
            run(seed, seen);
            assertThat(seen.wrong).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void aRunWithTimersCanBeRepeated() {
        assertThat(run(5, new Seen())).isEqualTo(run(5, new Seen()));
    }
}
