package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.actors.ActorContext;
import io.troupe.actors.AskException;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Handler;
import io.troupe.actors.Kind;
import io.troupe.actors.Query;
import io.troupe.actors.QuorumLoss;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.NodeState;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.ShutdownPhase;
import io.troupe.cluster.ShutdownReport;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Clusters of a user's own actors, simulated as a user would. */
class TestClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** An account that never goes below zero. */
    static final class Account implements StatefulHandler<Account.State, Account.Message> {
        sealed interface Message extends Query<Long> {}

        record Deposit(long amount) implements Message {}

        record Withdraw(long amount) implements Message {}

        record State(long balance, long lastDraw) {}

        static final Kind<Message> KIND = Kind.durable("account", Message.class, State.class, Account::new);

        @Override
        public State initialState(EntityId id) {
            return new State(0, 0);
        }

        @Override
        public Effect<State> receive(State state, Message message, ActorContext<Message> context) {
            long change = message instanceof Deposit deposit ? deposit.amount() : -((Withdraw) message).amount();
            long next = state.balance() + change;
            return next < 0
                    ? Effect.reject("only " + state.balance() + " left")
                    : Effect.persist(new State(next, context.random())).thenReply(message, next);
        }
    }

    record Ping(int number) implements Query<Integer> {}

    private static final AtomicInteger PINGS = new AtomicInteger();

    /** A volatile actor: counts what it has seen in this activation. */
    static final class Pinged implements Handler<Ping> {
        static final Kind<Ping> KIND = Kind.of("pinged", Ping.class, Pinged::new);
        private int seen;

        @Override
        public void receive(Ping message, ActorContext<Ping> context) {
            PINGS.incrementAndGet();
            context.reply(message, ++seen);
        }
    }

    private static final MessageRegistry REGISTRY = MessageRegistry.builder()
            .add(1000, Account.Deposit.class)
            .add(1001, Account.Withdraw.class)
            .add(1002, Account.State.class)
            .add(1003, Ping.class)
            .build();

    private static TestCluster cluster(long seed) {
        return TestCluster.simulated(seed, 3, REGISTRY, Account.KIND, Pinged.KIND);
    }

    @Test
    void usersActorsAnswerOnVirtualTime() {
        try (TestCluster cluster = cluster(1)) {
            long before = cluster.nanoTime();
            var account = cluster.node(0).entity(Account.KIND, "a");
            assertThat(cluster.await(account.ask(new Account.Deposit(10), LIMIT), LIMIT))
                    .isEqualTo(10);
            assertThat(cluster.await(
                            cluster.node(2).entity(Account.KIND, "a").ask(new Account.Withdraw(4), LIMIT), LIMIT))
                    .isEqualTo(6);
            assertThatThrownBy(() -> cluster.await(account.ask(new Account.Withdraw(7), LIMIT), LIMIT))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(AskException.class)
                    .hasMessageContaining("only 6 left");
            assertThat(cluster.await(cluster.node(1).entity(Pinged.KIND, "p").ask(new Ping(1), LIMIT), LIMIT))
                    .isEqualTo(1);
            assertThat(cluster.nanoTime()).isGreaterThan(before);
        }
    }

    /** Money is neither lost nor made in a storm: every deposit that was told done is in, every other at most once. */
    @Test
    void aStormLosesAndDoublesNothing() {
        for (long seed = 1; seed <= 30; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                List<CompletableFuture<SendOutcome>> told = new ArrayList<>();
                for (int round = 0; round < 8; round++) {
                    for (int node = 0; node < cluster.nodes(); node++) {
                        told.add(cluster.node(node).entity(Account.KIND, "a").tell(new Account.Deposit(1)));
                    }
                    cluster.storm(Duration.ofMillis(150));
                }
                cluster.settle();
                long done = told.stream()
                        .filter(one -> one.isDone() && one.join() instanceof SendOutcome.Committed)
                        .count();
                long balance = cluster.await(
                        cluster.node(0).entity(Account.KIND, "a").ask(new Account.Deposit(0), LIMIT), LIMIT);
                assertThat(balance).as("balance with seed %d", seed).isBetween(done, (long) told.size());
            }
        }
    }

    @Test
    void theSameProgramWithTheSameSeedGivesTheSameRun() {
        assertThat(hashOfStorm(7)).isEqualTo(hashOfStorm(7)).isNotEqualTo(hashOfStorm(8));
    }

    private static long hashOfStorm(long seed) {
        try (TestCluster cluster = cluster(seed)) {
            for (int i = 0; i < 20; i++) {
                CompletableFuture<?> unused =
                        cluster.node(i % 3).entity(Account.KIND, "a" + i % 4).tell(new Account.Deposit(i));
                cluster.storm(Duration.ofMillis(40));
            }
            cluster.settle();
            return cluster.traceHash();
        }
    }

    @Test
    void aMinorityStopsAndTheMajorityTakesOver() {
        try (TestCluster cluster = cluster(3)) {
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(cluster.node(0).cluster().inCluster()).isFalse();
            assertThat(cluster.node(1).cluster().inCluster()).isTrue();
            assertThat(cluster.await(
                            cluster.node(1).entity(Account.KIND, "a").ask(new Account.Deposit(1), LIMIT), LIMIT))
                    .isEqualTo(1);
            cluster.settle();
            assertThat(cluster.node(0).cluster().inCluster()).isTrue();
        }
    }

    /** On the minority's side some actors go on, although the majority runs them too. */
    @Test
    void aKindThatGoesOnWithoutAQuorumDoesAndTheOthersDoNot() {
        Kind<Ping> unfenced = Kind.of("unfenced", Ping.class, Pinged::new).onQuorumLoss(QuorumLoss.CONTINUE_UNFENCED);
        try (TestCluster cluster = TestCluster.simulated(19, 3, REGISTRY, Pinged.KIND, unfenced)) {
            var minority = cluster.node(0);
            String id = "p";
            while (!"n1".equals(minority.cluster().owner(minority.cluster().shardOf("unfenced", id)))) {
                id += "p";
            }
            String other = "p";
            while (!"n1".equals(minority.cluster().owner(minority.cluster().shardOf("pinged", other)))) {
                other += "p";
            }
            assertThat(cluster.await(minority.entity(unfenced, id).ask(new Ping(1), LIMIT), LIMIT))
                    .isEqualTo(1);
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(minority.cluster().inCluster()).isFalse();
            assertThat(cluster.await(minority.entity(unfenced, id).ask(new Ping(2), LIMIT), LIMIT))
                    .as("it has kept its state")
                    .isEqualTo(2);
            assertThat(cluster.await(cluster.node(1).entity(unfenced, id).ask(new Ping(3), LIMIT), LIMIT))
                    .as("and runs on the other side, too")
                    .isEqualTo(1);
            CompletableFuture<Integer> fenced =
                    minority.entity(Pinged.KIND, other).ask(new Ping(1), Duration.ofSeconds(2));
            assertThatThrownBy(() -> cluster.await(fenced, LIMIT)).hasCauseInstanceOf(AskException.class);
            cluster.settle();
            assertThat(cluster.await(minority.entity(unfenced, id).ask(new Ping(4), LIMIT), LIMIT))
                    .as("the state of the minority is gone")
                    .isBetween(1, 2);
        }
    }

    @Test
    void whatWasCommittedOutlivesACrashAndVolatileStateDoesNot() {
        try (TestCluster cluster = cluster(4)) {
            var account = cluster.node(0).entity(Account.KIND, "a");
            cluster.await(account.ask(new Account.Deposit(5), LIMIT), LIMIT);
            cluster.await(cluster.node(0).entity(Pinged.KIND, "p").ask(new Ping(1), LIMIT), LIMIT);
            for (int node = 0; node < 3; node++) {
                cluster.crash(node);
            }
            cluster.run(Duration.ofSeconds(1));
            for (int node = 0; node < 3; node++) {
                cluster.restart(node);
            }
            cluster.settle();
            assertThat(cluster.await(
                            cluster.node(1).entity(Account.KIND, "a").ask(new Account.Deposit(0), LIMIT), LIMIT))
                    .isEqualTo(5);
            assertThat(cluster.await(cluster.node(1).entity(Pinged.KIND, "p").ask(new Ping(2), LIMIT), LIMIT))
                    .isEqualTo(1);
        }
    }

    @Test
    void aPauseBeyondTheLeaseMovesTheShards() {
        try (TestCluster cluster = cluster(5)) {
            assertThat(cluster.node(1).cluster().shardsPerOwner()).containsKey("n1");
            cluster.pause(0, Duration.ofSeconds(5));
            cluster.run(Duration.ofSeconds(2));
            assertThat(cluster.node(1).cluster().shardsPerOwner()).doesNotContainKey("n1");
            cluster.changeLeader();
            cluster.settle();
            assertThat(cluster.trace()).isNotEmpty();
        }
    }

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
            DrainReport report = cluster.await(any.drain("n2", LIMIT), LIMIT);
            assertThat(report.complete()).isTrue();
            assertThat(report.left()).isZero();
            assertThat(any.shardsPerOwner()).doesNotContainKey("n2");
            assertThat(any.nodes()).filteredOn(node -> node.draining()).hasSize(1);
            cluster.await(any.undrain("n2"), LIMIT);
            cluster.settle();
            assertThat(any.shardsPerOwner()).containsKey("n2");
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
                cluster.await(any.drain(to, LIMIT), LIMIT);
                assertThat(any.owner(shard))
                        .as("a node that leaves keeps nothing")
                        .isNotEqualTo(to);
                cluster.await(any.undrain(to), LIMIT);
                cluster.settle();
                assertThat(any.owner(shard)).as("and it comes back").isEqualTo(to);
                cluster.await(any.releaseShard(shard), LIMIT);
                cluster.settle();
            }
        }
    }

    @Test
    void aMoveThatCannotWorkIsRefusedWithTheReason() {
        Kind<Ping> pinned = Pinged.KIND.in(ShardSet.singleton("pinned").pinnedTo("n1"));
        try (TestCluster cluster = TestCluster.simulated(1, 3, REGISTRY, Account.KIND, pinned)) {
            var any = cluster.node(0).cluster();
            assertThatThrownBy(() -> cluster.await(any.moveShard(0, "n9", LIMIT), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n9 is not in the cluster: the live nodes are [n1, n2, n3]");
            assertThatThrownBy(() -> cluster.await(any.moveShard(Topology.SHARDS, "n2", LIMIT), LIMIT))
                    .hasMessageContaining("shard 5 cannot move to node n2: set pinned is pinned to [n1]");
            cluster.await(any.drain("n3", LIMIT), LIMIT);
            assertThatThrownBy(() -> cluster.await(any.moveShard(0, "n3", LIMIT), LIMIT))
                    .hasMessageContaining("shard 0 cannot move to node n3: it is to own nothing any more");
            assertThatThrownBy(() -> any.moveShard(99, "n2", LIMIT))
                    .hasMessage("shard 99 is in no set that this node knows");
        }
    }

    @Test
    void aDrainThatCannotWorkIsRefusedWithTheReason() {
        try (TestCluster cluster = TestCluster.simulated(1, 1, REGISTRY, Account.KIND)) {
            assertThatThrownBy(() -> cluster.await(cluster.node(0).cluster().drain("n1", LIMIT), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n1 is the last one that can own shards: start another one");
            assertThatThrownBy(() -> cluster.await(cluster.node(0).cluster().drain("n9", LIMIT), LIMIT))
                    .hasMessageContaining("node n9 is not in the cluster: the live nodes are [n1]");
        }
    }

    /** Every node tells the same story. */
    @Test
    void everyNodeHearsOfNodesAndShardsInTheSameOrder() {
        try (TestCluster cluster = cluster(11)) {
            List<List<ClusterEvent>> heard = List.of(new ArrayList<>(), new ArrayList<>());
            for (int node = 0; node < 2; node++) {
                List<ClusterEvent> mine = heard.get(node);
                cluster.node(node).cluster().subscribe(event -> {
                    if (!(event instanceof ClusterEvent.LeaderChanged)
                            && !(event instanceof ClusterEvent.NodeSuspected)) {
                        mine.add(event);
                    }
                });
            }
            cluster.stop(2, LIMIT);
            cluster.restart(2);
            cluster.settle();
            assertThat(heard.get(0)).isEqualTo(heard.get(1));
            assertThat(heard.get(0))
                    .hasAtLeastOneElementOfType(ClusterEvent.NodeJoined.class)
                    .hasAtLeastOneElementOfType(ClusterEvent.NodeLeft.class)
                    .hasAtLeastOneElementOfType(ClusterEvent.NodeDraining.class)
                    .anyMatch(event -> event instanceof ClusterEvent.ShardMoved moved && moved.planned());
            assertThat(heard.get(0)).isSortedAccordingTo(Comparator.comparingLong(ClusterEvent::revision));
        }
    }

    private static NodeState state(TestCluster cluster, int asked, String nodeId) {
        return cluster.node(asked).cluster().nodes().stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .findFirst()
                .orElseThrow()
                .state();
    }

    /** Two nodes lose each other, and both still reach the leader: nobody is shut down because one other misses it. */
    @Test
    void aNodeSuspectsWhomItDoesNotReachAndNobodyLosesAnythingByThat() {
        try (TestCluster cluster = cluster(13)) {
            String leader = cluster.node(0).cluster().leader().orElseThrow().nodeId();
            int leads = Integer.parseInt(leader, 1, leader.length(), 10) - 1;
            int one = (leads + 1) % 3;
            int other = (leads + 2) % 3;
            var observer = cluster.node(one).cluster();
            List<ClusterEvent> heard = new ArrayList<>();
            observer.subscribe(heard::add);
            var before = observer.shardsPerOwner();
            assertThat(observer.state()).isEqualTo(NodeState.UP);
            cluster.partition(Set.of(one), Set.of(other));
            cluster.run(Duration.ofSeconds(3));
            assertThat(state(cluster, one, Topology.id(other))).isEqualTo(NodeState.SUSPECT);
            assertThat(state(cluster, other, Topology.id(one))).isEqualTo(NodeState.SUSPECT);
            assertThat(state(cluster, leads, Topology.id(one))).isEqualTo(NodeState.UP);
            assertThat(observer.shardsPerOwner()).isEqualTo(before);
            cluster.settle();
            cluster.run(Duration.ofMillis(300));
            assertThat(state(cluster, one, Topology.id(other))).isEqualTo(NodeState.UP);
            assertThat(heard)
                    .filteredOn(ClusterEvent.NodeSuspected.class::isInstance)
                    .extracting(event -> ((ClusterEvent.NodeSuspected) event).suspected())
                    .containsExactly(true, false);
        }
    }

    @Test
    void aNodeKnowsWhereItStands() {
        try (TestCluster cluster = cluster(14)) {
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(cluster.node(0).cluster().state()).isEqualTo(NodeState.FENCED);
            cluster.settle();
            assertThat(cluster.node(0).cluster().state()).isEqualTo(NodeState.UP);
            cluster.await(cluster.node(1).cluster().drain("n1", LIMIT), LIMIT);
            assertThat(cluster.node(0).cluster().state()).isEqualTo(NodeState.DRAINING);
            var leaving = cluster.node(0).cluster();
            cluster.stop(0, LIMIT);
            assertThat(leaving.state()).isEqualTo(NodeState.LEFT);
        }
    }

    /** While a shard has no reachable owner its messages wait at their sender, who may change its mind. */
    @Test
    void whatIsTakenBackBeforeItLeftIsNeverRun() {
        try (TestCluster cluster = cluster(18)) {
            var node = cluster.node(0);
            String id = "a";
            while ("n1".equals(node.cluster().owner(node.cluster().shardOf("account", id)))) {
                id += "a";
            }
            var account = node.entity(Account.KIND, id);
            cluster.await(account.ask(new Account.Deposit(1), LIMIT), LIMIT);
            cluster.partition(Set.of(0), Set.of(1, 2));
            CompletableFuture<Long> asked = account.ask(new Account.Deposit(10), LIMIT);
            CompletableFuture<SendOutcome> told = account.tell(new Account.Deposit(100));
            CompletableFuture<Long> kept = account.ask(new Account.Deposit(1_000), LIMIT);
            assertThat(asked.cancel(true)).isTrue();
            assertThat(told.cancel(true)).isTrue();
            assertThat(cluster.node(0).cluster().unsettled()).isEqualTo(3);
            cluster.settle();
            assertThat(cluster.await(kept, LIMIT)).isEqualTo(1_001);
            assertThat(asked.cancel(true)).isTrue();
            assertThat(kept.cancel(true)).as("it is done").isFalse();
        }
    }

    @Test
    void bothPlanesSayWhetherTheyLive() {
        try (TestCluster cluster = cluster(17)) {
            var node = cluster.node(0).cluster();
            Duration limit = Duration.ofSeconds(1);
            assertThat(cluster.await(node.ping("n2", limit), LIMIT))
                    .isPositive()
                    .isLessThan(limit);
            assertThat(cluster.await(node.ping("n1", limit), LIMIT)).isZero();
            assertThat(cluster.await(node.pingLog(limit), LIMIT)).isPositive().isLessThan(limit);
            assertThatThrownBy(() -> cluster.await(node.ping("n9", limit), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n9 cannot be asked now: its link is NOT_CONNECTED; see that it runs");
            cluster.pause(1, Duration.ofSeconds(5));
            assertThatThrownBy(() -> cluster.await(node.ping("n2", limit), LIMIT))
                    .hasMessageContaining("node n2 did not answer within PT1S: see its messaging port");
            cluster.settle();
            cluster.partition(Set.of(0), Set.of(1, 2));
            assertThatThrownBy(() -> cluster.await(node.pingLog(limit), LIMIT))
                    .hasMessageContaining("the log took no entry within PT1S: a majority of the voters");
        }
    }

    @Test
    void aNodeSaysWhatItIsMissing() {
        try (TestCluster cluster = cluster(12)) {
            assertThat(cluster.node(0).cluster().diagnose()).isEmpty();
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(cluster.node(0).cluster().diagnose())
                    .anyMatch(line -> line.contains("lease has passed"))
                    .anyMatch(line -> line.startsWith("no link to n2@"));
            cluster.settle();
            assertThat(cluster.node(0).cluster().diagnose()).isEmpty();
        }
    }

    @Test
    void whatIsNotDoneInTimeNamesTheSeed() {
        try (TestCluster cluster = cluster(6)) {
            assertThatThrownBy(() -> cluster.await(new CompletableFuture<>(), Duration.ofMillis(5)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("seed 6")
                    .hasMessageContaining("it is not done after PT0.005S");
        }
    }

    @Test
    void badInputIsRefusedWithARemedy() {
        assertThatThrownBy(() -> TestCluster.simulated(1, 2, REGISTRY))
                .hasMessage("a simulated cluster has 1, 3, 5 or 7 nodes, not 2");
        assertThatThrownBy(() -> TestCluster.simulated(1, 3, REGISTRY, Account.KIND, Account.KIND))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("two kinds are named account");
        TestCluster cluster = cluster(1);
        assertThatThrownBy(() -> cluster.crash(3)).hasMessage("there is no node 3: they are numbered 0 to 2");
        cluster.close();
        cluster.close();
        assertThatThrownBy(() -> cluster.run(LIMIT)).hasMessage("the simulated cluster is closed");
    }
}
