package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Sets of shards live where their roles are, and are the same on every node. */
@Timeout(120)
class ShardSetsTest {
    @TempDir
    Path directory;

    @Test
    void actorsOfASetLiveOnNodesWithItsRoleAndASingletonLivesOnOne() {
        Kind<Counter.Message> jobs = Counter.KIND.in(ShardSet.of("jobs", 4).onRole("batch"));
        Kind<Echo.Message> one = Echo.KIND.in(ShardSet.singleton("one"));
        try (Nodes nodes = new Nodes(directory, 3)) {
            CompletableFuture.allOf(nodes.seeds().stream()
                            .map(seed -> nodes.start(
                                    nodes.config(seed.nodeId())
                                            .roles(seed.nodeId().equals("n2") ? "batch" : "web")
                                            .build(),
                                    jobs,
                                    one))
                            .toArray(CompletableFuture[]::new))
                    .join();
            ClusterActorSystem client =
                    nodes.start(nodes.config("client").build(), jobs, one).join();
            for (int i = 0; i < 20; i++) {
                Pid<Counter.Message> job = client.entity(jobs, "j" + i);
                assertThat(job.tell(new Counter.Add(i)).join()).isInstanceOf(SendOutcome.Committed.class);
                assertThat(client.whereIs(job))
                        .isInstanceOfSatisfying(
                                Lookup.Hosted.class,
                                found -> assertThat(found.nodeId()).isEqualTo("n2"));
            }
            assertThat(nodes.node("n2").activeEntities()).isEqualTo(20);
            client.changeSet(jobs.shardSet().pinnedTo("n2")).join();
            client.changeSet(ShardSet.of("jobs", 4).onRole("web")).join();
            await().untilAsserted(() -> assertThat(client.whereIs(client.entity(jobs, "j1")))
                    .isInstanceOfSatisfying(Lookup.Hosted.class, found -> {
                        assertThat(found.nodeId()).isNotEqualTo("n2");
                        assertThat(found.why()).startsWith("handed over at revision ");
                    }));
            assertThat(Counter.read(client, jobs, "j1").sum()).isEqualTo(1);
            assertThatThrownBy(
                            () -> client.changeSet(ShardSet.singleton("other")).join())
                    .rootCause()
                    .hasMessage("there is no shard set other to change: the sets are [jobs, one]");
            await().until(() -> client.whereIs(client.entity(one, "a")) instanceof Lookup.Hosted);
            Lookup.Hosted first = (Lookup.Hosted) client.whereIs(client.entity(one, "a"));
            assertThat(client.whereIs(client.entity(one, "b"))).isEqualTo(first);
            assertThat(nodes.node(first.nodeId())
                            .stop(Duration.ofSeconds(60))
                            .join()
                            .complete())
                    .isTrue();
            assertThat(client.entity(one, "a").tell(new Echo.Say("still here")).join())
                    .isInstanceOf(SendOutcome.Processed.class);
            assertThat(client.whereIs(client.entity(one, "a")))
                    .isInstanceOfSatisfying(
                            Lookup.Hosted.class,
                            found -> assertThat(found.nodeId()).isNotEqualTo(first.nodeId()));
        }
    }

    @Test
    void aSetThatNobodyCanOwnIsNamedWithTheRolesThatAreMissing() {
        Kind<Echo.Message> lost = Echo.KIND.in(ShardSet.of("lost", 2).onRole("gpu"));
        try (Nodes nodes = new Nodes(directory, 1)) {
            ClusterActorSystem node =
                    nodes.start(nodes.config("n1").build(), lost).join();
            String missing = "no live node that has a kind of the set with the roles [gpu] can own shards: start one";
            assertThat(node.whereIs(node.entity(lost, "e"))).isEqualTo(new Lookup.Unavailable("lost", missing));
            // A node that has just stood still names that, too.
            await().untilAsserted(() -> assertThat(node.cluster().diagnose())
                    .containsExactly("2 of 2 shards of set lost have no owner: " + missing));
            assertThatThrownBy(() -> node.entity(lost, "e")
                            .ask(new Echo.Say("x"), Duration.ofMillis(200))
                            .join())
                    .cause()
                    .hasMessage(
                            "ask of echo/e got no answer: NotExecuted[reason=KIND_UNAVAILABLE]: set lost: " + missing);
        }
    }

    @Test
    void kindsOfOneSetMustSayTheSameOfIt() {
        Nodes nodes = new Nodes(directory, 1);
        assertThatThrownBy(() -> nodes.start(
                                nodes.config("n1").build(),
                                Counter.KIND.in(ShardSet.of("s", 2)),
                                Echo.KIND.in(ShardSet.of("s", 2).onRole("web")))
                        .join())
                .hasMessageContaining("kind echo says that shard set s is ShardSet[")
                .hasMessageContaining("another kind says ShardSet[")
                .hasMessageEndingWith(": give both the same set");
    }

    @Test
    void aSetHasTheSameNumberOfShardsOnEveryNode() {
        try (Nodes nodes = new Nodes(directory, 1)) {
            nodes.start(nodes.config("n1").build(), Echo.KIND.in(ShardSet.of("s", 2)))
                    .join();
            assertThatThrownBy(() -> nodes.start(nodes.config("client").build(), Echo.KIND.in(ShardSet.of("s", 3)))
                            .join())
                    .rootCause()
                    .hasMessage(
                            "shard set s has 2 shards in this cluster, and this node says 3: the number is fixed; choose"
                                    + " another name for another set");
            assertThatThrownBy(() -> nodes.start(nodes.config("client").build(), Echo.KIND.in(ShardSet.of("big", 1023)))
                            .join())
                    .rootCause()
                    .hasMessage(
                            "there is no room for the 1023 shards of set big: 1022 are left; raise setShards on every"
                                    + " node");
        }
    }
}
