package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.troupe.actors.Pid;
import io.troupe.chaos.kit.KitActors.Counter;
import io.troupe.chaos.kit.KitActors.Herald;
import io.troupe.chaos.kit.KitActors.News;
import io.troupe.chaos.kit.KitActors.Said;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.kit.KitActors.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a user's test may rely on, whether the cluster is real or simulated. Each test leaves three nodes that are well.
 */
abstract class TestClusterContract {
    static final int NODES = 3;
    private static final int COUNTERS = 10;
    private static final Duration SHORT = Duration.ofMillis(300);

    /** The probe that heralds of this class tell. */
    static final AtomicReference<TestProbe<News>> PROBE = new AtomicReference<>();

    /** Messages that heralds have handled. */
    static final AtomicInteger HANDLED = new AtomicInteger();

    /** Heralds that were ended in order. */
    static final AtomicInteger STOPPED = new AtomicInteger();

    abstract TestCluster cluster();

    /** Of the time that the cluster lives in. */
    abstract long nanoTime();

    /** A node that says nothing is there for so long at least. */
    abstract Duration shortestSilence();

    @Test
    void aProbeIsToldByActorsOnEveryNode() {
        TestCluster cluster = cluster();
        TestProbe<News> probe = newProbe(cluster);
        Set<String> nodes = new TreeSet<>();
        for (int herald = 0; herald < 24; herald++) {
            Pid<News> actor = cluster.node(0).entity(Herald.KIND, "h" + herald);
            nodes.add(home(cluster, actor));
            CompletableFuture<?> unused = actor.tell(new Said("" + herald));
        }
        assertThat(nodes).containsExactly("n1", "n2", "n3");
        assertThat(probe.receiveN(24, LIMIT))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 24).mapToObj(n -> new Said("" + n)).toList());
        probe.expectNoMessage(SHORT);
    }

    @Test
    void afterALostLeaderAndAPartitionEverythingIsDeliveredOnce() {
        TestCluster cluster = cluster();
        int leader = cluster.awaitLeader(LIMIT);
        int sender = (leader + 1) % NODES;
        int third = (leader + 2) % NODES;
        Map<String, Long> left = new ConcurrentHashMap<>();
        int before = add(cluster, sender, 0, 0);
        int[] expected = new int[COUNTERS];
        Arrays.fill(expected, before + 3);

        addOneToEach(cluster, sender, tellEach(cluster, sender));
        Subscription subscription = cluster.node(sender).cluster().subscribe(event -> {
            if (event instanceof ClusterEvent.NodeLeft one) {
                left.put(one.nodeId(), nanoTime());
            }
        });
        List<CompletableFuture<SendOutcome>> told = tellEach(cluster, sender);
        long crashedNs = nanoTime();
        cluster.crash(leader);
        addOneToEach(cluster, sender, told);
        assertThat(cluster.awaitLeader(LIMIT)).isNotEqualTo(leader);
        cluster.awaitConverged(LIMIT);
        // A listener hears of it on a thread of its own.
        passUntil(cluster, () -> !left.isEmpty());
        assertThat(left).containsOnlyKeys("n" + (leader + 1));
        assertThat(left.getOrDefault("n" + (leader + 1), 0L) - crashedNs)
                .as("it has not said goodbye: its lease had to end")
                .isGreaterThan(shortestSilence().toNanos());
        subscription.close();
        cluster.restart(leader);
        cluster.awaitConverged(LIMIT);
        assertThat(cluster.node(leader).cluster().activeShards()).isPositive();

        cluster.partition(Set.of(third), Set.of(leader, sender));
        addOneToEach(cluster, sender, tellEach(cluster, sender));
        assertThat(cluster.awaitLeader(LIMIT)).isNotEqualTo(third);
        // If no counter was its, nothing so far had to wait for the end of its lease.
        passUntil(cluster, () -> !cluster.node(third).cluster().inCluster());
        assertThatThrownBy(() -> cluster.awaitConverged(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("has not converged within PT0.3S")
                .hasMessageContaining("n" + (third + 1));
        assertThat(cluster.node(third).cluster().inCluster()).isFalse();
        told = tellEach(cluster, third);
        cluster.heal();
        for (int counter = 0; counter < COUNTERS; counter++) {
            SendOutcome outcome = cluster.await(told.get(counter), LIMIT);
            if (outcome instanceof SendOutcome.Unknown unknown) {
                outcome = cluster.await(counter(cluster, sender, counter).resolve(unknown), LIMIT);
            }
            expected[counter] += outcome instanceof SendOutcome.Committed ? 1 : 0;
        }
        cluster.awaitConverged(LIMIT);
        for (int node = 0; node < NODES; node++) {
            for (int counter = 0; counter < COUNTERS; counter++) {
                assertThat(add(cluster, node, counter, 0)).isEqualTo(expected[counter]);
            }
        }
    }

    @Test
    void aNodeThatStandsStillDoesNothingUntilItGoesOn() {
        TestCluster cluster = cluster();
        int other = cluster.awaitLeader(LIMIT);
        int still = (other + 1) % NODES;
        TestProbe<News> probe = newProbe(cluster);
        while (home(cluster, probe.ref()).equals("n" + (still + 1))) {
            probe = newProbe(cluster);
        }
        String id = "s";
        while (!home(cluster, cluster.node(other).entity(Herald.KIND, id)).equals("n" + (still + 1))) {
            id += "s";
        }
        Pid<News> actor = cluster.node(other).entity(Herald.KIND, id);
        cluster.await(actor.tell(new Said("awake")), LIMIT);
        assertThat(probe.expectMessage(LIMIT)).isEqualTo(new Said("awake"));

        cluster.pause(still, Duration.ofMinutes(10));
        int handled = HANDLED.get();
        // Through the paused node itself no link is needed: its threads stand still, too.
        CompletableFuture<?> unused = cluster.node(still)
                .entity(Herald.KIND, id)
                .tell(new Said("from within"), DeliveryGuarantee.AT_MOST_ONCE);
        CompletableFuture<SendOutcome> told = actor.tell(new Said("from afar"));
        probe.expectNoMessage(SHORT);
        assertThat(told).isNotDone();
        assertThat(HANDLED).hasValue(handled);
        cluster.heal();
        assertThat(probe.receiveN(2, LIMIT)).containsExactlyInAnyOrder(new Said("from within"), new Said("from afar"));

        cluster.pause(still, SHORT); // goes on by itself
        cluster.await(actor.tell(new Said("again")), LIMIT);
        assertThat(probe.expectMessage(LIMIT)).isEqualTo(new Said("again"));
        cluster.awaitConverged(LIMIT);
    }

    @Test
    void aStoppedNodeHandsOverAndACrashedOneDoesNotEvenEndItsHandlers() {
        TestCluster cluster = cluster();
        newProbe(cluster);
        String id = "x";
        while (!home(cluster, cluster.node(0).entity(Herald.KIND, id)).equals("n2")) {
            id += "x";
        }
        Pid<News> actor = cluster.node(0).entity(Herald.KIND, id);
        cluster.await(actor.tell(new Said("1")), LIMIT);
        int stopped = STOPPED.get();
        assertThat(cluster.stop(1, LIMIT).complete()).isTrue();
        assertThat(STOPPED.get()).isGreaterThan(stopped);
        cluster.awaitConverged(LIMIT);
        assertThatThrownBy(() -> cluster.stop(1, LIMIT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node 1 (n2) cannot be stopped: it is down; restart it first");
        assertThatThrownBy(() -> cluster.pause(1, LIMIT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node 1 (n2) cannot be paused: it is down; restart it first");
        cluster.crash(1); // without effect
        cluster.restart(1);
        cluster.awaitConverged(LIMIT);

        while (!home(cluster, cluster.node(0).entity(Herald.KIND, id)).equals("n2")) {
            id += "x";
        }
        cluster.await(cluster.node(1).entity(Herald.KIND, id).tell(new Said("2")), LIMIT);
        CompletableFuture<?> lost;
        stopped = STOPPED.get();
        var dead = cluster.node(1);
        cluster.crash(1);
        lost = dead.entity(Herald.KIND, id).tell(new Said("3"));
        cluster.awaitConverged(LIMIT);
        assertThat(STOPPED).hasValue(stopped);
        assertThat(lost).isNotDone();
        cluster.restart(1);
        cluster.awaitConverged(LIMIT);
    }

    @Test
    void badInputIsNamedAndChangesNothing() {
        TestCluster cluster = cluster();
        assertThatThrownBy(() -> cluster.node(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no node 3: they are numbered 0 to 2");
        assertThatThrownBy(() -> cluster.crash(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no node -1: they are numbered 0 to 2");
        assertThatThrownBy(() -> cluster.partition(Set.of(0), Set.of(1, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no node 3");
        assertThatThrownBy(() -> cluster.partition(Set.of(0), Set.of(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("node 0 is on both sides of the partition [0] | [")
                .hasMessageEndingWith("]: name it once");
        assertThatThrownBy(() -> cluster.restart(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node 0 (n1) cannot be restarted: it is up; stop or crash it first");
        assertThatThrownBy(() -> cluster.await(new CompletableFuture<>(), SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("is not done after PT0.3S");
        cluster.awaitConverged(LIMIT);
    }

    private static void passUntil(TestCluster cluster, BooleanSupplier condition) {
        TestProbe<String> nobodys = cluster.probe(String.class);
        for (long passed = 0; !condition.getAsBoolean() && passed < LIMIT.toMillis(); passed += SHORT.toMillis()) {
            nobodys.expectNoMessage(SHORT);
        }
        assertThat(condition.getAsBoolean()).as("within %s", LIMIT).isTrue();
    }

    static TestProbe<News> newProbe(TestCluster cluster) {
        TestProbe<News> probe = cluster.probe(News.class);
        PROBE.set(probe);
        return probe;
    }

    private static String home(TestCluster cluster, Pid<?> actor) {
        return cluster.node(0).whereIs(actor) instanceof Lookup.Hosted hosted ? hosted.nodeId() : "nowhere";
    }

    private static Pid<Counter.Add> counter(TestCluster cluster, int from, int counter) {
        return cluster.node(from).entity(Counter.KIND, "c" + counter);
    }

    private static List<CompletableFuture<SendOutcome>> tellEach(TestCluster cluster, int from) {
        return IntStream.range(0, COUNTERS)
                .mapToObj(counter -> counter(cluster, from, counter).tell(new Counter.Add(1)))
                .toList();
    }

    private static void addOneToEach(TestCluster cluster, int from, List<CompletableFuture<SendOutcome>> told) {
        told.forEach(one -> assertThat(cluster.await(one, LIMIT))
                .as("told by node %d", from)
                .isInstanceOf(SendOutcome.Committed.class));
    }

    private static int add(TestCluster cluster, int from, int counter, int number) {
        return cluster.await(
                counter(cluster, from, counter).ask(new Counter.Add(number), LIMIT), LIMIT.multipliedBy(2));
    }
}
