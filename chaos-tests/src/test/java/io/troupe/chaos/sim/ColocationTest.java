package io.troupe.chaos.sim;

import java.util.List;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.MoveReport;
import io.troupe.cluster.ShardSet;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.REGISTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Entities of one id, of two kinds, on one node. */
class ColocationTest {
    private static final Kind<Account.Message> HOST = Kind.durable(
                    "host", Account.Message.class, Account.State.class, Account::new)
            .in(ShardSet.of("cells", 4));
    private static final Kind<Ping> GUEST =
            Kind.of("guest", Ping.class, Pinged::new).colocateWith(HOST);
    private static final Kind<Ping> GUEST_OF_GUEST =
            Kind.of("second", Ping.class, Pinged::new).colocateWith(GUEST);

    @Test
    void entitiesOfOneIdLiveAndMoveTogether() {
        Kind<Ping> neighbour = Kind.of("neighbour", Ping.class, Pinged::new).in(HOST.shardSet());
        try (TestCluster cluster = TestCluster.simulated(91, 3, REGISTRY, HOST, GUEST, GUEST_OF_GUEST, neighbour)) {
            List<String> ids = IntStream.range(0, 40).mapToObj(i -> "e" + i).toList();
            ClusterActorSystem node = cluster.node(0);
            for (String id : ids) {
                Lookup host = node.whereIs(node.entity(HOST, id));
                assertThat(host).isInstanceOf(Lookup.Hosted.class);
                assertThat(node.whereIs(node.entity(GUEST, id))).isEqualTo(host);
                assertThat(node.whereIs(node.entity(GUEST_OF_GUEST, id))).isEqualTo(host);
            }
            assertThat(ids)
                    .as("a set alone does not bring them together")
                    .anySatisfy(id -> assertThat(node.whereIs(node.entity(neighbour, id)))
                            .isNotEqualTo(node.whereIs(node.entity(HOST, id))));
            for (int from = 0; from < 3; from++) {
                ClusterActorSystem sender = cluster.node(from);
                assertThat(cluster.await(sender.entity(HOST, "e1").ask(new Account.Deposit(1), LIMIT), LIMIT))
                        .isEqualTo(from + 1);
                assertThat(cluster.await(sender.entity(GUEST, "e1").ask(new Ping(1), LIMIT), LIMIT))
                        .isEqualTo(from + 1);
            }
            for (String to : List.of("n1", "n2", "n3")) {
                MoveReport moved = cluster.await(node.migrate(node.entity(GUEST, "e1"), to, LIMIT), LIMIT);
                assertThat(moved.moved()).isTrue();
                assertThat(node.whereIs(node.entity(HOST, "e1")))
                        .isEqualTo(node.whereIs(node.entity(GUEST, "e1")))
                        .isInstanceOfSatisfying(
                                Lookup.Hosted.class,
                                hosted -> assertThat(hosted.nodeId()).isEqualTo(to));
            }
            assertThat(cluster.await(node.entity(HOST, "e1").ask(new Account.Deposit(1), LIMIT), LIMIT))
                    .isEqualTo(4);
        }
    }

    private static String group(String id) {
        return id.substring(0, Math.max(0, id.indexOf('/')));
    }

    @Test
    void entitiesOfOneKeyLiveTogetherAndWithTheirHost() {
        Kind<Account.Message> grouped = HOST.shardBy(ColocationTest::group);
        Kind<Ping> member = GUEST.colocateWith(HOST).shardBy(ColocationTest::group);
        Kind<Ping> memberOfGrouped =
                GUEST_OF_GUEST.shardBy(id -> id.substring(1)).colocateWith(grouped);
        try (TestCluster cluster = TestCluster.simulated(94, 3, REGISTRY, grouped, memberOfGrouped)) {
            ClusterActorSystem node = cluster.node(0);
            Lookup home = node.whereIs(node.entity(grouped, "g1/a"));
            assertThat(home).isInstanceOf(Lookup.Hosted.class);
            for (int i = 0; i < 40; i++) {
                assertThat(node.whereIs(node.entity(grouped, "g1/" + i))).isEqualTo(home);
                assertThat(node.whereIs(node.entity(memberOfGrouped, "_g1/" + i)))
                        .isEqualTo(home);
                assertThat(node.whereIs(node.entity(member, "g1/" + i)))
                        .as("where the host named g1 lives")
                        .isEqualTo(node.whereIs(node.entity(HOST, "g1")));
            }
            assertThat(IntStream.range(0, 40).mapToObj(i -> node.whereIs(node.entity(grouped, "g" + i + "/a"))))
                    .as("other keys spread")
                    .anySatisfy(other -> assertThat(other).isNotEqualTo(home));
            assertThat(cluster.await(cluster.node(2).entity(grouped, "g1/a").ask(new Account.Deposit(1), LIMIT), LIMIT))
                    .isEqualTo(1);
            assertThatThrownBy(() -> node.entity(grouped, "alone"))
                    .hasMessage(
                            "shardBy makes an empty key of the id alone of durable kind host: let it make a key of 1"
                                    + " character at least of every id");
        }
    }

    @Test
    void whatCannotLiveTogetherIsNamed() {
        assertThatThrownBy(() -> GUEST.in(ShardSet.of("other", 4)))
                .hasMessage(
                        "kind guest lives with kind host in set cells, and cannot be in set other too: put that kind"
                                + " into the set before colocateWith");
        assertThatThrownBy(() -> HOST.colocateWith(HOST))
                .hasMessage("durable kind host cannot live with itself: name another kind");
        assertThatThrownBy(() -> TestCluster.simulated(92, 1, REGISTRY, GUEST))
                .hasMessage(
                        "kind guest lives with kind host in set cells, but the node has no such kind: give it both");
        Kind<Account.Message> elsewhere =
                Kind.durable("host", Account.Message.class, Account.State.class, Account::new);
        assertThatThrownBy(() -> TestCluster.simulated(93, 1, REGISTRY, elsewhere, GUEST))
                .hasMessage("kind guest lives with kind host in set cells, but the node has that kind in set default:"
                        + " colocateWith the kind as the node has it");
    }
}
