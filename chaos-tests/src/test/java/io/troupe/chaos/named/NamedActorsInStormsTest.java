package io.troupe.chaos.named;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.troupe.actors.ActorContext;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.chaos.sim.TestCluster;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What was promised when a spawn completed holds whatever node is asked, and in whatever weather. */
class NamedActorsInStormsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration GUST = Duration.ofMillis(60);
    private static final Duration SHORT_GUST = Duration.ofMillis(2);
    private static final int GUSTS = 100;
    private static final int SEEDS = 40;
    private static final int NAMES = 12;

    record Who() implements Query<String> {}

    record Worker() implements Handler<Who> {
        static final Kind<Who> KIND = Kind.of("worker", Who.class, Worker::new).spawnedAs(Worker.class);

        @Override
        public void receive(Who message, ActorContext<Who> context) {
            context.reply(message, context.self().actorId());
        }
    }

    private static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Who.class).build();

    @Test
    void aNameThatIsSpawnedIsNeverRefused() {
        int told = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, Worker.KIND)) {
                for (int i = 0; i < NAMES; i++) {
                    String name = "w" + i;
                    // Too early: its owner asks the log for the name while the spawn is under way.
                    CompletableFuture<?> unused =
                            cluster.node(i % 3).entity(Worker.KIND, name).tell(new Who());
                    cluster.storm(SHORT_GUST);
                    CompletableFuture<Pid<Who>> spawned = cluster.node(i % 3)
                            .actorOf(Worker.class)
                            .withId(name)
                            .spawnAsync();
                    for (int gust = 0; gust < GUSTS && !spawned.isDone(); gust++) {
                        cluster.storm(SHORT_GUST);
                    }
                    if (!spawned.isDone() || spawned.isCompletedExceptionally()) {
                        continue; // its node was lost, or the log has not answered yet
                    }
                    // At once, from every node: the owner's copy of the registry may be behind.
                    List<CompletableFuture<SendOutcome>> outcomes = IntStream.range(0, 3)
                            .mapToObj(node ->
                                    cluster.node(node).entity(Worker.KIND, name).tell(new Who()))
                            .toList();
                    cluster.storm(GUST);
                    cluster.settle();
                    for (CompletableFuture<SendOutcome> outcome : outcomes) {
                        if (outcome.isDone()) {
                            assertThat(outcome.join())
                                    .as("seed %d, %s is spawned", seed, name)
                                    .isNotInstanceOf(SendOutcome.Failed.class);
                            told++;
                        }
                    }
                    CompletableFuture<Boolean> despawned =
                            cluster.node((i + 2) % 3).despawn(name);
                    assertThat(cluster.await(despawned, LIMIT)).isTrue();
                }
            }
        }
        // About one for each seed, over hundreds of them: most storms are over before all are answered.
        assertThat(told).isGreaterThan(SEEDS / 2);
    }
}
