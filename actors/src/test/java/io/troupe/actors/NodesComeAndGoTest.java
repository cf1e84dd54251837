package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterManager;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Nodes with and without a vote join and leave a cluster that works. */
@Timeout(200)
class NodesComeAndGoTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void nodesWithoutAVoteOwnShardsAndJoinAndLeaveAtRunTime() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterActorSystem seed = nodes.node("n1");
            ClusterActorSystem client = nodes.start("client").join();
            ClusterActorSystem first = nodes.start(worker(nodes, "w1")).join();
            ClusterActorSystem second = nodes.start(worker(nodes, "w2")).join();
            await().untilAsserted(() ->
                    assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 8, "w1", 16, "w2", 8)));
            await().untilAsserted(() -> assertThat(client.getClusterNodes().join())
                    .extracting(NodeInfo::nodeId, NodeInfo::leader, NodeInfo::voter, NodeInfo::shards)
                    .containsExactly(
                            tuple("client", false, false, 0),
                            tuple("n1", true, true, 8),
                            tuple("w1", false, false, 16),
                            tuple("w2", false, false, 8)));
            // From every node to entities on every other, also between nodes that the seed list does not name.
            for (ClusterActorSystem system : List.of(seed, client, first, second)) {
                for (int i = 0; i < 64; i++) {
                    system.entity(Counter.KIND, "c" + i)
                            .tell(new Counter.Add(1))
                            .join();
                }
            }
            assertThat(first.activeEntities()).isPositive();
            assertThat(second.activeEntities()).isPositive();
            assertThat(seed.getClusterActors(new ActorQuery(Counter.KIND.name(), null, 500))
                            .join()
                            .actors())
                    .hasSize(64);
            assertThat(first.stop(LIMIT).join().complete()).isTrue();
            // A node without a log hears of it a moment later.
            await().untilAsserted(
                            () -> assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 16, "w2", 16)));
            nodes.stop("w2"); // without a hand-over
            await().untilAsserted(
                            () -> assertThat(client.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 32)));
            for (int i = 0; i < 64; i++) {
                assertThat(Counter.read(client, "c" + i).sum()).isEqualTo(4);
            }
        }
    }

    @Test
    void aNodeIsAddedToTheVotersWhileActorsWorkAndIsRemovedAgain() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            ClusterManager seed = nodes.node("n1");
            assertThat(seed.voters()).containsExactly("n1");
            assertThatThrownBy(() -> seed.forceLeaderElection().join())
                    .hasMessageEndingWith(
                            "node n1 is the last of the voters [n1] that lives: start another one before it"
                                    + " gives up the leadership");
            int raftPort = Ports.draw();
            CompletableFuture<ClusterActorSystem> joining = nodes.start(nodes.config("v2")
                    .dataDir(directory.resolve("v2"))
                    .joining("127.0.0.1", raftPort)
                    .listen("127.0.0.1", Ports.draw())
                    .build());
            seed.addVoter("v2", "127.0.0.1", raftPort, LIMIT).join();
            ClusterActorSystem added = joining.join();
            await().untilAsserted(() -> assertThat(added.voters()).containsExactly("n1", "v2"));
            assertThat(added.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                    .isInstanceOf(SendOutcome.Committed.class);
            ClusterManager other = added;
            onceItLeads(
                    () -> seed.forceLeaderElection(LIMIT)
                            .thenAccept(next -> assertThat(next).isEqualTo("v2")),
                    () -> other.transferLeadership("n1", LIMIT));
            // Its own place, which a leader refuses to remove, too: it may have been elected again meanwhile.
            await().atMost(LIMIT.multipliedBy(2)).until(() -> {
                Throwable refused = catchThrowable(
                                () -> seed.removeVoter("n1", LIMIT).join())
                        .getCause();
                assertThat(refused).isInstanceOf(ClusterException.class);
                boolean leads = !String.valueOf(Objects.requireNonNull(refused).getMessage())
                        .contains("does not lead");
                if (leads) {
                    isDone(() -> seed.forceLeaderElection(LIMIT).thenAccept(next -> {}));
                }
                return !leads;
            });
            onceItLeads(() -> other.transferLeadership("n1", LIMIT), () -> CompletableFuture.completedFuture(null));
            onceItLeads(() -> seed.removeVoter("v2", LIMIT), () -> other.transferLeadership("n1", LIMIT));
            assertThat(seed.voters()).containsExactly("n1");
            await().untilAsserted(() ->
                    assertThat(Counter.read(nodes.node("n1"), "c").sum()).isEqualTo(1));
        }
    }

    /**
     * A node that was made the leader learns it a moment later than the one that made it, and on a busy machine two
     * voters may elect another one at any time: then {@code lead} makes it the leader again.
     */
    private static void onceItLeads(Supplier<CompletableFuture<Void>> change, Supplier<CompletableFuture<Void>> lead) {
        await().atMost(LIMIT.multipliedBy(2)).until(() -> {
            if (isDone(change)) {
                return true;
            }
            isDone(lead);
            return false;
        });
    }

    private static boolean isDone(Supplier<CompletableFuture<Void>> change) {
        try {
            change.get().join();
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            failure -> assertThat(failure.code())
                                    .as(failure.toString())
                                    .isEqualTo(ClusterException.Code.NOT_LEADING));
            return false;
        }
    }

    @Test
    void aLeaderThatStopsHandsOverTheLeadershipBeforeItLeaves() {
        try (Nodes nodes = new Nodes(directory, 3).startSeeds()) {
            Cluster any = nodes.node("n1").cluster();
            await().until(() -> any.leader().isPresent()); // an election may be under way
            String leader = any.leader().orElseThrow().nodeId();
            Cluster other = nodes.node(leader.equals("n1") ? "n2" : "n1").cluster();
            // On a busy machine it may be elected again before it has left: that it has handed over is what counts.
            Set<String> leaders = new HashSet<>();
            CompletableFuture<Set<String>> leadersBeforeItsEnd = new CompletableFuture<>();
            Subscription subscription = other.subscribe(event -> {
                if (event instanceof ClusterEvent.LeaderChanged changed) {
                    leaders.add(changed.nodeId());
                } else if (event instanceof ClusterEvent.NodeLeft left
                        && left.nodeId().equals(leader)) {
                    other.leader().ifPresent(last -> leaders.add(last.nodeId()));
                    leadersBeforeItsEnd.complete(Set.copyOf(leaders));
                }
            });
            assertThat(nodes.node(leader).stop(LIMIT).join().complete()).isTrue();
            assertThat(leadersBeforeItsEnd.join()).anyMatch(node -> !node.equals(leader));
            subscription.close();
        }
    }

    @Test
    void aDrainEndsWhenNoOtherNodeMayOwnTheRest() {
        Kind<Echo.Message> pinned = Echo.KIND.in(ShardSet.of("pinned", 2).pinnedTo("n1"));
        try (Nodes nodes = new Nodes(directory, 1)) {
            nodes.start(nodes.config("n1").build(), pinned).join();
            ClusterActorSystem worker = nodes.start(worker(nodes, "w2"), pinned).join();
            DrainReport report = worker.drainNode("n1", Duration.ofMinutes(5)).join();
            assertThat(report.complete()).isFalse();
            assertThat(report.left()).isEqualTo(2);
            await().untilAsserted(
                            () -> assertThat(worker.cluster().shardsPerOwner()).isEqualTo(Map.of("n1", 2, "w2", 32)));
        }
    }

    private static ClusterConfig worker(Nodes nodes, String nodeId) {
        return nodes.config(nodeId)
                .listen("127.0.0.1", Ports.draw())
                .capacity(nodeId.equals("w1") ? 2 : 1)
                .rebalanceAfter(Duration.ofMillis(100))
                .build();
    }
}
