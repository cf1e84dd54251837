package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.Subscription;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class ClusterActorSystemTest {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private static Counter.State read(ClusterActorSystem system, String id) {
        return read(system, Counter.KIND, id);
    }

    private static Counter.State read(ClusterActorSystem system, Kind<Counter.Message> kind, String id) {
        return system.entity(kind, id).ask(new Counter.Get(), LIMIT).join();
    }

    @Test
    void actorsAreReachableThroughEveryNodeAndOneWithoutAVote() {
        try (Nodes nodes = new Nodes(directory, 3).startSeeds()) {
            ClusterActorSystem client = nodes.start("client").join();
            assertThat(client.cluster().shardsPerOwner()).containsOnlyKeys("n1", "n2", "n3");
            assertThat(client.cluster().shardsPerOwner().values()).containsExactlyInAnyOrder(10, 11, 11);
            assertThat(client.cluster().nodes()).hasSize(4);
            for (ClusterActorSystem system : List.of(nodes.node("n1"), nodes.node("n2"), nodes.node("n3"), client)) {
                for (int i = 0; i < 20; i++) {
                    assertThat(system.entity(Counter.KIND, "c" + i)
                                    .tell(new Counter.Add(i))
                                    .join())
                            .isInstanceOf(SendOutcome.Committed.class);
                    assertThat(system.entity(Echo.KIND, "e" + i)
                                    .ask(new Echo.Say("hi"), LIMIT)
                                    .join())
                            .isEqualTo("e" + i + " says hi");
                }
            }
            for (int i = 0; i < 20; i++) {
                assertThat(read(client, "c" + i).sum()).isEqualTo(4L * i);
            }
            everyOutcomeIsTold(client);
        }
    }

    private void everyOutcomeIsTold(ClusterActorSystem client) {
        Pid<Counter.Message> counter = client.entity(Counter.KIND, "outcomes");
        assertThat(counter.tell(new Counter.Add(-1)).join())
                .isEqualTo(new SendOutcome.Rejected("amount -1 is negative"));
        assertThat(counter.tell(new Counter.Break("now")).join())
                .isEqualTo(
                        new SendOutcome.Failed("failed 3 times: java.lang.IllegalStateException: told to break: now"));
        assertThat(counter.tell(new Counter.Add(5), DeliveryGuarantee.AT_MOST_ONCE)
                        .join())
                .isEqualTo(new SendOutcome.Accepted());
        await().untilAsserted(() -> assertThat(read(client, "outcomes")).isEqualTo(new Counter.State(5, 1, 5)));
        Kind<Counter.Message> unknown =
                Kind.durable("unheard-of", Counter.Message.class, Counter.State.class, Counter::new);
        assertThat(client.entity(unknown, "x").tell(new Counter.Add(1)).join())
                .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE));
        assertThatThrownBy(() -> client.entity(unknown, "x")
                        .ask(new Counter.Get(), LIMIT)
                        .join())
                .hasMessageEndingWith(
                        "ask of unheard-of/x got no answer: NotExecuted[reason=KIND_UNAVAILABLE]: the owner of "
                                + "its shard has no kind unheard-of: register it on every node that owns shards of set default");
        assertThatThrownBy(() -> counter.ask(new Echo.Say("?"), LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Echo$Say is no message of durable kind counter, which takes "
                        + "io.troupe.actors.Counter$Message");
        assertThatThrownBy(() -> client.entity(Counter.KIND, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the id of an entity of durable kind counter must have 1 to 1000 bytes, not 0");
        Pid<Echo.Message> echo = client.entity(Echo.KIND, "outcomes");
        assertThat(echo.ask(new Echo.Fail(2), LIMIT).join()).isEqualTo("at last");
        assertThat(echo.tell(new Echo.Count()).join()).isInstanceOf(SendOutcome.Processed.class);
        assertThat(Echo.COUNTED).hasValue(1);
        assertThatThrownBy(() -> client.entity(Echo.KIND, "late")
                        .ask(new Echo.Say("late"), Duration.ZERO)
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AskException.class)
                .hasMessageContaining("ask of echo/late got no answer");
    }

    @Test
    void everyAcceptedMessageTakesEffectOnceAndInOrderWhileTheLeaderLeaves() {
        try (Nodes nodes = new Nodes(directory, 3).startSeeds()) {
            ClusterActorSystem client = nodes.start("client").join();
            List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
            int entities = 16;
            int rounds = 300;
            for (int round = 1; round <= rounds; round++) {
                for (int entity = 0; entity < entities; entity++) {
                    outcomes.add(client.entity(Counter.KIND, "c" + entity).tell(new Counter.Add(round)));
                }
                if (round == rounds / 2) {
                    outcomes.get(outcomes.size() / 4).join();
                    nodes.stop(client.cluster().leader().orElseThrow().nodeId());
                }
            }
            outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
            long chain = 0;
            for (int round = 1; round <= rounds; round++) {
                chain = chain * 1_000_003 + round;
            }
            for (int entity = 0; entity < entities; entity++) {
                assertThat(read(client, "c" + entity))
                        .isEqualTo(new Counter.State(rounds * (rounds + 1L) / 2, rounds, chain));
            }
        }
    }

    @Test
    void nodesWithoutAVoteOwnShardsAndJoinAndLeaveAtRunTime() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem seed = nodes.node("n1");
            ClusterActorSystem client = nodes.start("client").join();
            int[] ports = Nodes.freePorts(2);
            ClusterActorSystem first =
                    nodes.start(worker(nodes, "w1", ports[0])).join();
            ClusterActorSystem second =
                    nodes.start(worker(nodes, "w2", ports[1])).join();
            await().untilAsserted(() ->
                    assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 8, "w1", 16, "w2", 8)));
            // From every node to entities on every other, also between nodes that the seed list does not name.
            for (ClusterActorSystem system : List.of(seed, client, first, second)) {
                for (int i = 0; i < 64; i++) {
                    system.entity(Counter.KIND, "c" + i)
                            .tell(new Counter.Add(1))
                            .join();
                }
            }
            assertThat(first.activeEntities()).isPositive();
            assertThat(second.activeEntities()).isPositive();
            assertThat(first.stop(Duration.ofSeconds(20)).join().complete()).isTrue();
            assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 16, "w2", 16));
            nodes.stop("w2"); // without a hand-over
            await().untilAsserted(
                            () -> assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 32)));
            for (int i = 0; i < 64; i++) {
                assertThat(read(client, "c" + i).sum()).isEqualTo(4);
            }
        }
    }

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
            client.cluster().manager().changeSet(jobs.shardSet().pinnedTo("n2")).join();
            client.cluster()
                    .manager()
                    .changeSet(ShardSet.of("jobs", 4).onRole("web"))
                    .join();
            await().untilAsserted(() -> assertThat(client.whereIs(client.entity(jobs, "j1")))
                    .isInstanceOfSatisfying(Lookup.Hosted.class, found -> {
                        assertThat(found.nodeId()).isNotEqualTo("n2");
                        assertThat(found.why()).startsWith("handed over at revision ");
                    }));
            assertThat(read(client, jobs, "j1").sum()).isEqualTo(1);
            assertThatThrownBy(() -> client.cluster()
                            .manager()
                            .changeSet(ShardSet.singleton("other"))
                            .join())
                    .rootCause()
                    .hasMessage("there is no shard set other to change: the sets are [jobs, one]");
            Lookup.Hosted first = (Lookup.Hosted) client.whereIs(client.entity(one, "a"));
            assertThat(client.whereIs(client.entity(one, "b"))).isEqualTo(first);
            assertThat(nodes.node(first.nodeId())
                            .stop(Duration.ofSeconds(20))
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
            assertThat(node.cluster().diagnose())
                    .containsExactly("2 of 2 shards of set lost have no owner: " + missing);
            assertThatThrownBy(() -> node.entity(lost, "e")
                            .ask(new Echo.Say("x"), Duration.ofMillis(200))
                            .join())
                    .cause()
                    .hasMessage(
                            "ask of echo/e got no answer: NotExecuted[reason=KIND_UNAVAILABLE]: set lost: " + missing);
        }
    }

    @Test
    void aNodeIsAddedToTheVotersWhileActorsWorkAndIsRemovedAgain() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterManager seed = nodes.node("n1").cluster().manager();
            assertThat(seed.voters()).containsExactly("n1");
            int[] ports = Nodes.freePorts(2);
            CompletableFuture<ClusterActorSystem> joining = nodes.start(nodes.config("v2")
                    .dataDir(directory.resolve("v2"))
                    .joining("127.0.0.1", ports[0])
                    .listen("127.0.0.1", ports[1])
                    .build());
            seed.addVoter("v2", "127.0.0.1", ports[0], LIMIT).join();
            ClusterActorSystem added = joining.join();
            assertThat(added.cluster().manager().voters()).containsExactly("n1", "v2");
            assertThat(added.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                    .isInstanceOf(SendOutcome.Committed.class);
            seed.transferLeadership("v2", LIMIT).join();
            assertThatThrownBy(() -> seed.removeVoter("v2", LIMIT).join())
                    .cause()
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("does not lead");
            await().until(() -> added.cluster().leader().orElseThrow().nodeId().equals("v2"));
            added.cluster().manager().transferLeadership("n1", LIMIT).join();
            await().untilAsserted(() -> seed.removeVoter("v2", LIMIT).join());
            assertThat(seed.voters()).containsExactly("n1");
            await().untilAsserted(
                            () -> assertThat(read(nodes.node("n1"), "c").sum()).isEqualTo(1));
        }
    }

    @Test
    void aLeaderThatStopsHandsOverTheLeadershipBeforeItLeaves() {
        try (Nodes nodes = new Nodes(directory, 3).startSeeds()) {
            String leader = nodes.node("n1").cluster().leader().orElseThrow().nodeId();
            Cluster other = nodes.node(leader.equals("n1") ? "n2" : "n1").cluster();
            CompletableFuture<String> leaderAtItsEnd = new CompletableFuture<>();
            Subscription subscription = other.subscribe(event -> {
                if (event instanceof ClusterEvent.NodeLeft left && left.nodeId().equals(leader)) {
                    leaderAtItsEnd.complete(other.leader().orElseThrow().nodeId());
                }
            });
            assertThat(nodes.node(leader).stop(LIMIT).join().complete()).isTrue();
            assertThat(leaderAtItsEnd.join()).isNotEqualTo(leader);
            subscription.close();
        }
    }

    /** A message without a kind is refused under its shard's lock, which no listener may hold: it may send. */
    @Test
    void deadLettersAreToldOnAThreadThatHoldsNothing() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            CompletableFuture<String> thread = new CompletableFuture<>();
            node.onDeadLetter(letter -> thread.complete(Thread.currentThread().getName()));
            Kind<Echo.Message> unknown = Kind.of("unheard-of", Echo.Message.class, Echo::new);
            assertThat(node.entity(unknown, "x").tell(new Echo.Say("x")).join())
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.KIND_UNAVAILABLE));
            assertThat(thread.join()).startsWith("troupe-n1-dispatch");
        }
    }

    @Test
    void aNodeCountsWhatItSendsAndTellsOfDeadLetters() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            List<DeadLetter> dead = new CopyOnWriteArrayList<>();
            Subscription subscription = node.onDeadLetter(dead::add);
            for (int i = 0; i < 10; i++) {
                node.entity(Counter.KIND, "c" + i).tell(new Counter.Add(1)).join();
            }
            assertThat(node.entity(Echo.KIND, "e").tell(new Echo.Fail(9)).join())
                    .isInstanceOf(SendOutcome.Failed.class);
            await().untilAsserted(() -> assertThat(dead).singleElement().satisfies(letter -> {
                assertThat(letter.target()).isEqualTo(new EntityId("echo", "e"));
                assertThat(letter.why()).startsWith("failed 3 times");
            }));
            ClusterMetrics metrics = node.metrics();
            assertThat(metrics.actorCount()).isEqualTo(11);
            assertThat(metrics.nodeCount()).isEqualTo(1);
            assertThat(metrics.activeShards()).isEqualTo(32);
            assertThat(metrics.deadLetters()).isEqualTo(1);
            assertThat(metrics.failedMessageCount()).isEqualTo(1);
            assertThat(metrics.messages().sent()).isEqualTo(11);
            assertThat(metrics.messages().handled()).isEqualTo(10);
            assertThat(metrics.throughput()).isPositive();
            assertThat(metrics.messages().p50Nanos())
                    .isBetween(1L, metrics.messages().maxNanos());
            assertThat(metrics.averageMessageLatency())
                    .isBetween(1L, metrics.messages().maxNanos());
            assertThat(metrics.healthStatus())
                    .isEqualTo(Map.of("lease", true, "leader", true, "shards", true, "links", true));
            subscription.close();
            node.entity(Echo.KIND, "e").tell(new Echo.Fail(9)).join();
            assertThat(dead).hasSize(1);
        }
    }

    @Test
    void whatIsUnknownCanBeFoundOut() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            Pid<Counter.Message> counter = node.entity(Counter.KIND, "c");
            assertThat(counter.tell(new Counter.Add(1)).join()).isInstanceOf(SendOutcome.Committed.class);
            SessionId session = new SessionId("n1", node.cluster().incarnation());
            int shard = node.cluster().shardOf(Counter.KIND.name(), "c");
            SendOutcome.Unknown done =
                    new SendOutcome.Unknown(new MessageId(session, shard, 1), "as if it were unknown");
            assertThat(counter.resolve(done).join())
                    .isEqualTo(new SendOutcome.Committed(SendOutcome.Committed.RESOLVED));
            SendOutcome.Unknown never = new SendOutcome.Unknown(new MessageId(session, shard, 2), "never sent so far");
            assertThat(counter.resolve(never).join())
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CANCELLED));
            // The second message of the channel is the one that was resolved: it must not take effect any more.
            assertThat(counter.tell(new Counter.Add(10)).join())
                    .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CANCELLED));
            assertThat(counter.tell(new Counter.Add(100)).join()).isInstanceOf(SendOutcome.Committed.class);
            assertThat(read(node, "c").sum()).isEqualTo(101);
            SendOutcome.Unknown old =
                    new SendOutcome.Unknown(new MessageId(new SessionId("n1", 1), shard, 1), "of another century");
            assertThat(counter.resolve(old).join()).isInstanceOf(SendOutcome.Unknown.class);
            Pid<Echo.Message> echo = node.entity(Echo.KIND, "e");
            assertThat(echo.resolve(never).join()).isSameAs(never);
        }
    }

    @Test
    void aDrainEndsWhenNoOtherNodeMayOwnTheRest() {
        Kind<Echo.Message> pinned = Echo.KIND.in(ShardSet.of("pinned", 2).pinnedTo("n1"));
        try (Nodes nodes = new Nodes(directory, 1)) {
            nodes.start(nodes.config("n1").build(), pinned).join();
            ClusterActorSystem worker = nodes.start(worker(nodes, "w2", Nodes.freePorts(1)[0]), pinned)
                    .join();
            DrainReport report = worker.cluster()
                    .manager()
                    .drainNode("n1", Duration.ofMinutes(5))
                    .join();
            assertThat(report.complete()).isFalse();
            assertThat(report.left()).isEqualTo(2);
            assertThat(worker.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 2, "w2", 32));
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

    private static ClusterConfig worker(Nodes nodes, String nodeId, int port) {
        return nodes.config(nodeId)
                .listen("127.0.0.1", port)
                .capacity(nodeId.equals("w1") ? 2 : 1)
                .rebalanceAfter(Duration.ofMillis(100))
                .build();
    }

    @Test
    void stateSurvivesARestartOfEveryNode() {
        Nodes nodes = new Nodes(directory, 3);
        try (nodes) {
            nodes.startSeeds();
            for (int i = 0; i < 50; i++) {
                nodes.node("n1")
                        .entity(Counter.KIND, "c" + i)
                        .tell(new Counter.Add(i))
                        .join();
            }
        }
        try (nodes) {
            nodes.startSeeds();
            for (int i = 0; i < 50; i++) {
                assertThat(read(nodes.node("n2"), "c" + i)).isEqualTo(new Counter.State(i, 1, i));
            }
        }
    }

    @Test
    void oneNodeIsAClusterToo() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem node = nodes.node("n1");
            assertThat(node.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                    .isInstanceOf(SendOutcome.Committed.class);
            assertThat(read(node, "c").sum()).isEqualTo(1);
            assertThat(node.activeEntities()).isEqualTo(1);
        }
    }

    @Test
    void afterCloseNoThreadIsLeftAndMessagesEndAtOnce() {
        Nodes nodes = new Nodes(directory, 1).startSeeds();
        ClusterActorSystem node = nodes.node("n1");
        nodes.close();
        assertThat(node.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                .isEqualTo(new SendOutcome.NotExecuted(SendOutcome.Reason.CLOSED));
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-n1-"))
                .isEmpty());
    }
}
