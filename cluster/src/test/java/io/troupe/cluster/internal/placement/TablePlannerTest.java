package io.troupe.cluster.internal.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.troupe.cluster.internal.placement.TablePlanner.Change;
import io.troupe.cluster.internal.placement.TablePlanner.Grant;
import io.troupe.cluster.internal.placement.TablePlanner.Host;
import io.troupe.cluster.internal.placement.TablePlanner.Move;
import io.troupe.cluster.internal.placement.TablePlanner.Stay;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TablePlannerTest {
    private static final int SHARDS = 24;

    private static Host host(int node) {
        return new Host("n" + node, node, 1, false, true);
    }

    private static Host draining(int node) {
        return new Host("n" + node, node, 1, true, true);
    }

    private static TablePlanner.Policy policy(int maxMoves, boolean mayBalance, long... overdue) {
        return new TablePlanner.Policy(
                maxMoves, mayBalance, move -> Arrays.stream(overdue).anyMatch(id -> id == move));
    }

    private static List<Change> plan(List<Host> hosts, @Nullable ShardRecord[] records, TablePlanner.Policy policy) {
        return TablePlanner.plan(hosts, records, policy, PlacementPlanner.Preference.DEFAULT);
    }

    /** Applies changes at once, as if every move took no time. */
    private static void apply(List<Change> changes, @Nullable ShardRecord[] records) {
        for (Change change : changes) {
            if (change instanceof Grant grant) {
                records[grant.shard()] =
                        new ShardRecord(grant.to().nodeId(), grant.to().incarnation(), 1, 0, 0, null);
            } else if (change instanceof Move move) {
                records[move.shard()] =
                        new ShardRecord(move.to().nodeId(), move.to().incarnation(), 1, 0, 0, null);
            }
        }
    }

    private static Map<String, Integer> counts(@Nullable ShardRecord[] records) {
        Map<String, Integer> counts = new HashMap<>();
        for (ShardRecord entry : records) {
            if (entry != null) {
                counts.merge(entry.owner(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static @Nullable ShardRecord[] granted(List<Host> hosts) {
        @Nullable ShardRecord[] records = new ShardRecord[SHARDS];
        apply(plan(hosts, records, policy(1, true)), records);
        return records;
    }

    @Property(tries = 200)
    void aJoinMovesOnlyWhatTheNewNodeGetsAndEndsBalanced(
            @ForAll @IntRange(min = 1, max = 8) int nodes, @ForAll @IntRange(min = 1, max = 5) int maxMoves) {
        List<Host> hosts = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            hosts.add(host(node));
        }
        @Nullable ShardRecord[] records = granted(hosts);
        hosts.add(host(nodes + 1));
        int moved = 0;
        while (true) {
            List<Change> changes = plan(hosts, records, policy(maxMoves, true));
            if (changes.isEmpty()) {
                break;
            }
            assertThat(changes)
                    .hasSizeLessThanOrEqualTo(maxMoves)
                    .allSatisfy(change -> assertThat(change)
                            .isInstanceOfSatisfying(
                                    Move.class,
                                    move -> assertThat(move.to().nodeId()).isEqualTo("n" + (nodes + 1))));
            moved += changes.size();
            apply(changes, records);
        }
        assertThat(moved).isLessThanOrEqualTo((SHARDS + nodes) / (nodes + 1) + 1);
        assertThat(counts(records).values().stream()
                                .mapToInt(count -> count)
                                .max()
                                .orElseThrow()
                        - counts(records).values().stream()
                                .mapToInt(count -> count)
                                .min()
                                .orElseThrow())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void balanceWaitsButADrainDoesNot() {
        @Nullable ShardRecord[] records = granted(List.of(host(1), host(2)));
        assertThat(plan(List.of(host(1), host(2), host(3)), records, policy(9, false)))
                .isEmpty();
        List<Change> changes = plan(List.of(host(1), draining(2), host(3)), records, policy(SHARDS, false));
        assertThat(changes)
                .hasSize(SHARDS / 2)
                .allSatisfy(change -> assertThat(change).isInstanceOf(Move.class));
        apply(changes, records);
        assertThat(counts(records)).doesNotContainKey("n2");
    }

    @Test
    void whenEverybodyDrainsNobodyMoves() {
        @Nullable ShardRecord[] records = granted(List.of(host(1), host(2)));
        assertThat(plan(List.of(draining(1), draining(2)), records, policy(9, true)))
                .isEmpty();
    }

    @Test
    void theShardsOfADeadNodeComeBeforeEverythingElse() {
        @Nullable ShardRecord[] records = granted(List.of(host(1), host(2), host(3)));
        Host reborn = new Host("n2", 9, 1, false, true);
        List<Change> changes = plan(List.of(host(1), reborn, draining(3)), records, policy(9, true));
        assertThat(changes)
                .hasSize(SHARDS / 3)
                .allSatisfy(change -> assertThat(change)
                        .isInstanceOfSatisfying(
                                Grant.class,
                                grant -> assertThat(grant.to().nodeId()).isNotEqualTo("n3")));
    }

    @Test
    void aMoveIsCalledOffWhenItsTargetIsGoneDrainsOrTakesTooLong() {
        @Nullable ShardRecord[] records = granted(List.of(host(1), host(2)));
        ShardRecord first = records[0];
        assertThat(first).isNotNull();
        String other = first.owner().equals("n1") ? "n2" : "n1";
        long life = other.equals("n1") ? 1 : 2;
        records[0] = new ShardRecord(first.owner(), first.incarnation(), 1, 0, 44, new ShardRecord.Target(other, life));
        List<Host> hosts = List.of(host(1), host(2));
        assertThat(plan(hosts, records, policy(9, true))).doesNotContain(new Stay(0));
        assertThat(plan(hosts, records, policy(9, true, 44))).containsExactly(new Stay(0));
        records[0] = new ShardRecord(
                first.owner(), first.incarnation(), 1, 0, 44, new ShardRecord.Target(other, life + 100));
        assertThat(plan(hosts, records, policy(9, true))).containsExactly(new Stay(0));
    }

    @Test
    void shardsOnTheirWayCountAsMoving() {
        @Nullable ShardRecord[] records = granted(List.of(host(1), host(2)));
        List<Host> hosts = List.of(host(1), host(2), host(3));
        int shard = ((Move) plan(hosts, records, policy(1, true)).get(0)).shard();
        ShardRecord entry = records[shard];
        assertThat(entry).isNotNull();
        records[shard] = new ShardRecord(entry.owner(), entry.incarnation(), 1, 0, 44, new ShardRecord.Target("n3", 3));
        assertThat(plan(hosts, records, policy(1, true))).isEmpty();
        assertThat(plan(hosts, records, policy(2, true))).singleElement().isInstanceOf(Move.class);
    }
}
