package io.troupe.demo;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.troupe.demo.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@Timeout(180)
class LocalClusterTest {
    private static final String TOY = ToyNode.class.getName();
    private static final List<String> SMALL = List.of("-Xmx32m", "-XX:TieredStopAtLevel=1");

    @Test
    void closeLeavesNoProcessAndNoDirectory() throws IOException {
        Set<Path> before = temporaryTrees();
        List<NodeProcess> nodes;
        try (LocalCluster cluster = LocalCluster.prepare(3, 0, ClusterSettings.DEFAULT)) {
            cluster.start(TOY, SMALL).join();
            nodes = cluster.nodes();
            assertThat(nodes).hasSize(3).allMatch(NodeProcess::isAlive);
            await().until(() -> cluster.newestStatus().equals(new StatusLine("n1", 1, 5, 6)));
            cluster.node("n2").kill();
            assertThat(nodes).extracting(NodeProcess::isAlive).containsExactly(true, false, true);
        }
        assertThat(nodes).noneMatch(NodeProcess::isAlive);
        assertThat(temporaryTrees()).isEqualTo(before);
    }

    @Test
    void aProcessThatCannotBeKilledKeepsNeitherTheOthersNorTheDirectory() throws IOException {
        Path root = TemporaryTree.create();
        Files.writeString(root.resolve("log"), "entries");
        List<String> calls = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.prepare(1, 0, ClusterSettings.DEFAULT)) {
            cluster.start(TOY, SMALL).join();
            NodeProcess mortal = cluster.node("n1");
            List<NodeProcess> nodes = List.of(
                    new NodeProcess("n2", new Immortal(2, calls)),
                    mortal,
                    new NodeProcess("n3", new Immortal(3, calls)));
            assertThatThrownBy(() -> LocalCluster.end(nodes, root))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("node n2, pid 2, survived SIGKILL for 10 s")
                    .satisfies(first -> assertThat(first.getSuppressed())
                            .extracting(Throwable::getMessage)
                            .containsExactly("node n3, pid 3, survived SIGKILL for 10 s"));
            assertThat(mortal.isAlive()).isFalse();
        }
        assertThat(calls).containsExactly("signal 2", "signal 3", "wait for 2", "wait for 3");
        assertThat(root).doesNotExist();
    }

    @Test
    void whoLeftInOrderOrWasKilledIsStartedAgainInItsOwnDirectory() throws IOException, InterruptedException {
        try (LocalCluster cluster = LocalCluster.prepare(2, 0, ClusterSettings.DEFAULT)) {
            cluster.start(TOY, SMALL).join();
            NodeProcess left = cluster.node("n1");
            NodeProcess killed = cluster.node("n2");
            assertThatThrownBy(() -> cluster.restart(List.of("n1")))
                    .hasMessage("node n1 still runs and cannot be started again");
            left.leave();
            killed.kill();
            cluster.restart(List.of("n2", "n1")).join();
            assertThat(cluster.nodes()).extracting(NodeProcess::nodeId).containsExactly("n1", "n2");
            assertThat(cluster.nodes()).allMatch(NodeProcess::isAlive).doesNotContain(left, killed);
        }
    }

    @Test
    void aNodeThatDoesNotLeaveInOrderIsReportedWithItsLastWords() throws IOException {
        try (LocalCluster cluster = LocalCluster.prepare(1, 0, ClusterSettings.DEFAULT)) {
            cluster.start(TOY, flags("-Dtoy.stays=true")).join();
            assertThatThrownBy(() -> cluster.node("n1").leave())
                    .isInstanceOf(NodeFailedException.class)
                    .hasMessageStartingWith(
                            "node n1 did not leave in order within 60 s: node n1 ended with exit code 1");
        }
    }

    /** As the system tells it: a process that is stopped is in state T. */
    @Test
    void aPausedNodeStandsStillUntilItIsContinuedAndDiesAsAnyOther() throws IOException {
        try (LocalCluster cluster = LocalCluster.prepare(1, 0, ClusterSettings.DEFAULT)) {
            cluster.start(TOY, SMALL).join();
            NodeProcess node = cluster.node("n1");
            Path state = Path.of("/proc", Long.toString(node.pid()), "stat");
            assumeTrue(Files.exists(state), "SKIPPED: the system does not tell the state of a process (no /proc)");
            try (Closeable pause = node.pause()) {
                assertThat(pause).isNotNull();
                await().until(() -> Files.readString(state).contains(") T "));
            }
            await().until(() -> !Files.readString(state).contains(") T "));
            try (Closeable pause = node.pause()) {
                assertThat(pause).isNotNull();
                await().until(() -> Files.readString(state).contains(") T "));
                node.kill();
                assertThat(node.isAlive()).isFalse();
            } catch (NodeFailedException nobodyToContinue) {
                assertThat(nobodyToContinue).hasMessageContaining("cannot be continued by sh and kill");
            }
        }
    }

    @Test
    void aNodeThatRefusesItsConfigurationIsReportedInItsOwnWords() throws IOException {
        try (LocalCluster cluster = LocalCluster.prepare(1, 0, ClusterSettings.DEFAULT)) {
            assertThatThrownBy(() ->
                            cluster.start(TOY, flags("-Dtoy.refuses=true")).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(NodeFailedException.class)
                    .hasMessage("node n1 cannot start: the toy is broken: mend it")
                    .matches(failure -> ((NodeFailedException) failure).isRefused());
        }
    }

    @Test
    void aNodeThatDiesIsReportedWithItsLastWords() throws IOException {
        try (LocalCluster cluster = LocalCluster.prepare(1, 0, ClusterSettings.DEFAULT)) {
            assertThatThrownBy(
                            () -> cluster.start(TOY, flags("-Dtoy.dies=true")).join())
                    .cause()
                    .hasMessageContaining("node n1 ended with exit code 3")
                    .matches(failure -> !((NodeFailedException) failure).isRefused());
        }
    }

    @Test
    void portsAreDistinctAndAPortInUseIsRefusedBeforeAnythingStarts() throws IOException {
        Set<Path> before = temporaryTrees();
        assertThat(new HashSet<>(Ports.claim(14, 0))).hasSize(14);
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> LocalCluster.prepare(1, held.getLocalPort(), ClusterSettings.DEFAULT))
                    .isInstanceOf(BadInputException.class)
                    .hasMessage("port 127.0.0.1:" + held.getLocalPort()
                            + " is in use: stop the process that holds it, or choose another --port");
        }
        assertThat(temporaryTrees()).isEqualTo(before);
    }

    private static List<String> flags(String flag) {
        return Stream.concat(SMALL.stream(), Stream.of(flag)).toList();
    }

    private static Set<Path> temporaryTrees() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return entries.filter(path -> path.getFileName().toString().startsWith("troupe-demo-"))
                    .collect(Collectors.toSet());
        }
    }
}
