package io.troupe.chaos.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The logs of one simulated cluster: they share nodes and network, and nothing else. Only their stores run here. */
class GroupLogsTest {
    private static final long MS = 1_000_000;
    private static final int VOTERS = 3;
    private static final int GROUPS = 3;
    private static final long TTL_MS = 60_000;
    private static final long LIMIT_NS = 1_000 * MS;

    private final Simulation world = new Simulation(
            5,
            Swarm.CALM,
            new Topology(VOTERS, 0, 0, GROUPS - 1, REGISTRY, UserActors.Account.KIND),
            new Simulation.Watcher() {},
            true);

    @BeforeEach
    void openSessions() {
        world.startStores();
        List<CompletableFuture<SessionId>> sessions = new ArrayList<>();
        for (SimNode node : world.nodes) {
            for (int group = 0; group < GROUPS; group++) {
                NodeStore store = node.store(group);
                sessions.add(on(node, () -> store.openSession(TTL_MS)));
            }
        }
        sessions.forEach(this::await);
    }

    /** As a step of the node, after which its stores do what was asked. */
    private <T> CompletableFuture<T> on(SimNode node, Supplier<CompletableFuture<T>> step) {
        CompletableFuture<T> done = new CompletableFuture<>();
        world.after(0, "test", node, () -> {
            CompletableFuture<?> unused = step.get().thenAccept(done::complete);
        });
        return done;
    }

    private <T> T await(CompletableFuture<T> future) {
        long end = world.now() + LIMIT_NS;
        while (!future.isDone() && world.now() < end) {
            pass(1);
        }
        assertThat(future).isCompleted();
        return future.join();
    }

