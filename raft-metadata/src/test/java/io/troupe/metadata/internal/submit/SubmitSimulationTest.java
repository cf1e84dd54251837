package io.troupe.metadata.internal.submit;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.submit.SimulatedCluster.Call;
import io.troupe.metadata.internal.submit.SimulatedCluster.Node;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever the network and Raft do, each transaction is applied once, in order, and its caller is told the truth. */
class SubmitSimulationTest {
    private static final int STEPS = 1_500;
    private static final AtomicInteger WRITES = new AtomicInteger();
    private static final AtomicInteger LEADER_CHANGES = new AtomicInteger();
    private static final AtomicInteger RELAYED = new AtomicInteger();
    private static final AtomicInteger ENDED = new AtomicInteger();

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void everyTransactionIsAppliedOnceAndInOrderAndItsCallerIsToldTheTruth(@ForAll long seed) {
        SimulatedCluster cluster = new SimulatedCluster(seed);
        cluster.nodes.values().forEach(Node::open);
        for (int step = 0; step < STEPS; step++) {
            for (Node node : cluster.nodes.values()) {
                act(cluster, node);
            }
            cluster.step();
        }
        settle(cluster);
        check(cluster);
    }

    /** Not even the leader needs a link to a node whose lease it keeps. */
    @Test
    void aNodeThatReachesTheLeaderOverAnotherVoterOnlyKeepsItsSession() {
        for (long seed = 1; seed <= 20; seed++) {
            SimulatedCluster cluster = new SimulatedCluster(seed);
            cluster.faulty = false;
            Node node = cluster.node("n4");
            node.open();
            settle(cluster);
            cluster.run(200 * SimulatedCluster.MS);
            SessionId session = Objects.requireNonNull(node.submits.session());
            cluster.calm();
            for (int lease = 0; lease < 10; lease++) {
                node.write();
                for (int tick = 0; tick < 8; tick++) {
                    node.renew();
                    cluster.run(SimulatedCluster.TTL_MS * SimulatedCluster.MS / 8);
                }
                assertThat(node.leaseUntil).as("seed %d", seed).isGreaterThan(cluster.now);
            }
            assertThat(node.submits.session()).isEqualTo(session);
            assertThat(node.calls).allMatch(call -> call.result != null);
        }
    }

    private static void act(SimulatedCluster cluster, Node node) {
        if (cluster.random.nextInt(500) == 0) {
            node.frozen = !node.frozen;
        }
        if (node.submits.session() == null) {
            if (node.opening.isDone() && cluster.chance(10)) {
                node.open();
            }
            return;
        }
        for (int left = cluster.chance(20) ? cluster.random.nextInt(5) : 0; left > 0; left--) {
            node.write();
        }
        if (cluster.chance(3) && !node.frozen) {
            node.renew();
        }
        if (cluster.random.nextInt(2_000) == 0) {
            node.open(); // Another life on the same disk.
        }
        if (cluster.random.nextInt(1_000) == 0) {
            node.hold(cluster.random.nextInt(300));
        }
    }

    /** The faults end: whatever still waits must be answered. */
    private static void settle(SimulatedCluster cluster) {
        cluster.calm();
        for (Node node : cluster.nodes.values()) {
            node.frozen = false;
        }
        for (int step = 0; step < 20_000 && pending(cluster); step++) {
            cluster.step();
        }
    }

    private static boolean pending(SimulatedCluster cluster) {
        return cluster.nodes.values().stream()
                .anyMatch(node -> node.calls.stream().anyMatch(call -> call.told == 0));
    }

    private static void check(SimulatedCluster cluster) {
        assertThat(cluster.violations).isEmpty();
        RELAYED.addAndGet(cluster.relayed);
        LEADER_CHANGES.addAndGet(cluster.leaderChanges);
        for (Node node : cluster.nodes.values()) {
            long lastRevision = 0;
            for (Call call : node.calls) {
                assertThat(call.told).as("%s was told", call.key).isEqualTo(1);
                KeyValue entry = cluster.state.view().get(call.key);
                if (call.result != null) {
                    WRITES.incrementAndGet();
                    assertThat(call.result.succeeded())
                            .as("%s succeeded", call.key)
                            .isTrue();
                    long created = entry == null ? 0 : entry.createRevision();
                    assertThat(call.result.revision())
                            .as("%s is there", call.key)
                            .isEqualTo(created)
                            .isGreaterThan(lastRevision);
                    lastRevision = call.result.revision();
                } else if (call.failure == Code.NO_SESSION) {
                    assertThat(entry).as("%s was refused", call.key).isNull();
                } else {
                    ENDED.incrementAndGet();
                    assertThat(call.failure).isEqualTo(Code.SESSION_ENDED);
                }
            }
        }
    }

    @AfterContainer
    static void theSimulationWasNotVacuous() {
        assertThat(WRITES.get()).isGreaterThan(5_000);
        assertThat(LEADER_CHANGES.get()).isGreaterThan(80);
        assertThat(ENDED.get()).isPositive();
        assertThat(RELAYED.get()).isGreaterThan(1_000);
    }
}
