package io.troupe.chaos.process;

import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node that cannot work says in one line what to change, ends with exit code 2, and leaves nothing behind. */
@Timeout(900)
class NodeRefusalTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path workspace;

    private int started;

    @Test
    void aSeedListThatCannotWorkIsRefusedWithTheRemedy() throws IOException, InterruptedException {
        String one = "n1@" + address();
        assertRefused(
                node("n1", "shop", one + ",n2@127.0.0.1:7:8"),
                "the seed list has 2 nodes [n1, n2]: use 1, 3, 5 or 7 (an even number tolerates no more failures than one less)");
        assertRefused(
                node("n1", "shop", one + "," + one + "," + one),
                "the seed list names node n1 twice: give every seed its own id");
        assertRefused(
                node("n9", "shop", one),
                "node n9 has a data directory but is not in the seed list [n1]: add it to the list on every node,"
                        + " remove dataDir to run without a vote, or set joining");
        assertRefused(
                node("n1", "shop", "n1@127.0.0.1"),
                "seed 'n1@127.0.0.1' must have the form id@host:messagingPort:raftPort");
    }

    @Test
    void aPortInUseIsRefused() throws IOException, InterruptedException {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int free = FreePorts.find(1).get(0);
            assertRefused(
                    node("n1", "shop", "n1@127.0.0.1:" + held.getLocalPort() + ":" + free),
                    "127.0.0.1:" + held.getLocalPort() + " is in use");
            assertRefused(
                    node("n1", "shop", "n1@127.0.0.1:" + free + ":" + held.getLocalPort()),
                    "127.0.0.1:" + held.getLocalPort() + " is in use");
            new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void aDirectoryOfAnotherClusterOrNodeIsRefused() throws IOException, InterruptedException {
        String address = "@" + address();
        Path n1 = node("n1", "shop", "n1" + address);
        try (DemoCommand running = start(n1)) {
            await().atMost(SOON).until(() -> running.out().contains("READY"));
            running.process().getOutputStream().close();
            assertThat(running.exitCode()).isZero();
        }
        assertRefused(node("n1", "bank", "n1" + address), "shop", "bank");
        assertRefused(node("n2", "shop", "n2" + address), "n1", "n2");
    }

    @Test
    void nodesWithDifferentSeedListsRefuseEachOther() throws IOException, InterruptedException {
        String two = "n1@" + address() + ",n2@" + address();
        Path first = node("n1", "shop", two + ",n3@127.0.0.1:7:8");
        Path second = node("n2", "shop", two + ",n3@127.0.0.1:7:9");
        try (DemoCommand n1 = start(first);
                DemoCommand n2 = start(second)) {
            assertThat(n1.exitCode()).as(n1.err()).isEqualTo(2);
            assertThat(n2.exitCode()).as(n2.err()).isEqualTo(2);
            assertThat(n1.err()).contains("n3@127.0.0.1:7:8", "n3@127.0.0.1:7:9");
            assertThat(n2.err()).contains("n3@127.0.0.1:7:8", "n3@127.0.0.1:7:9");
        }
    }

    private void assertRefused(Path configuration, String... says) throws IOException, InterruptedException {
        try (DemoCommand node = start(configuration)) {
            assertThat(node.exitCode()).as("%s%s", node.out(), node.err()).isEqualTo(2);
            assertThat(node.err()).contains(says);
            assertThat(node.err().lines()).as("one message").hasSize(1);
        }
    }

    private DemoCommand start(Path configuration) throws IOException {
        Path directory = Files.createDirectory(workspace.resolve("start" + ++started));
        return DemoCommand.startJava(
                directory, System.getProperty("java.class.path"), "io.troupe.demo.NodeMain", configuration.toString());
    }

    private static String address() {
        List<Integer> ports = FreePorts.find(2);
        return "127.0.0.1:" + ports.get(0) + ":" + ports.get(1);
    }

    /** Every node of a test uses one data directory, unless its seed list has several nodes. */
    private Path node(String nodeId, String clusterName, String seeds) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("node.id", nodeId);
        properties.setProperty("cluster.name", clusterName);
        properties.setProperty("seeds", seeds);
        properties.setProperty(
                "data.dir",
                workspace.resolve(seeds.contains(",") ? nodeId : "data").toString());
        Path file = workspace.resolve(nodeId + "-" + clusterName + ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }
}
