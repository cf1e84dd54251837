package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.troupe.chaos.sim.UserActors.Account;
import io.troupe.chaos.sim.UserActors.Ping;
import io.troupe.chaos.sim.UserActors.Pinged;
import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ActorPage;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.ClusterManager;
import org.junit.jupiter.api.Test;

import static io.troupe.chaos.sim.UserActors.LIMIT;
import static io.troupe.chaos.sim.UserActors.cluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Who is in the memory of which node, as the nodes say it. */
class ListingTest {
    private static final int EACH = 40;

    private static TestCluster busy(long seed) {
        TestCluster cluster = cluster(seed);
        for (int i = 0; i < EACH; i++) {
            cluster.await(cluster.node(0).entity(Account.KIND, "a/" + i).ask(new Account.Deposit(1), LIMIT), LIMIT);
            cluster.await(cluster.node(0).entity(Pinged.KIND, "p" + i).ask(new Ping(1), LIMIT), LIMIT);
        }
        return cluster;
    }

    private static List<ActorInfo> all(TestCluster cluster, ActorQuery query) {
        ClusterManager manager = cluster.node(1).cluster().manager();
        List<ActorInfo> found = new ArrayList<>();
        String next = null;
        do {
            ActorPage page = cluster.await(manager.actors(query.after(next), LIMIT), LIMIT);
            assertThat(page.actors()).hasSizeLessThanOrEqualTo(query.limit());
            assertThat(page.next() != null || page.actors().size() <= query.limit())
                    .isTrue();
            found.addAll(page.actors());
            next = page.next();
        } while (next != null);
        return found;
    }

    /** Whatever the size of the parts: everybody once, in order, on the node that owns the shard. */
    @Test
    void theActorsOfAllNodesAreListedInParts() {
        try (TestCluster cluster = busy(31)) {
            Set<String> ids = new TreeSet<>();
            IntStream.range(0, EACH).forEach(i -> ids.addAll(List.of("a/" + i, "p" + i)));
            for (int limit : new int[] {1, 7, 2 * EACH, 500}) {
                List<ActorInfo> found = all(cluster, ActorQuery.ALL.limit(limit));
                assertThat(found).hasSize(2 * EACH).extracting(ActorInfo::id).containsExactlyInAnyOrderElementsOf(ids);
                assertThat(found).extracting(ActorInfo::nodeId).isSorted().contains("n1", "n2", "n3");
                assertThat(found).allSatisfy(actor -> {
                    assertThat(cluster.node(0).cluster().owner(actor.shard())).isEqualTo(actor.nodeId());
                    assertThat(actor.epoch()).isPositive();
                    assertThat(actor.waiting()).isZero();
                    assertThat(actor.unfenced()).isFalse();
                });
            }
            assertThat(all(cluster, ActorQuery.ALL.ofKind("account").limit(9)))
                    .hasSize(EACH)
                    .allMatch(actor -> actor.kind().equals("account"));
            assertThat(all(cluster, ActorQuery.ALL.ofKind("nobody"))).isEmpty();
            ActorPage one =
                    cluster.await(cluster.node(0).cluster().manager().actorsOf("n2", ActorQuery.ALL, LIMIT), LIMIT);
            assertThat(one.actors())
                    .isEqualTo(all(cluster, ActorQuery.ALL).stream()
                            .filter(actor -> actor.nodeId().equals("n2"))
                            .toList());
        }
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        try (TestCluster cluster = busy(32)) {
            ClusterManager manager = cluster.node(0).cluster().manager();
            Duration limit = Duration.ofSeconds(1);
            cluster.pause(2, Duration.ofSeconds(5));
            assertThatThrownBy(() -> cluster.await(manager.actors(ActorQuery.ALL, limit), LIMIT))
                    .hasMessageEndingWith(
                            "node n3 did not say in time which actors it has: ask the others one by one, or"
                                    + " again when it has left");
            assertThat(cluster.await(manager.actorsOf("n2", ActorQuery.ALL, limit), LIMIT)
                            .actors())
                    .isNotEmpty();
            cluster.settle();
            cluster.stop(2, LIMIT);
            assertThat(all(cluster, ActorQuery.ALL))
                    .extracting(ActorInfo::nodeId)
                    .doesNotContain("n3");
            assertThatThrownBy(() -> cluster.await(manager.actorsOf("n3", ActorQuery.ALL, limit), LIMIT))
                    .hasMessageEndingWith("no live node is named n3: these are [n1, n2]");
        }
    }

    @Test
    void aPlaceThatNoPageHasNamedIsRefused() {
        try (TestCluster cluster = cluster(33)) {
            ClusterManager manager = cluster.node(0).cluster().manager();
            for (String bad : new String[] {"", "n1/3/account", "n1/-3/account/a", "n1/x/account/a"}) {
                assertThatThrownBy(() -> manager.actors(ActorQuery.ALL.after(bad), LIMIT))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("'" + bad + "' is no place in a list of actors: give what the page before names as"
                                + " next");
            }
            assertThatThrownBy(() -> manager.actorsOf("n2", ActorQuery.ALL.after("n1/3/account/a"), LIMIT))
                    .hasMessage(
                            "the part after 'n1/3/account/a' is one of node n1, not of n2: ask for the parts of each"
                                    + " node by themselves");
            assertThatThrownBy(() -> ActorQuery.ALL.limit(0))
                    .hasMessage("limit (0) must be between 1 and 500: ask for the next part with what the page names as"
                            + " next");
        }
    }
}
