package io.troupe.cluster.internal.coordinator;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.Hosting;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.keys.SetRecord;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.memory.InMemoryGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CoordinatorTest {
    private static final int SHARDS = 12;
    private static final long FORMATION_NS = 1_000;
    private static final long BALANCE_NS = 1_000;
    private static final long MOVE_NS = 5_000;

    private final InMemoryGroup group = InMemoryGroup.create();
    private final Map<String, MetadataStore> stores = new HashMap<>();
    private static final Coordinator.Settings SETTINGS =
            new Coordinator.Settings(SHARDS, Set.of("n1", "n2", "n3"), FORMATION_NS, BALANCE_NS, 2, MOVE_NS, 1);

    private final ExecutorService clusterThread = Executors.newSingleThreadExecutor();
    private final AtomicInteger answered = new AtomicInteger();
    private final List<Coordinator> coordinators = new ArrayList<>();
    private final Coordinator coordinator;

    CoordinatorTest() {
        coordinator = coordinator(SETTINGS);
    }

    private Coordinator coordinator(Coordinator.Settings settings) {
        Coordinator made = new Coordinator(
                store("n1"),
                settings,
                step -> clusterThread.execute(() -> {
                    step.run();
                    answered.incrementAndGet();
                }));
        coordinators.add(made);
        return made;
    }

    /** What the watch of the store tells them. */
    private void changed() {
        coordinators.forEach(Coordinator::onChange);
    }

    /**
     * The store shows what was proposed before the coordinator hears of it, and until then it proposes nothing else.
     */
    private void awaitAnswers(int proposals) {
        await().until(() -> answered.get() == proposals);
    }

    @AfterEach
    void close() {
        clusterThread.shutdownNow();
        stores.values().forEach(MetadataStore::close);
        group.close();
    }

    private MetadataStore store(String nodeId) {
        return stores.computeIfAbsent(nodeId, id -> {
            MetadataStore store = group.store(id);
            store.start().join();
            return store;
        });
    }

    private static NodeRecord record(boolean hosts, String... roles) {
        return new NodeRecord(new Hosting(hosts, null, 1.0, Set.of(roles)), Set.of(), Set.of("jobs", "one", "nowhere"));
    }

    private void add(int first, ShardSet set) {
        store("n1")
                .txn(Txn.of(new Op.Put(ClusterKeys.set(set.name()), new SetRecord(first, set.shards(), set).encode())))
                .join();
        changed();
    }

    private Map<String, Integer> counts(int first, int end) {
        Map<String, Integer> counts = new TreeMap<>();
        owners().forEach((shard, owner) -> {
            if (shard >= first && shard < end) {
                counts.merge(owner.owner(), 1, Integer::sum);
            }
        });
        return counts;
    }

    private SessionId join(String nodeId, boolean hosts, String... roles) {
        MetadataStore store = store(nodeId);
        SessionId session = store.openSession(60_000).join();
        store.txn(Txn.of(new Op.Put(
                        ClusterKeys.node(nodeId), record(hosts, roles).encode(), session)))
                .join();
        changed();
        return session;
    }

    private void leave(String nodeId) {
        store(nodeId).closeSession().join();
        changed();
    }

    private void onCluster(Runnable step) {
        try {
            clusterThread.submit(step).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        owners().values().forEach(owner -> counts.merge(owner.owner(), 1, Integer::sum));
        return counts;
    }

    private Map<Integer, ShardRecord> owners() {
        Map<Integer, ShardRecord> owners = new TreeMap<>();
        store("n1")
                .view()
                .forEach(
                        ClusterKeys.SHARDS,
                        entry -> owners.put(
                                ClusterKeys.shardOf(entry.key()),
                                ShardRecord.decode(entry.value(), entry.modRevision())));
        return owners;
    }

    @Test
    void theFirstGrantsWaitForEverySeed() {
        join("n1", true);
        join("n2", true);
        onCluster(() -> coordinator.onLeading(0));
        onCluster(() -> coordinator.onTick(FORMATION_NS - 1));
        assertThat(store("n1").barrier().join()).isPositive();
        assertThat(owners()).isEmpty();
        join("n3", true);
        onCluster(() -> coordinator.onTick(FORMATION_NS - 1));
        await().untilAsserted(() -> assertThat(counts()).isEqualTo(Map.of("n1", 4, "n2", 4, "n3", 4)));
    }

    @Test
    void aSeedThatNeverComesIsNotWaitedForLongerThanTheFormationTime() {
        join("n1", true);
        join("n2", true);
        onCluster(() -> coordinator.onLeading(0));
        onCluster(() -> coordinator.onTick(FORMATION_NS));
        await().untilAsserted(() -> assertThat(counts()).isEqualTo(Map.of("n1", 6, "n2", 6)));
    }

    @Test
    void aNodeWithoutShardsGetsNone() {
        join("n1", true);
        join("driver", false);
        onCluster(() -> coordinator.onLeading(0));
        onCluster(() -> coordinator.onTick(FORMATION_NS));
        await().untilAsserted(() -> assertThat(counts()).isEqualTo(Map.of("n1", 12)));
    }

    @Test
    void withTooFewNodesNothingIsGivenOut() {
        Coordinator careful = coordinator(
                new Coordinator.Settings(SHARDS, Set.of("n1", "n2", "n3"), FORMATION_NS, BALANCE_NS, 2, MOVE_NS, 2));
        join("n1", true);
        join("driver", false);
        onCluster(() -> careful.onLeading(0));
        onCluster(() -> careful.onTick(2 * FORMATION_NS));
        store("n1").barrier().join();
        assertThat(owners()).isEmpty();
        join("n2", true);
        onCluster(() -> careful.onTick(2 * FORMATION_NS));
        await().untilAsserted(() -> assertThat(counts()).isEqualTo(Map.of("n1", 6, "n2", 6)));
        awaitAnswers(1);
        leave("n2");
        onCluster(() -> careful.onTick(3 * FORMATION_NS));
        store("n1").barrier().join();
        assertThat(counts()).as("what a lost node owned has no live owner").isEqualTo(Map.of("n1", 6, "n2", 6));
    }

    @Test
    void aNodeWithoutAKindOfASetOwnsNoneOfIt() {
        join("n1", true);
        join("n2", true);
        join("n3", true);
        add(12, ShardSet.of("unheard-of", 6));
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(counts(0, 12)).isEqualTo(Map.of("n1", 4, "n2", 4, "n3", 4)));
        awaitAnswers(1);
        assertThat(counts(12, 18)).isEmpty();
    }

    /** What it costs the log when one of many nodes dies. */
    @Test
    void aLossAmongAHundredNodesWritesOnlyTheShardsThatMove() {
        int shards = 1024;
        int nodes = 100;
        Coordinator large =
                coordinator(new Coordinator.Settings(shards, Set.of(), FORMATION_NS, BALANCE_NS, 2, MOVE_NS, 1));
        for (int node = 1; node <= nodes; node++) {
            join("n" + node, true);
        }
        onCluster(() -> large.onLeading(0));
        await().untilAsserted(() -> assertThat(counts().values()).hasSize(nodes).containsOnly(10, 11));
        awaitAnswers(1);
        Map<Integer, ShardRecord> before = owners();
        int lost = Objects.requireNonNull(counts().get("n50"));
        leave("n50");
        long revision = store("n1").barrier().join();
        onCluster(() -> large.onTick(1));
        await().untilAsserted(() -> assertThat(counts()).doesNotContainKey("n50"));
        awaitAnswers(2);
        onCluster(() -> large.onTick(1 + BALANCE_NS));
        long changed = owners().entrySet().stream()
                .filter(after -> !after.getValue().equals(before.get(after.getKey())))
                .count();
        assertThat(changed).isEqualTo(lost);
        assertThat(store("n1").barrier().join() - revision)
                .as("entries of the log")
                .isLessThanOrEqualTo(lost + 2L);
        assertThat(counts().values()).containsOnly(10, 11);
    }

    @Test
    void theShardsOfASetGoToNodesThatItAdmits() {
        join("n1", true);
        join("n2", true, "batch");
        join("n3", true, "batch");
        add(12, ShardSet.of("jobs", 6).onRole("batch"));
        add(18, ShardSet.singleton("one").pinnedTo("n3"));
        add(19, ShardSet.singleton("nowhere").onRole("none"));
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(counts(0, 12)).isEqualTo(Map.of("n1", 4, "n2", 4, "n3", 4)));
        awaitAnswers(1); // to all of its changes
        assertThat(counts(12, 18)).isEqualTo(Map.of("n2", 3, "n3", 3));
        assertThat(counts(18, 19)).isEqualTo(Map.of("n3", 1));
        assertThat(counts(19, 20)).isEmpty();
    }

    @Test
    void aSetWhosePolicyChangesIsHandedOverToTheNodesThatItAdmitsNow() {
        join("n1", true);
        join("n2", true, "batch");
        join("n3", true);
        add(12, ShardSet.of("jobs", 2).pinnedTo("n1"));
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(counts(12, 14)).isEqualTo(Map.of("n1", 2)));
        awaitAnswers(1);
        add(12, ShardSet.of("jobs", 2).onRole("batch"));
        onCluster(() -> coordinator.onTick(1));
        await().untilAsserted(() -> assertThat(owners().values())
                .filteredOn(owner -> owner.target() != null)
                .hasSize(2)
                .allSatisfy(owner -> assertThat(owner.toString()).contains("n2")));
        assertThat(counts(12, 14)).as("until they are released").isEqualTo(Map.of("n1", 2));
    }

    /** Otherwise they would be frozen at their owner, which lives. */
    @ParameterizedTest
    @CsvSource({"1, no node is left that the set admits", "2, too few nodes are left to give out anything"})
    void movesToANodeThatIsLostAreCalledOffAlthoughNothingElseIsPlanned(int minHosts, String why) {
        Coordinator careful = coordinator(
                new Coordinator.Settings(SHARDS, Set.of("n1", "n2"), FORMATION_NS, BALANCE_NS, 2, MOVE_NS, minHosts));
        join("n1", true);
        join("n2", true, "batch");
        add(12, ShardSet.of("jobs", 2).pinnedTo("n1"));
        onCluster(() -> careful.onLeading(0));
        await().untilAsserted(() -> assertThat(counts(12, 14)).isEqualTo(Map.of("n1", 2)));
        awaitAnswers(1);
        add(12, ShardSet.of("jobs", 2).onRole("batch"));
        onCluster(() -> careful.onTick(1));
        await().untilAsserted(() -> assertThat(moving()).isEqualTo(2));
        awaitAnswers(2);
        leave("n2");
        await().untilAsserted(() -> {
            onCluster(() -> careful.onTick(2));
            assertThat(moving()).as(why).isZero();
        });
        assertThat(counts(12, 14)).isEqualTo(Map.of("n1", 2));
    }

    @Test
    void aMoveThatTakesTooLongIsCalledOffAlsoWithTooFewNodes() {
        Coordinator careful =
                coordinator(new Coordinator.Settings(SHARDS, Set.of("n1"), FORMATION_NS, BALANCE_NS, 2, MOVE_NS, 3));
        join("n1", true);
        join("n2", true, "batch");
        join("n3", true);
        add(12, ShardSet.of("jobs", 2).pinnedTo("n1"));
        onCluster(() -> careful.onLeading(0));
        await().untilAsserted(() -> assertThat(counts(12, 14)).isEqualTo(Map.of("n1", 2)));
        awaitAnswers(1);
        add(12, ShardSet.of("jobs", 2).onRole("batch"));
        onCluster(() -> careful.onTick(1));
        await().untilAsserted(() -> assertThat(moving()).isEqualTo(2));
        awaitAnswers(2);
        onCluster(() -> careful.onTick(2));
        leave("n3");
        onCluster(() -> careful.onTick(3));
        store("n1").barrier().join();
        assertThat(moving()).as("its target lives").isEqualTo(2);
        onCluster(() -> careful.onTick(2 + MOVE_NS));
        await().untilAsserted(() -> assertThat(moving()).isZero());
    }

    private long moving() {
        return owners().values().stream()
                .filter(owner -> owner.target() != null)
                .count();
    }

    @Test
    void theShardsOfADeadNodeAndOnlyThoseMoveWithAHigherEpoch() {
        join("n1", true);
        join("n2", true);
        join("n3", true);
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        Map<Integer, ShardRecord> before = owners();
        leave("n2");
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(1));
            assertThat(counts()).isEqualTo(Map.of("n1", 6, "n3", 6));
        });
        owners().forEach((shard, after) -> {
            ShardRecord earlier = Objects.requireNonNull(before.get(shard));
            if (earlier.owner().equals("n2")) {
                assertThat(after.epoch()).isGreaterThan(earlier.epoch());
            } else {
                assertThat(after).isEqualTo(earlier);
            }
        });
    }

    @Test
    void aNodeThatCameBackIsAnotherNode() {
        join("n1", true);
        join("n2", true);
        join("n3", true);
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        long old = owners().values().stream()
                .filter(owner -> owner.owner().equals("n2"))
                .findFirst()
                .orElseThrow()
                .incarnation();
        SessionId again = join("n2", true);
        assertThat(again.incarnation()).isGreaterThan(old);
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(1));
            assertThat(owners().values())
                    .filteredOn(owner -> owner.owner().equals("n2"))
                    .isNotEmpty()
                    .allSatisfy(owner -> assertThat(owner.incarnation()).isEqualTo(again.incarnation()));
        });
    }

    @Test
    void aDeposedCoordinatorProposesNothing() {
        join("n1", true);
        onCluster(() -> coordinator.onLeading(0));
        onCluster(coordinator::onNotLeading);
        onCluster(() -> coordinator.onTick(FORMATION_NS));
        store("n1").barrier().join();
        assertThat(owners()).isEmpty();
    }

    /** Moves are ordered, not made: what is on its way still belongs to its owner. */
    @Test
    void aNodeThatJoinsIsGivenShardsOnceTheNodesHaveBeenTheSameForAWhile() {
        join("n1", true);
        join("n2", true);
        onCluster(() -> coordinator.onLeading(0));
        onCluster(() -> coordinator.onTick(FORMATION_NS));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        awaitAnswers(1);
        SessionId joined = join("n3", true);
        onCluster(() -> coordinator.onTick(10_000));
        store("n1").barrier().join();
        assertThat(owners().values()).allMatch(owner -> owner.target() == null);
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(10_000 + BALANCE_NS));
            assertThat(owners().values())
                    .filteredOn(owner -> owner.target() != null)
                    .hasSize(2)
                    .allSatisfy(owner ->
                            assertThat(owner.target()).isEqualTo(new ShardRecord.Target("n3", joined.incarnation())));
        });
        assertThat(counts()).isEqualTo(Map.of("n1", 6, "n2", 6));
    }

    @Test
    void aMoveThatTakesTooLongIsCalledOffAndItsOwnerKeepsItsEpoch() {
        aNodeThatJoinsIsGivenShardsOnceTheNodesHaveBeenTheSameForAWhile();
        Map<Integer, ShardRecord> moving = owners();
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(10_000 + BALANCE_NS + MOVE_NS));
            assertThat(owners().values()).anyMatch(owner -> owner.target() == null);
            assertThat(owners())
                    .allSatisfy((shard, owner) -> assertThat(owner.epoch())
                            .isEqualTo(Objects.requireNonNull(moving.get(shard)).epoch()));
        });
    }

    @Test
    void aNodeThatDrainsLosesItsShardsAtOnce() {
        join("n1", true);
        SessionId leaving = join("n2", true);
        join("n3", true);
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        store("n1")
                .txn(Txn.of(new Op.Put(ClusterKeys.drain("n2"), ClusterKeys.epochBytes(leaving.incarnation()))))
                .join();
        changed();
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(1));
            assertThat(owners().values())
                    .filteredOn(owner -> owner.target() != null)
                    .hasSize(2)
                    .allMatch(owner -> owner.owner().equals("n2"));
        });
    }

    @Test
    void aDrainThatWasMeantForALifeThatIsOverIsForgotten() {
        join("n1", true);
        SessionId present = join("n2", true);
        join("n3", true);
        onCluster(() -> coordinator.onLeading(0));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        MetadataStore store = store("n1");
        store.putAll(Map.of(
                        ClusterKeys.drain("gone"), ClusterKeys.epochBytes(7),
                        ClusterKeys.drain("n3"), ClusterKeys.epochBytes(1),
                        ClusterKeys.drain("n2"), ClusterKeys.epochBytes(present.incarnation())))
                .join();
        changed();
        await().untilAsserted(() -> {
            onCluster(() -> coordinator.onTick(1));
            assertThat(store.view().get(ClusterKeys.drain("gone"))).isNull();
        });
        assertThat(store.view().get(ClusterKeys.drain("n3"))).isNull();
        assertThat(store.view().get(ClusterKeys.drain("n2"))).isNotNull();
    }

    /** A table of a thousand shards takes milliseconds to look at, and there are fifty ticks a second. */
    @Test
    void itLooksOnlyAfterAChangeAndWhenTimeAloneMayChangeTheAnswer() {
        AtomicInteger looks = new AtomicInteger();
        MetadataStore counted = (MetadataStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {MetadataStore.class}, (proxy, method, arguments) -> {
                    looks.addAndGet(method.getName().equals("view") ? 1 : 0);
                    return method.invoke(store("n1"), arguments);
                });
        Coordinator looking = new Coordinator(counted, SETTINGS, clusterThread);
        join("n1", true);
        join("n2", true);
        onCluster(() -> looking.onLeading(0));
        onCluster(() -> looking.onTick(FORMATION_NS - 1));
        assertThat(looks).as("while a seed is missing").hasValue(1);
        onCluster(() -> looking.onTick(FORMATION_NS));
        await().untilAsserted(() -> assertThat(owners()).hasSize(SHARDS));
        await().untilAsserted(() -> {
            onCluster(() -> looking.onTick(FORMATION_NS));
            assertThat(looks)
                    .as("when it has been waited for, and when that is answered")
                    .hasValue(3);
        });
        onCluster(() -> looking.onTick(FORMATION_NS + BALANCE_NS));
        onCluster(() -> looking.onTick(1_000_000));
        assertThat(looks).as("once for balance, and no more without a change").hasValue(4);
        join("n3", true);
        looking.onChange();
        onCluster(() -> looking.onTick(1_000_000));
        onCluster(() -> looking.onTick(1_000_000 + BALANCE_NS - 1));
        assertThat(looks).as("after a change").hasValue(5);
        onCluster(() -> looking.onTick(1_000_000 + BALANCE_NS));
        assertThat(looks).as("when the nodes have been the same for a while").hasValue(6);
        await().untilAsserted(() -> assertThat(owners().values()).anyMatch(owner -> owner.target() != null));
        await().untilAsserted(() -> {
            onCluster(() -> looking.onTick(1_000_000 + BALANCE_NS));
            assertThat(looks).as("when the moves are ordered").hasValue(7);
        });
        onCluster(() -> looking.onTick(1_000_000 + BALANCE_NS + MOVE_NS - 1));
        assertThat(looks).as("while they move").hasValue(7);
        onCluster(() -> looking.onTick(1_000_000 + BALANCE_NS + MOVE_NS));
        assertThat(looks).as("when they take too long").hasValue(8);
    }
}
