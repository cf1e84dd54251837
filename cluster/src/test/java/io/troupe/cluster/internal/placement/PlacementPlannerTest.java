package io.troupe.cluster.internal.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import io.troupe.cluster.ShardSet.Strategy;
import io.troupe.cluster.internal.placement.PlacementPlanner.Preference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlacementPlannerTest {
    private static List<Candidate> nodes(int count) {
        List<Candidate> nodes = new ArrayList<>();
        for (int node = 0; node < count; node++) {
            nodes.add(new Candidate("node-" + node, 10 + node, 1));
        }
        return nodes;
    }

    private static @Nullable String[] owners(Candidate[] plan) {
        @Nullable String[] owners = new @Nullable String[plan.length];
        Arrays.setAll(owners, shard -> plan[shard].nodeId());
        return owners;
    }

    private static Map<String, Integer> counts(Candidate[] plan, List<Candidate> nodes) {
        Map<String, Integer> counts = new TreeMap<>();
        nodes.forEach(node -> counts.put(node.nodeId(), 0));
        for (Candidate owner : plan) {
            counts.merge(owner.nodeId(), 1, Integer::sum);
        }
        return counts;
    }

    private static int moves(@Nullable String[] before, Candidate[] after) {
        int moves = 0;
        for (int shard = 0; shard < after.length; shard++) {
            moves += after[shard].nodeId().equals(before[shard]) ? 0 : 1;
        }
        return moves;
    }

    private static void assertBalanced(Candidate[] plan, List<Candidate> nodes) {
        assertThat(counts(plan, nodes)).hasSize(nodes.size());
        assertThat(Collections.max(counts(plan, nodes).values())
                        - Collections.min(counts(plan, nodes).values()))
                .isLessThanOrEqualTo(1);
    }

    /** Any table, also one with holes, with owners that are gone, or owned by one node. */
    private static @Nullable String[] anyTable(int shards, long seed) {
        Random random = new Random(seed);
        @Nullable String[] table = new @Nullable String[shards];
        int known = 1 + random.nextInt(12);
        for (int shard = 0; shard < shards; shard++) {
            int owner = random.nextInt(known + 1);
            table[shard] = owner == known ? null : "node-" + owner;
        }
        return table;
    }

    @Property
    void everyStrategyIsBalancedAndMovesNothingTwice(
            @ForAll @IntRange(min = 1, max = 64) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll Strategy strategy,
            @ForAll long seed) {
        Map<String, Integer> loads = new TreeMap<>();
        nodes(count)
                .forEach(node -> loads.put(
                        node.nodeId(), Math.floorMod(seed + node.nodeId().hashCode(), 50)));
        Preference prefer = new Preference(1024, strategy, loads, 7, Map.of());
        Candidate[] plan = PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed), prefer);
        assertBalanced(plan, nodes(count));
        Preference later = new Preference(1024, strategy, loads, seed, Map.of());
        assertThat(moves(owners(plan), PlacementPlanner.plan(shards, nodes(count), owners(plan), later)))
                .isZero();
    }

    @Property
    void aPinnedShardLivesWhereItIsPinnedAndTheOthersAreBalanced(
            @ForAll @IntRange(min = 1, max = 64) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll Strategy strategy,
            @ForAll long seed) {
        Random random = new Random(seed);
        Map<Integer, String> pins = new TreeMap<>();
        for (int shard = 0; shard < shards; shard++) {
            if (random.nextInt(4) == 0) {
                pins.put(shard, "node-" + random.nextInt(count + 1)); // the last one does not live
            }
        }
        Preference prefer = new Preference(0, strategy, Map.of(), seed, pins);
        Candidate[] plan = PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed), prefer);
        Set<String> mixed = new HashSet<>();
        for (int shard = 0; shard < shards; shard++) {
            String pin = pins.get(shard);
            if (pin != null && !pin.equals("node-" + count)) {
                assertThat(plan[shard].nodeId()).isEqualTo(pin);
            } else {
                mixed.add(plan[shard].nodeId());
            }
        }
        Map<String, Integer> owned = counts(plan, nodes(count));
        int least = Collections.min(owned.values());
        assertThat(mixed)
                .as("more than pinned ones only for who has little")
                .allSatisfy(nodeId -> assertThat(owned.get(nodeId)).isLessThanOrEqualTo(least + 1));
        assertThat(moves(owners(plan), PlacementPlanner.plan(shards, nodes(count), owners(plan), prefer)))
                .isZero();
    }

    @Test
    void randomPlacementIsDrawnAnewForEveryPlan() {
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = 0; seed < 300; seed++) {
            Preference prefer = new Preference(0, Strategy.RANDOM, Map.of(), seed, Map.of());
            Candidate[] plan = PlacementPlanner.plan(1, nodes(3), new @Nullable String[1], prefer);
            counts.merge(plan[0].nodeId(), 1, Integer::sum);
        }
        assertThat(counts.values())
                .hasSize(3)
                .allSatisfy(count -> assertThat(count).isBetween(75, 125));
    }

    @Test
    void roundRobinGivesTheNodesInOrder() {
        Candidate[] plan =
                PlacementPlanner.plan(6, nodes(3), new @Nullable String[6], Preference.of(0, Strategy.ROUND_ROBIN));
        assertThat(owners(plan)).containsExactly("node-0", "node-1", "node-2", "node-0", "node-1", "node-2");
    }

    @Test
    void leastLoadGivesToWhoHasLeast() {
        Map<String, Integer> loads = Map.of("node-0", 9, "node-1", 2, "node-2", 5);
        Candidate[] plan = PlacementPlanner.plan(
                1, nodes(3), new @Nullable String[1], new Preference(0, Strategy.LEAST_LOAD, loads, 0, Map.of()));
        assertThat(owners(plan)).containsExactly("node-1");
    }

    @Test
    void setsOfOneShardDoNotAllLiveOnOneNode() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int first = 1024; first < 1324; first++) {
            Candidate[] plan = PlacementPlanner.plan(
                    1, nodes(3), new @Nullable String[1], Preference.of(first, Strategy.RENDEZVOUS));
            counts.merge(plan[0].nodeId(), 1, Integer::sum);
        }
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(75, 125));
    }

    @Property
    void equalWeightsDifferByOneShardAtMost(
            @ForAll @IntRange(min = 1, max = 1100) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll long seed) {
        assertBalanced(PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed)), nodes(count));
    }

    @Property
    void aJoinMovesOneShareAtMostAndOnlyToTheNewNode(
            @ForAll @IntRange(min = 1, max = 1100) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll long seed) {
        @Nullable String[] before = owners(PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed)));
        Candidate[] after = PlacementPlanner.plan(shards, nodes(count + 1), before);
        assertThat(moves(before, after)).isLessThanOrEqualTo((shards + count - 1) / count + 1);
        for (int shard = 0; shard < shards; shard++) {
            assertThat(after[shard].nodeId()).isIn(before[shard], "node-" + count);
        }
    }

    @Property
    void aLeaveMovesOnlyWhatTheNodeOwned(
            @ForAll @IntRange(min = 1, max = 1100) int shards,
            @ForAll @IntRange(min = 2, max = 9) int count,
            @ForAll long seed) {
        @Nullable String[] before = owners(PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed)));
        int left = (int) Math.floorMod(seed, (long) count);
        List<Candidate> rest = nodes(count);
        rest.remove(left);
        Candidate[] after = PlacementPlanner.plan(shards, rest, before);
        assertBalanced(after, rest);
        for (int shard = 0; shard < shards; shard++) {
            if (!("node-" + left).equals(before[shard])) {
                assertThat(after[shard].nodeId()).isEqualTo(before[shard]);
            }
        }
    }

    /** As when the first actor on a LOCAL shard is spawned. */
    @Property
    void oneMorePinMovesItsShardAndAnotherForItAtMost(
            @ForAll @IntRange(min = 1, max = 64) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll Strategy strategy,
            @ForAll long seed) {
        Random random = new Random(seed);
        Map<Integer, String> pins = new TreeMap<>();
        @Nullable String[] before = anyTable(shards, seed);
        for (int pinned = 0; pinned <= shards; pinned++) {
            Preference prefer = new Preference(0, strategy, Map.of(), seed, new TreeMap<>(pins));
            Candidate[] plan = PlacementPlanner.plan(shards, nodes(count), before, prefer);
            assertThat(pinned == 0 ? 0 : moves(before, plan)).isLessThanOrEqualTo(2);
            before = owners(plan);
            pins.putIfAbsent(random.nextInt(shards), "node-" + random.nextInt(count));
        }
    }

    @Property
    void aBalancedClusterMovesNothing(
            @ForAll @IntRange(min = 1, max = 1100) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll long seed) {
        @Nullable String[] before = owners(PlacementPlanner.plan(shards, nodes(count), anyTable(shards, seed)));
        assertThat(moves(before, PlacementPlanner.plan(shards, nodes(count), before)))
                .isZero();
    }

    @Property
    void theOrderOfTheCandidatesDoesNotMatter(
            @ForAll @IntRange(min = 1, max = 300) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll long seed) {
        List<Candidate> shuffled = nodes(count);
        Collections.shuffle(shuffled, new Random(seed));
        @Nullable String[] table = anyTable(shards, seed);
        assertThat(PlacementPlanner.plan(shards, shuffled, table))
                .isEqualTo(PlacementPlanner.plan(shards, nodes(count), table));
    }

    @Property
    void everyNodeGetsItsShareByWeightToWithinOneShard(
            @ForAll @IntRange(min = 1, max = 1100) int shards,
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Candidate> weighted = new ArrayList<>();
        double total = 0;
        for (int node = 0; node < count; node++) {
            weighted.add(new Candidate("node-" + node, 1, 0.25 + random.nextInt(8)));
            total += weighted.get(node).weight();
        }
        Map<String, Integer> counts = counts(PlacementPlanner.plan(shards, weighted, anyTable(shards, seed)), weighted);
        for (Candidate node : weighted) {
            double share = shards * node.weight() / total;
            assertThat((double) counts.getOrDefault(node.nodeId(), 0)).isBetween(share - 1, share + 1);
        }
    }

    @Test
    void anEmptyTableIsFilledByRendezvous() {
        Candidate[] three = PlacementPlanner.plan(1024, nodes(3), new @Nullable String[1024]);
        Candidate[] four = PlacementPlanner.plan(1024, nodes(4), new @Nullable String[1024]);
        // Two plans from nothing agree on most of what does not go to the node that only one of them has: no table
        // needed.
        int same = 0;
        for (int shard = 0; shard < 1024; shard++) {
            same += three[shard].nodeId().equals(four[shard].nodeId()) ? 1 : 0;
        }
        assertThat(same).isGreaterThan(640);
    }

    @Test
    void thePlanOfToday() {
        Candidate[] plan = PlacementPlanner.plan(16, nodes(3), new @Nullable String[16]);
        StringBuilder digits = new StringBuilder();
        for (Candidate owner : plan) {
            digits.append(owner.nodeId().charAt(5));
        }
        assertThat(digits.toString()).as("the same on every JVM").isEqualTo("0002122001011212");
    }

    @Test
    void aNewLifeOfANodeIsPlannedWithItsIncarnation() {
        Candidate[] plan = PlacementPlanner.plan(1, List.of(new Candidate("n1", 99, 1)), new @Nullable String[] {"n1"});
        assertThat(plan[0].incarnation()).isEqualTo(99);
    }

    @Test
    void inputThatCannotBePlannedIsRefusedWithAReason() {
        assertThatThrownBy(() -> PlacementPlanner.plan(4, List.of(), new @Nullable String[4]))
                .hasMessage("no candidate: nobody can own the 4 shards");
        assertThatThrownBy(() -> PlacementPlanner.plan(4, nodes(1), new @Nullable String[3]))
                .hasMessage("current owners (3) must be given for each of the 4 shards, null for none");
        List<Candidate> twice = List.of(new Candidate("n", 1, 1), new Candidate("n", 2, 1));
        assertThatThrownBy(() -> PlacementPlanner.plan(4, twice, new @Nullable String[4]))
                .hasMessage("node n is a candidate twice");
        assertThatThrownBy(() -> new Candidate("n", 1, Double.NaN)).hasMessageContaining("weight (NaN) of node n");
    }
}
