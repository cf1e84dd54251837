package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.AskException;
import io.troupe.actors.Kind;
import io.troupe.actors.QuorumLoss;
import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static io.troupe.chaos.sim.UserActors.cluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Clusters of a user's own actors, simulated as a user would. */
class TestClusterTest {
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
        assertThatThrownBy(() -> TestCluster.simulated(1, 5, 3, REGISTRY))
                .hasMessage("a simulated cluster of 5 voters has 0 to 2 nodes without a log, not 3");
        for (int groups : new int[] {-1, 16}) {
            assertThatThrownBy(() -> TestCluster.simulated(1, 3, 0, groups, REGISTRY))
                    .hasMessage("a simulated cluster has 0 to 15 state groups, not " + groups);
        }
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
