package io.troupe.chaos.sim;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.cluster.internal.handoff.TransferFrames;
import io.troupe.transport.Lane;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which frames of a cluster wait for which. */
class LanesTest {
    private static final Kind<Ping> LONG =
            Kind.of("long", Ping.class, Pinged::new).in(ShardSet.of("long", 3).over(Lane.BULK));

    private static Set<Lane> lanesOf(TestCluster cluster, int type) {
        EnumSet<Lane> lanes = EnumSet.noneOf(Lane.class);
        for (int node = 0; node < cluster.nodes(); node++) {
            lanes.addAll(cluster.messaging(node).lanesOf(type));
        }
        return lanes;
    }

    private static void askFromEveryNode(TestCluster cluster, Kind<Ping> kind, String id) {
        for (int from = 0; from < cluster.nodes(); from++) {
            cluster.await(cluster.node(from).entity(kind, id).ask(new Ping(from), LIMIT), LIMIT);
            cluster.await(
                    cluster.node(from).entity(kind, id).tell(new Ping(from), DeliveryGuarantee.AT_MOST_ONCE), LIMIT);
        }
    }

    @Test
    void messagesTakeTheLaneOfTheirSetAndTheClusterOneOfItsOwn() {
        try (TestCluster cluster = TestCluster.simulated(97, 3, REGISTRY, Pinged.KIND, LONG)) {
            askFromEveryNode(cluster, Pinged.KIND, "e1");
            assertThat(lanesOf(cluster, DeliveryFrames.DATA)).containsExactly(Lane.ORDINARY);
            assertThat(lanesOf(cluster, DeliveryFrames.ONE_WAY)).containsExactly(Lane.ORDINARY);
            askFromEveryNode(cluster, LONG, "e1");
            assertThat(lanesOf(cluster, DeliveryFrames.DATA)).containsExactly(Lane.ORDINARY, Lane.BULK);
            assertThat(lanesOf(cluster, DeliveryFrames.ONE_WAY)).containsExactly(Lane.ORDINARY, Lane.BULK);
            assertThat(lanesOf(cluster, DeliveryFrames.ACK))
                    .as("nobody waits for an answer behind what is long")
                    .containsExactly(Lane.ORDINARY);
            ClusterActorSystem node = cluster.node(0);
            Lookup home = node.whereIs(node.entity(LONG, "e1"));
            String elsewhere =
                    home instanceof Lookup.Hosted hosted && hosted.nodeId().equals("n1") ? "n2" : "n1";
            assertThat(cluster.await(node.migrate(node.entity(LONG, "e1"), elsewhere, LIMIT), LIMIT)
                            .moved())
                    .isTrue();
            assertThat(lanesOf(cluster, TransferFrames.TRANSFER)).containsExactly(Lane.CONTROL);
            askFromEveryNode(cluster, LONG, "e1");
        }
    }

    @Test
    void theLaneOfASetIsFixed() {
        try (TestCluster cluster = TestCluster.simulated(98, 3, REGISTRY, LONG)) {
            ClusterActorSystem node = cluster.node(0);
            for (ShardSet other :
                    List.of(ShardSet.of("long", 3), ShardSet.of("long", 3).onRole("big"))) {
                assertThatThrownBy(() -> cluster.await(node.changeSet(other), LIMIT))
                        .hasCauseInstanceOf(ClusterException.class)
                        .hasMessageContaining(
                                "messages to shard set long take lane BULK in this cluster, and this node says"
                                        + " ORDINARY: the lane is fixed; choose another name for another set");
            }
        }
    }
}
