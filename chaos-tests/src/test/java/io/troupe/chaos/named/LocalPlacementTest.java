package io.troupe.chaos.named;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.chaos.kit.TestCluster;
import io.troupe.cluster.ShardSet;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Actors whose shards are placed where they are spawned first. */
class LocalPlacementTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ShardSet NEAR = ShardSet.of("near", 12).by(ShardSet.Strategy.LOCAL);

    /** Says on which node it runs. */
    static final class Guide implements Handler<Guide.Where> {
        record Where() implements Query<String> {}

        static final Kind<Where> KIND =
                Kind.of("guide", Where.class, Guide::new).spawnedAs(Guide.class).in(NEAR);

        @Override
        public void receive(Where message, ActorContext<Where> context) {
            context.reply(message, ((ClusterActorSystem) context.self().system()).nodeId());
        }
    }

    private static final MessageRegistry REGISTRY =
            MessageRegistry.builder().add(1000, Guide.Where.class).build();

    private static int shardOf(TestCluster cluster, String name) {
        return cluster.node(0).cluster().shardOf(NEAR, "guide", name);
    }

    /** Names, each on a shard of its own. */
    private static List<String> apart(TestCluster cluster, int count) {
        List<String> names = new ArrayList<>();
        TreeSet<Integer> shards = new TreeSet<>();
        for (int i = 0; names.size() < count; i++) {
            if (shards.add(shardOf(cluster, "g" + i))) {
                names.add("g" + i);
            }
        }
        return names;
    }

    private static Pid<Guide.Where> spawn(TestCluster cluster, int node, String name) {
        return cluster.await(
                cluster.node(node).actorOf(Guide.class).withId(name).spawnAsync(), LIMIT);
    }

    private static String where(TestCluster cluster, Pid<Guide.Where> actor) {
        return cluster.await(actor.ask(new Guide.Where(), LIMIT), LIMIT);
    }

    private static void whoIsFirstHasIt(TestCluster cluster) {
        List<String> names = apart(cluster, 3);
        List<Pid<Guide.Where>> actors = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            Pid<Guide.Where> actor = spawn(cluster, node, names.get(node));
            assertThat(where(cluster, actor)).isEqualTo(cluster.node(node).nodeId());
            actors.add(actor);
        }
        // Whoever comes second to a shard lives with the first.
        String second = IntStream.range(0, 1_000)
                .mapToObj(i -> "h" + i)
                .filter(name -> shardOf(cluster, name) == shardOf(cluster, names.get(0)))
                .findFirst()
                .orElseThrow();
        assertThat(where(cluster, spawn(cluster, 2, second)))
                .isEqualTo(cluster.node(0).nodeId());
        for (int node = 0; node < 3; node++) {
            assertThat(where(cluster, actors.get(node)))
                    .as("balance leaves it there")
                    .isEqualTo(cluster.node(node).nodeId());
        }
    }

    @Test
    void anActorLivesWhereItIsSpawnedIfItsShardHasNoOther() {
        for (long seed = 1; seed <= 2; seed++) {
            try (TestCluster cluster = TestCluster.simulated(seed, 3, REGISTRY, Guide.KIND)) {
                whoIsFirstHasIt(cluster);
            }
        }
    }

    @Test
    void itIsServedWhileItsNodeIsDownAndComesBackWithIt() {
        try (TestCluster cluster = TestCluster.simulated(7, 3, REGISTRY, Guide.KIND)) {
            String name = apart(cluster, 1).get(0);
            spawn(cluster, 2, name);
            Pid<Guide.Where> actor = cluster.node(0).entity(Guide.KIND, name);
            assertThat(where(cluster, actor)).isEqualTo("n3");
            cluster.crash(2);
            cluster.awaitConverged(LIMIT);
            assertThat(where(cluster, actor)).isNotEqualTo("n3");
            cluster.restart(2);
            cluster.awaitConverged(LIMIT);
            assertThat(where(cluster, actor)).isEqualTo("n3");
        }
    }
}