    /** Lets time pass; the stores look at it, as those of a running node do. */
    private void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            for (SimNode node : world.nodes) {
                world.after(0, "tick", node, () -> {});
            }
            world.runUntil(world.now() + MS);
        }
    }

    private CompletableFuture<Long> put(SimNode node, int group, String key, byte[] value) {
        return on(node, () -> node.store(group).put(key, value));
    }

    private CompletableFuture<Long> put(SimNode node, int group, String key) {
        return put(node, group, key, new byte[] {1});
    }

    private static String leaderOf(Log log) {
        return Objects.requireNonNull(log.view().leader()).nodeId();
    }

    private SimNode leader(int group) {
        return world.node(leaderOf(world.logs[group]));
    }

    /** Until one node leads one group, and another one the other. */
    private void part(int group, int other) {
        while (leader(group) == leader(other)) {
            world.logs[other].elect();
            pass(20);
        }
    }

    @Test
    void aKeyIsInTheGroupThatItWasWrittenIn() {
        SimNode node = world.nodes[0];
        long before = node.store(2).view().revision();
        await(put(node, 1, "k"));
        pass(20);
        for (SimNode each : world.nodes) {
            assertThat(each.store(0).view().get("k")).isNull();
            assertThat(each.store(1).view().get("k")).isNotNull();
            assertThat(each.store(2).view().get("k")).isNull();
            assertThat(each.store(2).view().revision()).isEqualTo(before);
        }
    }

    @Test
    void aStoreNamesTheOthersOfItsLife() {
        SimNode node = world.nodes[0];
        NodeStore first = node.store();
        assertThat(first.groups()).isEqualTo(GROUPS);
        assertThat(first.group(0)).isSameAs(first);
        assertThat(first.group(2)).isSameAs(node.store(2));
        assertThat(node.store(2).group(0)).isSameAs(first);
        assertThatThrownBy(() -> first.group(GROUPS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no group 3: this cluster has 3, numbered from 0");
    }

    @Test
    void aGroupThatHasNoLeaderDoesNotHoldUpAnotherOne() {
        part(0, 1);
        SimNode lost = leader(0);
        SimNode writer = leader(1);
        long term = world.logs[1].term();
        lost.crash();
        long crashed = world.now();
        CompletableFuture<Long> waiting = put(writer, 0, "first");
        await(put(writer, 1, "other"));
        assertThat(world.now() - crashed).isLessThan(50 * MS);
        assertThat(waiting).as("a write in the group that has lost its leader").isNotDone();
        assertThat(world.logs[0].isServed()).isFalse();
        await(waiting);
        assertThat(leader(0)).isNotEqualTo(lost);
        assertThat(leader(1)).isEqualTo(writer);
        assertThat(world.logs[1].term()).isEqualTo(term);
    }

    @Test
    void leadersOfGroupsChangeByThemselves() {
        FaultInjector injector = new FaultInjector(world);
        for (int group = 0; group < GROUPS; group++) {
            long[] terms = {world.logs[0].term(), world.logs[1].term(), world.logs[2].term()};
            terms[group]++;
            injector.begin(new Fault(Fault.Kind.NEW_LEADER, GROUPS * MS + group, MS, 0, 1));
            for (int each = 0; each < GROUPS; each++) {
                assertThat(world.logs[each].term())
                        .as("term of group %d after the fault of group %d", each, group)
                        .isEqualTo(terms[each]);
            }
        }
    }

    @Test
    void electionsOfGroupsAreDrawnByThemselves() {
        List<List<String>> leaders = new ArrayList<>();
        for (Log log : world.logs) {
            List<String> drawn = new ArrayList<>();
            for (int election = 0; election < 10; election++) {
                log.elect();
                pass(5);
                drawn.add(leaderOf(log));
            }
            leaders.add(drawn);
        }
        assertThat(leaders).doesNotHaveDuplicates();
    }

    @Test
    void aNodeHasOfEachLogAfterARestartWhatItHadApplied() {
        SimNode node = world.nodes[0];
        for (int write = 0; write < 5; write++) {
            await(put(node, 1, "k" + write));
        }
        await(put(node, 2, "k"));
        pass(20);
        List<Integer> applied = new ArrayList<>();
        for (int group = 0; group < GROUPS; group++) {
            applied.add(node.store(group).applied());
        }
        assertThat(applied).doesNotHaveDuplicates();
        NodeStore before = node.store(1);
        node.crash();
        await(put(world.nodes[1], 1, "missed"));
        node.restart();
        for (int group = 0; group < GROUPS; group++) {
            assertThat(node.store(group).applied()).isEqualTo(applied.get(group));
        }
        assertThat(node.store(1)).isNotSameAs(before);
        assertThat(node.store(1).view().get("k4")).isNotNull();
        assertThat(node.store(1).view().get("missed")).isNull();
    }

    @Test
    void aStoreIsAtRestWhenItsOwnLogIs() {
        SimNode node = world.nodes[0];
        await(put(node, 1, "earlier"));
        pass(200);
        assertThat(world.logs[1].size()).isNotEqualTo(world.logs[0].size());
        assertThat(node.store(0).isSettled()).isTrue();
        assertThat(node.store(1).isSettled()).isTrue();
        CompletableFuture<Long> put = put(node, 1, "k");
        world.runUntil(world.now());
        assertThat(node.store(0).isSettled()).isTrue();
        assertThat(node.store(1).isSettled()).isFalse();
        await(put);
    }

    /** Shard 1 of five has group 2 of two. */
    @Test
    void anEffectIsHeldAgainstTheFenceOfItsOwnLog() {
        SimNode node = world.nodes[0];
        byte[] effect = new CommitId(7, 1, 1).encode();
        await(put(node, 2, ClusterKeys.fence(1), ClusterKeys.epochBytes(7)));
        await(put(node, 2, "entity/00001/kind/a", effect));
        await(put(node, 0, ClusterKeys.fence(1), ClusterKeys.epochBytes(8)));
        await(put(node, 2, "entity/00001/kind/a", effect));
        await(put(node, 2, ClusterKeys.fence(1), ClusterKeys.epochBytes(8)));
        assertThatThrownBy(() -> await(put(node, 2, "entity/00001/kind/a", effect)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("shard 1 accepts an effect of epoch 7 after one of 7");
    }

    @Test
    void anEffectMayPrecedeTheNextFenceInOneEntry() {
        SimNode node = world.nodes[0];
        await(put(node, 2, ClusterKeys.fence(1), ClusterKeys.epochBytes(7)));
        int entries = world.logs[2].size();
        CompletableFuture<List<TxnResult>> both = on(
                node,
                () -> node.store(2)
                        .txnBatch(List.of(
                                Txn.of(new Op.Put("entity/00001/kind/a", new CommitId(7, 1, 1).encode())),
                                ClusterKeys.raiseFence(1, 8))));
        assertThat(await(both)).allMatch(TxnResult::succeeded);
        assertThat(world.logs[2].size()).isEqualTo(entries + 1);
    }

    @Test
    void anEffectInTheLogOfAnotherGroupIsFound() {
        SimNode node = world.nodes[0];
        await(put(node, 1, ClusterKeys.fence(1), ClusterKeys.epochBytes(7)));
        byte[] effect = new CommitId(7, 1, 1).encode();
        assertThatThrownBy(() -> await(put(node, 1, "entity/00001/kind/a", effect)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("shard 1 has an effect in the log of group 1, not of group 2");
    }
}
