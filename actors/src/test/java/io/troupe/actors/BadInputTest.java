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
@Timeout(60)
class BadInputTest {
    @TempDir
    Path directory;

    @AfterEach
    void nothingStaysBehind() {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-"))
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
        Nodes nodes = new Nodes(directory, 1);
        int port = nodes.seeds().get(0).messagingPort();
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            fails(
                    nodes.start("n1"),
                    Code.PORT_IN_USE,
                    "messaging port 127.0.0.1:" + port + " is in use",
                    "stop the process that holds it or change the port");
            assertThat(holder.isBound()).isTrue();
        }
    }

    @Test
    void aRaftPortInUseIsNamed() throws IOException {
        Nodes nodes = new Nodes(directory, 1);
        int port = nodes.seeds().get(0).raftPort();
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            fails(nodes.start("n1"), Code.PORT_IN_USE, "Raft port 127.0.0.1:" + port + " is in use");
            assertThat(holder.isBound()).isTrue();
        }
    }

    @Test
    void aDirectoryOfAnotherClusterIsRefused() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            nodes.stop("n1");
            ClusterConfig other = nodes.config("n1").clusterName("other").build();
            fails(
                    ClusterActorSystem.start(other, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("n1").toString(),
                    "test",
                    "other");
        }
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            nodes.stop("n1");
            NodeAddress seed = nodes.seeds().get(0);
            ClusterConfig other = ClusterConfig.builder("m1")
                    .clusterName("test")
                    .shards(32)
                    .addNode("m1", seed.host(), seed.messagingPort(), seed.raftPort())
                    .dataDir(directory.resolve("n1"))
                    .build();
            fails(
                    ClusterActorSystem.start(other, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("n1").toString(),
                    "n1",
                    "m1");
        }
    }

    @Test
    void aDirectoryInUseIsRefused() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            int[] ports = Nodes.freePorts(2);
            ClusterConfig second = ClusterConfig.builder("n1")
                    .clusterName("test")
                    .shards(32)
                    .addNode("n1", "127.0.0.1", ports[0], ports[1])
                    .dataDir(directory.resolve("n1"))
                    .build();
            fails(
                    ClusterActorSystem.start(second, Nodes.MESSAGES, Counter.KIND),
                    Code.BAD_DIRECTORY,
                    directory.resolve("n1").toString(),
                    "in use");
            assertThat(nodes.node("n1").cluster().inCluster()).isTrue();
        }
    }

    @Test
    void seedListsThatDifferAreRefusedOnBothSidesAndNameBothLists() {
        Nodes nodes = new Nodes(directory, 3);
        List<NodeAddress> seeds = nodes.seeds();
        NodeAddress moved = new NodeAddress(
                "n3", "127.0.0.1", Nodes.freePorts(1)[0], seeds.get(2).raftPort());
        ClusterConfig.Builder different = ClusterConfig.builder("n2")
                .clusterName("test")
                .shards(32)
                .dataDir(directory.resolve("n2"))
                .addNode(seeds.get(0))
                .addNode(seeds.get(1))
                .addNode(moved);
        CompletableFuture<ClusterActorSystem> first = nodes.start("n1");
        CompletableFuture<ClusterActorSystem> second =
                ClusterActorSystem.start(different.build(), Nodes.MESSAGES, Counter.KIND);
        fails(first, Code.SEEDS_DIFFER, seeds.get(2).toString(), moved.toString());
        fails(second, Code.SEEDS_DIFFER, seeds.get(2).toString(), moved.toString());
        nodes.close();
    }

    @Test
    void aSeedThatNeverComesIsNamed() {
        Nodes nodes = new Nodes(directory, 3);
        ClusterConfig config =
                nodes.config("n1").startTimeout(Duration.ofSeconds(2)).build();
        fails(
                ClusterActorSystem.start(config, Nodes.MESSAGES, Counter.KIND),
                Code.TIMEOUT,
                nodes.seeds().get(1).nodeId(),
                nodes.seeds().get(2).nodeId());
    }

    @Test
    void unregisteredClassesOfAKindAreNamedBeforeAnythingStarts() {
        Nodes nodes = new Nodes(directory, 1);
        MessageRegistry tooFew =
                MessageRegistry.builder().add(1001, Counter.Add.class).build();
        fails(
                ClusterActorSystem.start(nodes.config("n1").build(), tooFew, Counter.KIND),
                Code.UNREGISTERED,
                "durable kind counter uses classes that are not registered: [io.troupe.actors.Counter$Break, "
                        + "io.troupe.actors.Counter$Get, io.troupe.actors.Counter$State]; add each to the message "
                        + "registry under an id of its own");
    }

    @Test
    void twoKindsOfOneNameAreRefused() {
        Nodes nodes = new Nodes(directory, 1);
        fails(
                ClusterActorSystem.start(nodes.config("n1").build(), Nodes.MESSAGES, Counter.KIND, Counter.KIND),
                Code.BAD_CONFIG,
                "two kinds are named counter: give every kind a name of its own");
    }

    @Test
    void anUnregisteredMessageIsRefusedWhereItIsSent() {
        try (Nodes nodes = new Nodes(directory, 1).startSeeds()) {
            Kind<Object> open = Kind.of("open", Object.class, () -> (message, context) -> {});
            assertThatThrownBy(() -> nodes.node("n1").entity(open, "x").tell(new Thread()))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("class java.lang.Thread is not registered");
            assertThatThrownBy(() -> nodes.node("n1").entity(open, "x").tell("x".repeat(300_000)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("limit");
        }
    }
}
