package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.NodeState;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.cluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a node tells of itself and of the others. */
class ObservingTest {
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
            cluster.await(cluster.node(1).cluster().manager().drainNode("n1", LIMIT), LIMIT);
            assertThat(cluster.node(0).cluster().state()).isEqualTo(NodeState.DRAINING);
            var leaving = cluster.node(0).cluster();
            cluster.stop(0, LIMIT);
            assertThat(leaving.state()).isEqualTo(NodeState.LEFT);
        }
    }

    @Test
    void bothPlanesSayWhetherTheyLive() {
        try (TestCluster cluster = cluster(17)) {
            var node = cluster.node(0).cluster().manager();
            Duration limit = Duration.ofSeconds(1);
            assertThat(cluster.await(node.ping("n2", limit), LIMIT))
                    .isPositive()
                    .isLessThan(limit);
            assertThat(cluster.await(node.ping("n1", limit), LIMIT)).isZero();
            assertThat(cluster.await(node.pingLog(limit), LIMIT)).isPositive().isLessThan(limit);
            assertThatThrownBy(() -> cluster.await(node.ping("n9", limit), LIMIT))
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageContaining("node n9 cannot be asked now: see that it runs and its messaging port is open"
                            + " (its link is NOT_CONNECTED)");
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
    void aNodeNamesTheStateGroupsThatItDoesNotHearOf() {
        try (TestCluster cluster = TestCluster.simulated(12, 3, 0, 2, UserActors.REGISTRY, UserActors.Account.KIND)) {
            cluster.partition(Set.of(0), Set.of(1, 2));
            cluster.run(Duration.ofSeconds(3));
            assertThat(cluster.node(0).cluster().diagnose())
                    .anyMatch(line ->
                            line.startsWith("this node's copy of the state groups [1, 2] is older than a lease"));
            assertThat(cluster.node(1).cluster().diagnose()).noneMatch(line -> line.contains("state groups"));
        }
    }
}
