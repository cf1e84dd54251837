package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One owner, balance, convergence, leaks: each holds, is broken, and is not checked. */
class ClusterCheckersTest {
    @Test
    void ownershipsThatFollowEachOtherPass() {
        assertThat(line(new SingleOwner(), owns("n1", 3, 0, 10L), owns("n2", 5, 10, null)))
                .isEqualTo("single-owner             PASS            2 ownerships");
        assertThat(line(new SingleOwner()))
                .isEqualTo("single-owner             INVALID         0 ownerships: no ownership was recorded");
    }

    @Test
    void twoBelieversAtOneInstantFail() {
        assertThat(line(new SingleOwner(), owns("n2", 5, 9, null), owns("n1", 3, 0, 10L)))
                .isEqualTo("single-owner             FAIL            2 ownerships: shard default/0 has two believers "
                        + "from 9 on: n1 (epoch 3, from 0 to 10) and n2 (epoch 5, from 9 to the end)");
        assertThat(line(new SingleOwner(), owns("n1", 3, 0, null), owns("n2", 5, 9, 12L), owns("n3", 6, 12, 14L)))
                .contains("FAIL")
                .endsWith("(the first of 2)");
    }

    @Test
    void ownershipWithoutARisingEpochFails() {
        assertThat(line(new SingleOwner(), owns("n1", 5, 0, 10L), owns("n2", 5, 10, null)))
                .endsWith("shard default/0: n2 (epoch 5, from 10 to the end) follows n1 (epoch 5, from 0 to 10): "
                        + "the epoch must rise");
    }

    @Test
    void mapsThatAgreeAndAreBalancedPass() {
        List<Event> round = new ArrayList<>(round(1, List.of("n1", "n2", "n3"), "n3", "n3", "n3", "n3"));
        round.addAll(round(2, List.of("n1", "n2"), "n1", "n2", "n1"));
        assertThat(line(new Balance(), round))
                .isEqualTo("balance                  PASS            6 shards in final maps");
        assertThat(line(new Convergence(), round))
                .isEqualTo("convergence              PASS            3 shards compared");
    }

    @Test
    void historyWithoutMapsIsInvalid() {
        String nothing = "no node that is up in the final round showed a map";
        assertThat(line(new Balance()))
                .isEqualTo("balance                  INVALID         0 shards in final maps: " + nothing);
        assertThat(line(new Convergence()))
                .isEqualTo("convergence              INVALID         0 shards compared: " + nothing);
        assertThat(line(new Convergence(), round(1, List.of("n1"), "n1")))
                .isEqualTo("convergence              INVALID         0 shards compared: one node alone has nothing to "
                        + "agree with");
    }

    @Test
    void nodeWithTwoShardsMoreThanAnotherIsNotBalanced() {
        assertThat(line(new Balance(), round(1, List.of("n1", "n2", "n3"), "n1", "n2", "n1")))
                .isEqualTo(
                        "balance                  FAIL            9 shards in final maps: by the map of n1, the shards "
                                + "of set default are spread n1 2, n2 1, n3 0: at most 1 apart is balanced (the first of 3)");
    }

    @Test
    void shardOfNobodyOrOfANodeThatIsDownFails() {
        List<Event> round = List.of(new Event.Alive(1, "n1"), view(1, "n1", 0, null), view(1, "n1", 1, "n9"));
        assertThat(new Balance().check(History.of(round)).evidence())
                .containsExactly(
                        "by the map of n1, shard default/0 has no owner",
                        "by the map of n1, shard default/1 is owned by n9, which is not up");
    }

    @Test
    void mapsThatDifferAtTheEndDoNotConverge() {
        List<Event> differing = List.of(
                new Event.Alive(1, "n1"),
                new Event.Alive(1, "n2"),
                new Event.Alive(1, "n3"),
                view(1, "n1", 0, "n1"),
                view(1, "n2", 0, "n2"),
                view(1, "n2", 1, "n2"));
        assertThat(new Convergence().check(History.of(differing)).evidence())
                .containsExactly(
                        "n3 is up in the final round and showed no map",
                        "shard default/0 is owned by n1 in epoch 7 for n1 and owned by n2 in epoch 7 for n2",
                        "shard default/1 is not known for n1 and owned by n2 in epoch 7 for n2");
        assertThat(line(new Convergence(), differing))
                .startsWith("convergence              FAIL            2 shards compared");
    }

    @Test
    void processThatIsBackAtItsBasePasses() {
        assertThat(line(
                        new Leaks(),
                        resources("n1", Event.Phase.BEFORE, 30, 40),
                        resources("n1", Event.Phase.AFTER, 32, 39)))
                .isEqualTo("leaks                    PASS            3 counts compared");
        assertThat(line(new Leaks(), resources("n1", Event.Phase.AFTER, 32, 39)))
                .isEqualTo("leaks                    INVALID         0 counts compared: "
                        + "no process has its resources counted before and after");
    }

    @Test
    void threadsFilesAndHeapBeyondTheAllowanceAreLeaks() {
        assertThat(new Leaks(0, 1, 5)
                        .check(History.of(List.of(
                                new Event.Resources("n1", Event.Phase.BEFORE, 30, 40, 100),
                                new Event.Resources("n1", Event.Phase.AFTER, 31, 41, 106))))
                        .evidence())
                .containsExactly(
                        "n1 has threads: 30 before, 31 after, at most 0 more allowed",
                        "n1 has bytes of heap: 100 before, 106 after, at most 5 more allowed");
    }

    @Test
    void processThatIsUpAndNotCountedAfterTheRunFails() {
        Event before = resources("n1", Event.Phase.BEFORE, 30, 40);
        assertThat(line(new Leaks(), before, new Event.Alive(1, "n1")))
                .contains("FAIL")
                .endsWith("the resources of n1 are counted before the run and not after it");
        assertThat(line(new Leaks(), before, new Event.Alive(1, "n2"))).contains("INVALID");
    }

    private static String line(Checker checker, Event... events) {
        return line(checker, List.of(events));
    }

    private static String line(Checker checker, List<Event> events) {
        return checker.check(History.of(events)).line();
    }

    private static Event owns(String node, long epoch, long from, @Nullable Long to) {
        return new Event.Ownership(node, "default", 0, epoch, from, to);
    }

    private static List<Event> round(long round, List<String> nodes, String... owners) {
        List<Event> events = new ArrayList<>();
        for (String node : nodes) {
            events.add(new Event.Alive(round, node));
            for (int shard = 0; shard < owners.length; shard++) {
                events.add(view(round, node, shard, owners[shard]));
            }
        }
        return events;
    }

    private static Event view(long round, String node, long shard, @Nullable String owner) {
        return new Event.View(round, node, "default", shard, owner, 7);
    }

    private static Event resources(String node, Event.Phase phase, long threads, long files) {
        return new Event.Resources(node, phase, threads, files, 1000);
    }
}
