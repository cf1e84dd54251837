package io.troupe.actors;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterException.Code;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.ClusterSecret;
import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.MessageRegistry;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Each mistake is one clear message that says what to change, and leaves nothing half-started. */
@Timeout(120)
class BadInputTest {
    @TempDir
    Path directory;

    @AfterEach
    void nothingStaysBehind() {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().matches("troupe-b[0-9].*"))
                .isEmpty());
    }

    private static void fails(CompletableFuture<ClusterActorSystem> start, Code code, String... parts) {
        fails(start::join, code, parts);
    }

    private static void fails(ThrowingCallable start, Code code, String... parts) {
        var thrown = assertThatThrownBy(start)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.code()).isEqualTo(code));
        for (String part : parts) {
            thrown.hasMessageContaining(part);
        }
    }

    @Test
    void aMessagingPortInUseIsNamed() throws IOException {
        Nodes nodes = new Nodes('b', directory, 1);
        int port = nodes.seeds().get(0).messagingPort();
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            fails(
                    nodes.start("b1"),
                    Code.PORT_IN_USE,
                    "messaging port 127.0.0.1:" + port + " is in use",
                    "stop the process that holds it or change the port");
            assertThat(holder.isBound()).isTrue();
        }
    }

    @Test
    void aRaftPortInUseIsNamed() throws IOException {
        Nodes nodes = new Nodes('b', directory, 1);
        int port = nodes.seeds().get(0).raftPort();
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            fails(nodes.start("b1"), Code.PORT_IN_USE, "Raft port 127.0.0.1:" + port + " is in use");
            assertThat(holder.isBound()).isTrue();
        }
    }

    @Test
    void aDirectoryOfAnotherClusterIsRefused() {
        try (Nodes nodes = new Nodes('b', directory, 1).startSeeds()) {
            nodes.stop("b1");
            ClusterConfig other = nodes.config("b1").clusterName("other").build();
            fails(
                    ClusterActorSystem.start(other, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("b1").toString(),
                    "test",
                    "other");
        }
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() {
        try (Nodes nodes = new Nodes('b', directory, 1).startSeeds()) {
            nodes.stop("b1");
            NodeAddress seed = nodes.seeds().get(0);
            ClusterConfig other = ClusterConfig.builder("b9")
                    .clusterName("test")
                    .shards(32)
                    .addNode("b9", seed.host(), seed.messagingPort(), seed.raftPort())
                    .dataDir(directory.resolve("b1"))
                    .build();
            fails(
                    ClusterActorSystem.start(other, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("b1").toString(),
                    "b1",
                    "b9");
        }
    }

    @Test
    void aDirectoryInUseIsRefused() {
        try (Nodes nodes = new Nodes('b', directory, 1).startSeeds()) {
            ClusterConfig second = ClusterConfig.builder("b1")
                    .clusterName("test")
                    .shards(32)
                    .addNode("b1", "127.0.0.1", Ports.draw(), Ports.draw())
                    .dataDir(directory.resolve("b1"))
                    .build();
            fails(
                    ClusterActorSystem.start(second, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("b1").toString(),
                    "in use");
            await().untilAsserted(() ->
                    assertThat(nodes.node("b1").cluster().inCluster()).isTrue());
        }
    }

    @Test
    void seedListsThatDifferAreRefusedOnBothSidesAndNameBothLists() {
        Nodes nodes = new Nodes('b', directory, 3);
        List<NodeAddress> seeds = nodes.seeds();
        NodeAddress moved =
                new NodeAddress("b3", "127.0.0.1", Ports.draw(), seeds.get(2).raftPort());
        ClusterConfig.Builder different = ClusterConfig.builder("b2")
                .clusterName("test")
                .shards(32)
                .dataDir(directory.resolve("b2"))
                .addNode(seeds.get(0))
                .addNode(seeds.get(1))
                .addNode(moved);
        CompletableFuture<ClusterActorSystem> first = nodes.start("b1");
        CompletableFuture<ClusterActorSystem> second =
                ClusterActorSystem.start(different.build(), Nodes.MESSAGES, Counter.KIND);
        fails(first, Code.SEEDS_DIFFER, seeds.get(2).toString(), moved.toString());
        fails(second, Code.SEEDS_DIFFER, seeds.get(2).toString(), moved.toString());
        nodes.close();
    }

    @Test
    void aNodeWithoutTheSecretOfTheClusterIsNotLetIn() {
        ClusterSecret secret = ClusterSecret.of(new byte[ClusterSecret.MIN_LENGTH]);
        try (Nodes nodes = new Nodes('b', directory, 1)) {
            ClusterActorSystem seed =
                    nodes.start(nodes.config("b1").secret(secret).build()).join();
            fails(
                    nodes.start(nodes.config("c1").build()),
                    Code.SEEDS_DIFFER,
                    "node b1 has a cluster secret and node c1 has none: give every node the same");
            ClusterActorSystem client =
                    nodes.start(nodes.config("c2").secret(secret).build()).join();
            assertThat(client.entity(Counter.KIND, "c").tell(new Counter.Add(1)).join())
                    .isInstanceOf(SendOutcome.Committed.class);
            assertThat(seed.cluster().nodes()).extracting(NodeInfo::nodeId).containsExactly("b1", "c2");
        }
    }

    @Test
    void aSeedThatNeverComesIsNamed() {
        Nodes nodes = new Nodes('b', directory, 3);
        ClusterConfig config =
                nodes.config("b1").startTimeout(Duration.ofSeconds(2)).build();
        fails(
                ClusterActorSystem.start(config, Nodes.MESSAGES, Counter.KIND),
                Code.TIMEOUT,
                nodes.seeds().get(1).nodeId(),
                nodes.seeds().get(2).nodeId());
    }

    @Test
    void unregisteredClassesOfAKindAreNamedBeforeAnythingStarts() {
        Nodes nodes = new Nodes('b', directory, 1);
        MessageRegistry tooFew =
                MessageRegistry.builder().add(1001, Counter.Add.class).build();
        fails(
                ClusterActorSystem.start(nodes.config("b1").build(), tooFew, Counter.KIND),
                Code.UNREGISTERED,
                "durable kind counter uses classes that are not registered: [io.troupe.actors.Counter$Break, "
                        + "io.troupe.actors.Counter$Get, io.troupe.actors.Counter$State]; add each to the message "
                        + "registry under an id of its own");
    }

    @Test
    void twoKindsOfOneNameAreRefused() {
        Nodes nodes = new Nodes('b', directory, 1);
        fails(
                ClusterActorSystem.start(nodes.config("b1").build(), Nodes.MESSAGES, Counter.KIND, Counter.KIND),
                Code.BAD_CONFIG,
                "two kinds are named counter: give every kind a name of its own");
    }

    @Test
    void anUnregisteredMessageIsRefusedWhereItIsSent() {
        try (Nodes nodes = new Nodes('b', directory, 1).startSeeds()) {
            Kind<Object> open = Kind.of("open", Object.class, () -> (message, context) -> {});
            assertThatThrownBy(() -> nodes.node("b1").entity(open, "x").tell(new Thread()))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("class java.lang.Thread is not registered");
            assertThatThrownBy(() -> nodes.node("b1").entity(open, "x").tell("x".repeat(1_100_000)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("limit");
        }
    }
}
