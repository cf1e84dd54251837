package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.ShutdownPhase;
import io.troupe.cluster.ShutdownReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static io.troupe.chaos.sim.UserActors.cluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Nodes that stop or drain, and shards that move, under the messages of users. */
class LeavingAndMovingTest {
    /** Every node is stopped and started again while messages are on their way: all take effect, once, in order. */
    @Test
    void aRollingRestartLosesDoublesAndReordersNothing() {
        for (long seed = 1; seed <= 20; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                long sent = 0;
                CompletableFuture<Long> newest = CompletableFuture.completedFuture(0L);
                for (int restarted = 0; restarted < cluster.nodes(); restarted++) {
                    int sender = (restarted + 1) % cluster.nodes();
                    for (int i = 0; i < 30; i++) {
                        newest = cluster.node(sender).entity(Account.KIND, "a").ask(new Account.Deposit(1), LIMIT);
                        sent++;
                    }
                    ShutdownReport report = cluster.stop(restarted, Duration.ofSeconds(5));
                    assertThat(report.complete()).as("%s", report).isTrue();
                    assertThat(cluster.await(newest, LIMIT)).as("seed %d", seed).isEqualTo(sent);
                    cluster.restart(restarted);
                    cluster.settle();
                }
                assertThat(cluster.node(0).cluster().nodes()).hasSize(3).noneMatch(node -> node.draining());
            }
        }
    }

    /** One that is known to be cut off is asked last, and one that nobody knows to be does not have to answer. */
    @ParameterizedTest
    @ValueSource(longs = {0, 400})
    void aLeaderThatIsForcedOutHandsOverToAnotherVoterThatIsAble(long millisSinceCut) {
        try (TestCluster cluster = TestCluster.simulated(21, 5, REGISTRY, Account.KIND)) {
            String first = leader(cluster, 0);
            int leading = number(first);
            int bystander = (leading + 1) % 5;
            ClusterManager notLeading = cluster.node(bystander).cluster().manager();
            assertThatThrownBy(() -> cluster.await(notLeading.forceLeaderElection(LIMIT), LIMIT))
                    .hasMessageEndingWith("node n" + (bystander + 1) + " does not lead: ask " + first);

            int cut = leading == 0 ? 1 : 0;
            cluster.partition(Set.of(cut), others(cut));
            cluster.run(Duration.ofMillis(millisSinceCut));
            String second =
                    cluster.await(cluster.node(leading).cluster().manager().forceLeaderElection(LIMIT), LIMIT);
            assertThat(second).isNotEqualTo(first).isNotEqualTo("n" + (cut + 1));
            cluster.settle();
            assertThat(leader(cluster, number(second))).isEqualTo(second);
        }
    }

    /** Also the first heir may fail, or lose against another: the next one is asked, and the stop is complete. */
    @Test
    void aLeaderThatStopsHandsOverToTheNextVoterIfTheFirstIsNotAble() {
        try (TestCluster cluster = TestCluster.simulated(21, 5, REGISTRY, Account.KIND)) {
            String first = leader(cluster, 0);
            int leading = number(first);
            int cut = leading == 0 ? 1 : 0;
            cluster.node(leading).cluster().onShutdown(ShutdownPhase.ABDICATE, "cut", () -> {
                cluster.partition(Set.of(cut), others(cut));
                return CompletableFuture.completedFuture(null);
            });
            ShutdownReport report = cluster.stop(leading, LIMIT);
            assertThat(report.problems()).isEmpty();
            assertThat(report.complete()).isTrue();
            cluster.settle();
            assertThat(leader(cluster, cut)).isNotIn(first, "n" + (cut + 1));
        }
    }

    private static Set<Integer> others(int node) {
        return IntStream.range(0, 5).filter(other -> other != node).boxed().collect(Collectors.toSet());
    }

    private static int number(String nodeId) {
        return Integer.parseInt(nodeId.substring(1)) - 1;
    }

    private static String leader(TestCluster cluster, int asked) {
        return cluster.node(asked).cluster().leader().orElseThrow().nodeId();
    }

    @Test
    void aNodeStopsInPhasesWithTheHooksOfEachBeforeIt() {
        try (TestCluster cluster = cluster(15)) {
            var leaving = cluster.node(0).cluster();
            List<String> told = new ArrayList<>();
            for (ShutdownPhase phase : List.of(ShutdownPhase.values())) {
                leaving.onShutdown(phase, "mine", () -> {
                    told.add(phase + " owning " + (leaving.activeShards() > 0) + " " + leaving.state());
                    return CompletableFuture.completedFuture(null);
                });
            }
            CompletableFuture<Long> under =
                    cluster.node(0).entity(Account.KIND, "a").ask(new Account.Deposit(1), LIMIT);
            ShutdownReport report = cluster.stop(0, LIMIT);
            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(under.join()).as("settled before it left").isEqualTo(1);
            assertThat(report.took().keySet())
                    .containsExactly(
                            ShutdownPhase.HAND_OVER, ShutdownPhase.SETTLE, ShutdownPhase.ABDICATE, ShutdownPhase.LEAVE);
            assertThat(told)
                    .containsExactly(
                            "HAND_OVER owning true UP",
                            "SETTLE owning false DRAINING",
                            "ABDICATE owning false DRAINING",
                            "LEAVE owning false DRAINING",
                            "CLOSE owning false JOINING");
        }
    }

    @Test
    void aNodeStopsInTimeAlsoWhenHooksFailOrHang() {
        try (TestCluster cluster = cluster(16)) {
            var leaving = cluster.node(0).cluster();
            leaving.onShutdown(ShutdownPhase.HAND_OVER, "thrower", () -> {
                throw new IllegalStateException("as the test wants it");
            });
            leaving.onShutdown(
                    ShutdownPhase.HAND_OVER,
                    "failing",
                    () -> CompletableFuture.failedFuture(new IllegalStateException("too")));
            leaving.onShutdown(ShutdownPhase.SETTLE, "hanging", CompletableFuture::new);
            long before = cluster.nanoTime();
            ShutdownReport report = cluster.stop(0, Duration.ofSeconds(2));
            assertThat(Duration.ofNanos(cluster.nanoTime() - before)).isLessThan(Duration.ofMillis(3_100));
            assertThat(report.complete()).isFalse();
            assertThat(report.drain().complete()).isTrue();
            assertThat(report.problems())
                    .startsWith(
                            "hook 'thrower' of HAND_OVER failed: java.lang.IllegalStateException: as the test wants it",
                            "hook 'failing' of HAND_OVER failed: java.lang.IllegalStateException: too",
                            "hook 'hanging' of SETTLE was not done in time");
            assertThat(cluster.node(1).cluster().nodes()).hasSize(2);
        }
    }

    @Test
    void aDrainedNodeOwnsNothingUntilTheDrainIsTakenBack() {
        try (TestCluster cluster = cluster(9)) {
            var any = cluster.node(0).cluster();
            DrainReport report = cluster.await(any.manager().drainNode("n2", LIMIT), LIMIT);
            assertThat(report.complete()).isTrue();
            assertThat(report.left()).isZero();
            assertThat(any.shardsPerOwner()).doesNotContainKey("n2");
            assertThat(any.nodes()).filteredOn(node -> node.draining()).hasSize(1);
            cluster.await(any.manager().undrainNode("n2"), LIMIT);
            cluster.settle();
            assertThat(any.shardsPerOwner()).containsKey("n2");
        }
    }

    @Test
    void aDrainThatCannotWorkIsRefusedWithTheReason() {
        try (TestCluster cluster = TestCluster.simulated(1, 1, REGISTRY, Account.KIND)) {
            assertThatThrownBy(() ->
                            cluster.await(cluster.node(0).cluster().manager().drainNode("n1", LIMIT), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n1 is the last one that can own shards: start another one");
            assertThatThrownBy(() ->
                            cluster.await(cluster.node(0).cluster().manager().drainNode("n9", LIMIT), LIMIT))
                    .hasMessageContaining("node n9 is not in the cluster: the live nodes are [n1]");
        }
    }

    /** A shard goes where it was told to, with all that waits for it, and stays there until it is let go. */
    @Test
    void aShardMovesToANodeAndStaysThere() {
        for (long seed = 1; seed <= 20; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                var any = cluster.node(0).cluster();
                int shard = any.shardOf("account", "a");
                String from = any.owner(shard);
                String to = "n1".equals(from) ? "n2" : "n1";
                CompletableFuture<Long> newest = CompletableFuture.completedFuture(0L);
                CompletableFuture<MoveReport> moved =
                        cluster.node(0).migrate(cluster.node(0).entity(Account.KIND, "a"), to, LIMIT);
                for (int i = 0; i < 40; i++) {
                    newest = cluster.node(2).entity(Account.KIND, "a").ask(new Account.Deposit(1), LIMIT);
                    cluster.run(Duration.ofMillis(1));
                }
                MoveReport report = cluster.await(moved, LIMIT);
                assertThat(report).isEqualTo(new MoveReport(shard, from, to, true, report.took()));
                assertThat(cluster.await(newest, LIMIT)).as("seed %d", seed).isEqualTo(40);
                cluster.settle();
                cluster.run(Duration.ofSeconds(2));
                assertThat(cluster.node(1).cluster().owner(shard)).isEqualTo(to);
                cluster.await(any.manager().drainNode(to, LIMIT), LIMIT);
                assertThat(any.owner(shard))
                        .as("a node that leaves keeps nothing")
                        .isNotEqualTo(to);
                cluster.await(any.manager().undrainNode(to), LIMIT);
                cluster.settle();
                assertThat(any.owner(shard)).as("and it comes back").isEqualTo(to);
                cluster.await(any.manager().releaseShard(shard), LIMIT);
                cluster.settle();
            }
        }
    }

    /** What a node knows may be old, and what it asks for may never come to be. */
    @Test
    void nothingCountsAsMovedOrDrainedBeforeTheOrderIsInTheLog() {
        try (TestCluster cluster = cluster(23)) {
            ClusterManager manager = cluster.node(0).cluster().manager();
            cluster.await(manager.drainNode("n2", LIMIT), LIMIT);
            cluster.await(manager.undrainNode("n2"), LIMIT);
            cluster.partition(Set.of(0), Set.of(1, 2));
            assertThat(cluster.node(0).cluster().shardsPerOwner()).doesNotContainKey("n2");
            Duration limit = Duration.ofMillis(300);
            String owner = Objects.requireNonNull(cluster.node(0).cluster().owner(0));
            MoveReport moved = cluster.await(manager.moveShard(0, owner, limit), LIMIT);
            assertThat(moved.moved()).as("%s", moved).isFalse();
            DrainReport drained = cluster.await(manager.drainNode("n2", limit), LIMIT);
            assertThat(drained).isEqualTo(new DrainReport("n2", false, 0, 0, drained.took()));
        }
    }

    @Test
    void aMoveThatCannotWorkIsRefusedWithTheReason() {
        Kind<Ping> pinned = Pinged.KIND.in(ShardSet.singleton("pinned").pinnedTo("n1"));
        try (TestCluster cluster = TestCluster.simulated(1, 3, REGISTRY, Account.KIND, pinned)) {
            var any = cluster.node(0).cluster();
            assertThatThrownBy(() -> cluster.await(any.manager().moveShard(0, "n9", LIMIT), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n9 is not in the cluster: the live nodes are [n1, n2, n3]");
            assertThatThrownBy(() -> cluster.await(any.manager().moveShard(Topology.SHARDS, "n2", LIMIT), LIMIT))
                    .hasMessageContaining("shard 5 cannot move to node n2: set pinned is pinned to [n1]");
            cluster.await(any.manager().drainNode("n3", LIMIT), LIMIT);
            assertThatThrownBy(() -> cluster.await(any.manager().moveShard(0, "n3", LIMIT), LIMIT))
                    .hasMessageContaining("shard 0 cannot move to node n3: it is to own nothing any more");
            assertThatThrownBy(() -> any.manager().moveShard(99, "n2", LIMIT))
                    .hasMessage("shard 99 is in no set that this node knows");
        }
    }

    /** Its timers are gone, and nothing comes back to it any more. */
    @Test
    void whoeverAskedANodeIsAnsweredWhenItIsClosedMeanwhile() {
        Kind<Ping> pinned = Pinged.KIND.in(ShardSet.singleton("pinned").pinnedTo("n1"));
        try (TestCluster cluster = TestCluster.simulated(18, 3, REGISTRY, Account.KIND, pinned)) {
            ClusterManager manager = cluster.node(0).cluster().manager();
            cluster.pause(1, Duration.ofSeconds(5));
            List<CompletableFuture<?>> asked = new ArrayList<>(List.of(manager.ping("n2", LIMIT)));
            cluster.partition(Set.of(0), Set.of(1, 2));
            asked.add(manager.pingLog(LIMIT));
            int elsewhere = IntStream.range(0, Topology.SHARDS)
                    .filter(shard -> !"n1".equals(cluster.node(0).cluster().owner(shard)))
                    .findFirst()
                    .orElseThrow();
            asked.add(manager.drainNode("n2", LIMIT));
            asked.add(manager.undrainNode("n2"));
            asked.add(manager.moveShard(elsewhere, "n1", LIMIT));
            asked.add(manager.releaseShard(0));
            asked.add(manager.changeSet(ShardSet.singleton("pinned")));
            cluster.run(Duration.ofMillis(100));
            assertThat(asked).noneMatch(CompletableFuture::isDone);
            cluster.node(0).close();
            asked.add(manager.drainNode("n2", LIMIT));
            asked.add(manager.pingLog(LIMIT));
            assertThat(asked)
                    .allMatch(CompletableFuture::isDone)
                    .allSatisfy(one -> assertThatThrownBy(one::join)
                            .hasCauseInstanceOf(ClusterException.class)
                            .hasMessageContaining("node n1 is closed: ask another one"));
        }
    }

    @Test
    void aStopThatIsCutShortSaysSo() {
        try (TestCluster cluster = cluster(19)) {
            ClusterActorSystem leaving = cluster.node(0);
            List<String> run = new ArrayList<>();
            leaving.cluster().onShutdown(ShutdownPhase.SETTLE, "hanging", CompletableFuture::new);
            leaving.cluster().onShutdown(ShutdownPhase.CLOSE, "late", () -> {
                run.add("late");
                return CompletableFuture.completedFuture(null);
            });
            CompletableFuture<ShutdownReport> stopping = leaving.stop(LIMIT);
            cluster.run(Duration.ofMillis(500));
            assertThat(stopping).isNotDone();
            leaving.close();
            ShutdownReport report = cluster.await(stopping, LIMIT);
            assertThat(report.problems())
                    .containsExactly(
                            "hook 'hanging' of SETTLE was cut short: the node was closed",
                            "SETTLE was left out: the node was closed",
                            "ABDICATE was left out: the node was closed",
                            "hook 'late' of CLOSE was left out: the node was closed");
            assertThat(run).isEmpty();
        }
    }
}
