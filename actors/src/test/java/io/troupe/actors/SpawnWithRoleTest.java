package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import io.troupe.cluster.Lookup;
import io.troupe.cluster.ShardSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** One class of actors in several sets, and how many names there may be. */
@Timeout(120)
class SpawnWithRoleTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static final class Clerk implements Handler<Diary.Note> {
        private int asked;

        @Override
        public void receive(Diary.Note message, ActorContext<Diary.Note> context) {
            context.reply(message, ++asked);
        }
    }

    private static final Kind<Diary.Note> ANY = kind("clerk", ShardSet.DEFAULT);
    private static final Kind<Diary.Note> WEB =
            kind("clerk-web", ShardSet.of("web", 4).onRole("web"));
    private static final Kind<Diary.Note> BATCH =
            kind("clerk-batch", ShardSet.of("batch", 2).onRole("batch"));

    /** Lives where it is spawned. */
    static final class Guide implements Handler<Diary.Note> {
        static final Kind<Diary.Note> KIND = Kind.of("guide", Diary.Note.class, Guide::new)
                .spawnedAs(Guide.class)
                .in(ShardSet.of("near", 8).by(ShardSet.Strategy.LOCAL));

        @Override
        public void receive(Diary.Note message, ActorContext<Diary.Note> context) {
            context.reply(message, 1);
        }
    }

    /** Each on a shard that nobody uses yet. */
    private static void assertLivesWhereItIsSpawned(ClusterActorSystem... spawners) {
        Set<Integer> used = new HashSet<>();
        for (int i = 0; used.size() < 4; i++) {
            ClusterActorSystem spawner = spawners[i % spawners.length];
            String name = "guide-" + i;
            if (used.add(spawner.cluster().shardOf(Guide.KIND.shardSet(), "guide", name))) {
                Pid<Diary.Note> guide =
                        spawner.actorOf(Guide.class).withId(name).spawn();
                assertThat(guide.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(1);
                assertThat(spawner.whereIs(guide))
                        .isInstanceOfSatisfying(
                                Lookup.Hosted.class,
                                hosted -> assertThat(hosted.nodeId()).isEqualTo(spawner.nodeId()));
            }
        }
    }

    private static Kind<Diary.Note> kind(String name, ShardSet set) {
        return Kind.of(name, Diary.Note.class, Clerk::new)
                .spawnedAs(Clerk.class)
                .in(set);
    }

    @TempDir
    Path directory;

    @Test
    void anActorIsSpawnedWhereItsRoleIsOrNotAtAll() {
        Kind<?>[] kinds = {ANY, WEB, BATCH, Guide.KIND};
        try (Nodes nodes = new Nodes(directory, 1).startSeeds(kinds)) {
            ClusterActorSystem seed = nodes.node("n1");
            ActorBuilder<Diary.Note> clerk = seed.actorOf(Clerk.class);
            assertUnavailable(
                    clerk.withId("early").withRole("web"),
                    "web",
                    "actor early of kind clerk-web cannot live in set web now: no live node that has a kind of the set"
                            + " with the roles [web] can own shards: start one");
            nodes.start(
                            nodes.config("w")
                                    .roles("web")
                                    .listen("127.0.0.1", Ports.draw())
                                    .build(),
                            kinds)
                    .join();
            await().atMost(LIMIT).until(() -> seed.cluster().nodes().size() == 2);
            assertLivesWhereItIsSpawned(seed, nodes.node("w"));
            for (ActorBuilder<Diary.Note> placed :
                    List.of(clerk.withId("a").withRole("web"), clerk.withId("b").withPlacement(WEB.shardSet()))) {
                Pid<Diary.Note> actor = placed.spawn();
                assertThat(actor.entity().kind()).isEqualTo("clerk-web");
                assertThat(actor.ask(new Diary.Note("n"), LIMIT).join()).isEqualTo(1);
                assertThat(seed.whereIs(actor))
                        .isInstanceOfSatisfying(
                                Lookup.Hosted.class,
                                hosted -> assertThat(hosted.nodeId()).isEqualTo("w"));
            }
            assertThat(clerk.withId("c").spawn().entity().kind()).isEqualTo("clerk");
            assertThatThrownBy(() -> clerk.withId("a").spawn()).isInstanceOf(ActorNameTakenException.class);
            assertUnavailable(
                    clerk.withId("d").withRole("batch"),
                    "batch",
                    "actor d of kind clerk-batch cannot live in set batch now: no live node that has a kind of the set"
                            + " with the roles [batch] can own shards: start one");
            assertUnavailable(
                    clerk.withId("d").withRole("gpu"),
                    "gpu",
                    "no kind that is spawned as " + Clerk.class.getName() + " lives on nodes with the roles [gpu], and"
                            + " none on nodes with [gpu]: its actors live in set batch with the roles [batch], in set"
                            + " default, in set web with the roles [web]; give every node a kind of that class in such"
                            + " a set");
            assertThat(seed.actorExists("d").join()).isFalse();
        }
    }

    private static void assertUnavailable(ActorBuilder<Diary.Note> builder, String role, String message) {
        assertThatThrownBy(builder::spawn)
                .isInstanceOfSatisfying(
                        KindUnavailableException.class,
                        e -> assertThat(e.missingRoles()).isEqualTo(Set.of(role)))
                .hasMessage(message);
    }

    @Test
    void asManyNamesAsTheNodeAllowsAreRegisteredAndNotOneMore() {
        try (Nodes nodes = new Nodes(directory, 1)) {
            ClusterActorSystem node =
                    nodes.start(nodes.config("n1").maxSpawned(3).build(), ANY).join();
            CompletableFuture<?>[] spawned = IntStream.range(0, 5)
                    .mapToObj(i -> node.actorOf(Clerk.class).withId("s" + i).spawnAsync())
                    .toArray(CompletableFuture<?>[]::new);
            for (int i = 0; i < 3; i++) {
                spawned[i].join();
            }
            for (int i = 3; i < 5; i++) {
                CompletableFuture<?> refused = spawned[i];
                assertThatThrownBy(refused::join)
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                SpawnLimitException.class,
                                e -> assertThat(e.limit()).isEqualTo(3))
                        .hasMessage(
                                "actor s" + i + " cannot be spawned: 3 names are registered or about to be, which is"
                                        + " what this node allows; despawn actors that are not needed, use entity(kind, id),"
                                        + " which needs no name, or raise maxSpawned (max.spawned) on every node");
            }
            assertThatThrownBy(() -> node.actorOf(Clerk.class).withId("s5").spawn())
                    .isInstanceOf(SpawnLimitException.class);
            assertThat(node.despawn("s1").join()).isTrue();
            assertThat(node.actorOf(Clerk.class).withId("s5").spawn().actorId()).isEqualTo("s5");
            assertThatThrownBy(() -> node.actorOf(Clerk.class).withId("s1").spawn())
                    .isInstanceOf(SpawnLimitException.class);
        }
    }

    /** It is asked with every name. */
    @Test
    void aKindThatFindsNoShardForANameTakesNoPlaceFromOthers() {
        Kind<Diary.Note> picky = kind("clerk", ShardSet.DEFAULT).shardBy(id -> {
            if (id.startsWith("bad")) {
                throw new IllegalArgumentException("no shard for " + id);
            }
            return id;
        });
        try (Nodes nodes = new Nodes(directory, 1)) {
            ClusterActorSystem node =
                    nodes.start(nodes.config("n1").maxSpawned(2).build(), picky).join();
            for (int i = 0; i < 3; i++) {
                String name = "bad" + i;
                assertThatThrownBy(() -> node.actorOf(Clerk.class).withId(name).spawn())
                        .hasMessageContaining("no shard for " + name);
            }
            assertThat(node.actorOf(Clerk.class).withId("good").spawn().actorId())
                    .isEqualTo("good");
        }
    }
}
