package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Entities whose states are spread over Raft groups of their own keep every promise that one group keeps. */
@Timeout(120)
class StateGroupsTest {
    private static final int ACCOUNTS = 12;
    private static final int GROUPS = 2;

    @TempDir
    Path directory;

    private static ClusterConfig config(Nodes nodes, String nodeId) {
        return nodes.config(nodeId).stateGroups(GROUPS).build();
    }

    private static void startAll(Nodes nodes) {
        CompletableFuture.allOf(nodes.seeds().stream()
                        .map(seed -> nodes.start(config(nodes, seed.nodeId()), Account.KIND))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static String id(int account) {
        return "a" + account % ACCOUNTS;
    }

    private static Pid<Account.Message> account(ClusterActorSystem node, int account) {
        return node.entity(Account.KIND, id(account));
    }

    private static int keys(MetadataStore store, String prefix) {
        AtomicInteger keys = new AtomicInteger();
        store.view().forEach(prefix, entry -> keys.incrementAndGet());
        return keys.get();
    }

    private static void transfer(ClusterActorSystem node, int times) {
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            outcomes.add(account(node, i).tell(new Account.Transfer(id(5 * i + 1), i % 7)));
        }
        outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
    }

    private static void awaitArrivals(ClusterActorSystem node, int transfers) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            long cents = 0;
            int arrived = 0;
            for (int i = 0; i < ACCOUNTS; i++) {
                Account.State state = Account.read(node, id(i));
                cents += state.cents();
                arrived += state.arrived();
            }
            assertThat(arrived).isEqualTo(transfers);
            assertThat(cents).isEqualTo(1_000L * ACCOUNTS);
        });
    }

    @Test
    void effectsAreOnceWhereverTheStatesAre() {
        try (Nodes nodes = new Nodes('g', directory, 3)) {
            startAll(nodes);
            ClusterActorSystem client =
                    nodes.start(config(nodes, "gx"), Account.KIND).join();
            for (int i = 0; i < ACCOUNTS; i++) {
                assertThat(account(client, i).tell(new Account.Deposit(1_000)).join())
                        .isInstanceOf(SendOutcome.Committed.class);
            }
            transfer(client, 100);
            awaitArrivals(client, 100);
            for (Read how : Read.values()) {
                assertThat(nodes.node("g1")
                                .read(account(nodes.node("g1"), 3), Account.State.class, how)
                                .join()
                                .state())
                        .isEqualTo(Account.read(client, id(3)));
            }
            MetadataStore store = nodes.node("g1").cluster().store();
            assertThat(store.groups()).isEqualTo(1 + GROUPS);
            assertThat(keys(store, "entity/")).isZero();
            assertThat(keys(store, "fence/")).isZero();
            assertThat(keys(store.group(1), "entity/")).isPositive();
            assertThat(keys(store.group(1), "entity/") + keys(store.group(2), "entity/"))
                    .isEqualTo(ACCOUNTS);
            SessionId life = new SessionId("g1", nodes.node("g1").cluster().incarnation());
            for (int group = 0; group <= GROUPS; group++) {
                assertThat(store.group(group).view().isOpen(life))
                        .as("the node's life in group " + group)
                        .isTrue();
            }
            MessageId relayed = new MessageId(SessionId.outbox(1), 1, 1);
            assertThat(client.cluster().resolve(relayed).join())
                    .isEqualTo(new SendOutcome.Unknown(
                            relayed,
                            "an entity has sent it: it is settled in the state group of its receiver, which the id does"
                                    + " not name"));
            Account.State before = Account.read(client, id(3));
            nodes.seeds().forEach(seed -> nodes.stop(seed.nodeId()));
            startAll(nodes);
            assertThat(Account.read(nodes.node("g3"), id(3))).isEqualTo(before);
            transfer(client, 50);
            awaitArrivals(client, 150);
        }
    }
}
