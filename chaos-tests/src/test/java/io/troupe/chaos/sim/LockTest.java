package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterLock;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.KeyValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The locks of real nodes on virtual time. */
class LockTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static TestCluster cluster(long seed) {
        return TestCluster.simulated(seed, 3, REGISTRY, UserActors.Account.KIND);
    }

    private static CompletableFuture<ClusterLock> lock(TestCluster cluster, int node, Duration limit) {
        return cluster.node(node).cluster().lock("work", limit);
    }

    @Test
    void oneHoldsItAtATimeAndTokensRise() {
        try (TestCluster cluster = cluster(1)) {
            ClusterLock first = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
            assertThat(first.isHeld()).isTrue();
            assertThat(first.name()).isEqualTo("work");
            CompletableFuture<ClusterLock> second = lock(cluster, 1, LIMIT);
            CompletableFuture<ClusterLock> ofTheSameNode = lock(cluster, 0, LIMIT);
            CompletableFuture<ClusterLock> takenBack = lock(cluster, 2, LIMIT);
            cluster.run(Duration.ofSeconds(2));
            assertThat(second).isNotDone();
            assertThat(ofTheSameNode).isNotDone();
            takenBack.cancel(false);
            cluster.await(first.release(), LIMIT);
            cluster.await(first.release(), LIMIT);
            assertThat(first.isHeld()).isFalse();
            assertThat(first.lost()).isNotDone();
            ClusterLock next = (ClusterLock) cluster.await(CompletableFuture.anyOf(second, ofTheSameNode), LIMIT);
            assertThat(next.token()).isGreaterThan(first.token());
            assertThat(second.isDone() && ofTheSameNode.isDone()).isFalse();
            next.close();
            ClusterLock last = cluster.await(second.isDone() && second.join() == next ? ofTheSameNode : second, LIMIT);
            assertThat(last.token()).isGreaterThan(next.token());
        }
    }

    @Test
    void whoWaitsTooLongIsToldWhoHoldsIt() {
        try (TestCluster cluster = cluster(2)) {
            ClusterLock held = cluster.await(lock(cluster, 0, Duration.ZERO), LIMIT);
            assertThatThrownBy(() -> cluster.await(lock(cluster, 1, Duration.ZERO), LIMIT))
                    .hasMessageContaining("lock work was not free in time: node n1 holds it");
            assertThatThrownBy(() -> cluster.await(lock(cluster, 1, Duration.ofMillis(300)), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageEndingWith(
                            "lock work was not free in time: node n1 holds it with token " + held.token());
            assertThatThrownBy(() -> cluster.node(0).cluster().lock("a b", LIMIT))
                    .hasMessage("lock 'a b' must be 1 to 100 letters, digits, '.', '_' or '-'");
            List<CompletableFuture<ClusterLock>> many = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                many.add(cluster.node(0).cluster().lock("l" + i, LIMIT));
            }
            assertThatThrownBy(() -> cluster.await(many.get(999), LIMIT))
                    .hasMessageEndingWith("node n1 holds or waits for 1000 locks: release some first");
        }
    }

    /** It asks under a lease that is still valid; what it gets later, if its session is still there, it gives back. */
    @Test
    void whoIsCutOffFromTheMajorityWaitsNoLongerThanItsLimit() {
        for (long seed = 1; seed <= 10; seed++) {
            for (boolean sessionStays : new boolean[] {true, false}) {
                try (TestCluster cluster = cluster(seed)) {
                    long life = cluster.node(0).cluster().incarnation();
                    cluster.partition(Set.of(0), Set.of(1, 2));
                    if (sessionStays) {
                        cluster.partition(Set.of(1), Set.of(2)); // nobody can end it
                    }
                    CompletableFuture<ClusterLock> wanted = lock(cluster, 0, Duration.ofSeconds(1));
                    CompletableFuture<ClusterLock> atOnce =
                            cluster.node(0).cluster().lock("other", Duration.ZERO);
                    cluster.run(Duration.ofMillis(970));
                    assertThat(wanted).as("seed %d", seed).isNotDone();
                    assertThat(atOnce).as("seed %d", seed).isNotDone();
                    cluster.run(Duration.ofMillis(100));
                    tooLate(wanted, "work");
                    tooLate(atOnce, "other");
                    cluster.heal();
                    ClusterLock next = cluster.await(lock(cluster, 1, LIMIT), LIMIT);
                    cluster.settle();
                    assertThat(cluster.node(0).cluster().incarnation() == life)
                            .as("seed %d", seed)
                            .isEqualTo(sessionStays);
                    assertThat(next.isHeld()).as("seed %d", seed).isTrue();
                    cluster.await(next.release(), LIMIT);
                    ClusterLock last = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
                    assertThat(last.token()).isGreaterThan(next.token());
                    cluster.await(cluster.node(1).cluster().lock("other", LIMIT), LIMIT);
                }
            }
        }
    }

    private static void tooLate(CompletableFuture<ClusterLock> wanted, String name) {
        assertThat(wanted).isCompletedExceptionally();
        assertThatThrownBy(wanted::join)
                .cause()
                .isInstanceOfSatisfying(
                        ClusterException.class,
                        late -> assertThat(late.code()).isEqualTo(ClusterException.Code.TIMEOUT))
                .hasMessage("lock " + name + " was not free in time: node n1 has no lease, or reaches no leader");
    }

    @Test
    void aHolderThatIsCutOffLosesItBeforeAnotherHasIt() {
        for (long seed = 1; seed <= 20; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                ClusterLock old = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
                CompletableFuture<ClusterLock> waiting = lock(cluster, 1, LIMIT);
                cluster.partition(Set.of(0), Set.of(1, 2));
                while (!waiting.isDone()) {
                    cluster.run(Duration.ofMillis(1));
                    assertThat(old.isHeld() && waiting.isDone())
                            .as("seed %d", seed)
                            .isFalse();
                }
                assertThat(old.lost()).as("seed %d", seed).isDone();
                assertThat(waiting.join().token()).isGreaterThan(old.token());
                cluster.settle();
                assertThat(old.isHeld()).isFalse();
                assertThat(waiting.join().isHeld())
                        .as("its own node had no trouble")
                        .isTrue();
            }
        }
    }

    /** The session survives, so nobody else could have had it; but the holder was told that it is lost. */
    @Test
    void aLockThatWasLostIsFreeAlsoWhenTheNodeGoesOn() {
        try (TestCluster cluster = cluster(3)) {
            ClusterLock held = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
            long life = cluster.node(0).cluster().incarnation();
            cluster.partition(Set.of(0), Set.of(1, 2));
            while (held.isHeld()) {
                cluster.run(Duration.ofMillis(100));
                cluster.changeLeader(); // a new leader gives every session its whole lease again
            }
            cluster.settle();
            assertThat(cluster.node(0).cluster().incarnation())
                    .as("its session")
                    .isEqualTo(life);
            assertThat(cluster.node(0).cluster().inCluster()).isTrue();
            assertThat(held.isHeld()).isFalse();
            assertThat(held.lost()).isDone();
            assertThat(cluster.await(lock(cluster, 2, LIMIT), LIMIT).token()).isGreaterThan(held.token());
        }
    }

    @Test
    void aNodeThatIsClosedOrCrashesHoldsNothing() {
        try (TestCluster cluster = cluster(4)) {
            ClusterLock held = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
            CompletableFuture<ClusterLock> waiting = lock(cluster, 0, LIMIT);
            cluster.node(0).close();
            assertThat(held.isHeld()).isFalse();
            assertThat(held.lost()).isDone();
            assertThatThrownBy(waiting::join).hasMessageEndingWith("node n1 is closed: ask another one");
            assertThatThrownBy(() -> held.release().join()).hasMessageEndingWith("node n1 is closed: ask another one");
            ClusterLock second = cluster.await(lock(cluster, 1, LIMIT), LIMIT);
            cluster.crash(1);
            assertThat(cluster.await(lock(cluster, 2, LIMIT), LIMIT).token()).isGreaterThan(second.token());
        }
    }

    @Test
    void aHolderThatIsStoppedHearsOfItWhileItsEntryStillStands() {
        for (long seed = 1; seed <= 10; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                ClusterLock held = cluster.await(lock(cluster, 0, LIMIT), LIMIT);
                CompletableFuture<ClusterLock> waiting = lock(cluster, 1, LIMIT);
                CompletableFuture<@Nullable KeyValue> entryWhenLost =
                        held.lost().thenApply(lost -> cluster.committed().get(ClusterKeys.lock("work")));
                cluster.stop(0, LIMIT);
                assertThat(entryWhenLost.join())
                        .as("seed %d", seed)
                        .isNotNull()
                        .extracting(KeyValue::modRevision)
                        .isEqualTo(held.token());
                assertThat(cluster.await(waiting, LIMIT).token())
                        .as("seed %d", seed)
                        .isGreaterThan(held.token());
            }
        }
    }

    /** Whatever happens to the nodes: never two at a time, and every token larger than the ones before. */
    @Test
    void inAStormNeverTwoHoldIt() {
        int acquired = 0;
        for (long seed = 100; seed < 130; seed++) {
            try (TestCluster cluster = cluster(seed)) {
                acquired += contend(cluster, seed);
            }
        }
        assertThat(acquired).as("not in vain").isGreaterThan(300);
    }

    private static int contend(TestCluster cluster, long seed) {
        List<CompletableFuture<ClusterLock>> wanted = new ArrayList<>();
        List<ClusterLock> had = new ArrayList<>();
        long newest = 0;
        for (int step = 0; step < 1_000; step++) {
            if (step % 4 == 0) {
                for (int node = 0; node < cluster.nodes(); node++) {
                    wanted.add(cluster.node(node).cluster().lock("work", Duration.ofSeconds(1)));
                }
            }
            if (step % 50 == 0) {
                cluster.storm(Duration.ofMillis(100));
            } else {
                cluster.run(Duration.ofMillis(10));
            }
            wanted.stream()
                    .filter(one -> one.isDone() && !one.isCompletedExceptionally())
                    .forEach(one -> had.add(one.join()));
            wanted.removeIf(CompletableFuture::isDone);
            List<ClusterLock> held = had.stream().filter(ClusterLock::isHeld).toList();
            assertThat(held).as("seed %d, step %d", seed, step).hasSizeLessThan(2);
            for (ClusterLock lock : held) {
                assertThat(lock.token()).as("seed %d, step %d", seed, step).isGreaterThanOrEqualTo(newest);
                newest = lock.token();
                if (step % 3 == 0) {
                    lock.close();
                }
            }
        }
        cluster.settle();
        return had.size();
    }
}
