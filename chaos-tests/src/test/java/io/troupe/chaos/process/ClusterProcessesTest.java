package io.troupe.chaos.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.troupe.chaos.process.scenario.NodeMain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** The harness itself: what it refuses, and that it leaves nothing. */
@Timeout(900)
class ClusterProcessesTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private List<Path> rootsBefore = List.of();

    private static List<Path> roots() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> path.getFileName()
                            .toString()
                            .startsWith(
                                    "troupe-chaos-" + ProcessHandle.current().pid() + "-"))
                    .sorted()
                    .toList();
        }
    }

    @BeforeEach
    void remember() throws IOException {
        rootsBefore = roots();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        // One that has ended is a child until somebody has asked how.
        await().atMost(SOON).until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
        assertThat(roots()).isEqualTo(rootsBefore);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-") && name.endsWith("-proxy"));
    }

    private static ClusterPlan one(Class<?> main) {
        return ClusterPlan.of(main.getName(), 1, 3);
    }

    @Test
    void aNodeThatIsToldToStopEndsInOrderAndStartsAgain() {
        try (ClusterProcesses cluster = ClusterProcesses.start(one(NodeMain.class))) {
            NodeProcess first = cluster.node("n1");
            assertThatThrownBy(() -> cluster.restart("n1"))
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("node n1 cannot be restarted: it still runs");
            assertThatThrownBy(() -> LogDamage.truncate(first, cluster.dataDirectory("n1")))
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("the log of node n1 cannot be damaged: the node still runs");
            assertThatThrownBy(first::resume)
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("node n1 cannot be resumed: it is not paused");
            first.stop();
            assertThat(first.condition()).startsWith("node n1 ended with exit code 0");
            cluster.restart("n1");
            assertThat(cluster.node("n1").pid()).isNotEqualTo(first.pid());
            assertThatThrownBy(() -> cluster.node("n9"))
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("no node n9 among [n1]");
            assertThatThrownBy(() -> cluster.links().proxy("n1", "n2", Plane.RAFT))
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("no link from n1 to n2 for RAFT (links: [])");
            cluster.node("n1").pause();
            assertThatThrownBy(() -> cluster.node("n1").pause())
                    .isInstanceOf(HarnessException.class)
                    .hasMessage("node n1 cannot be paused: it is paused already");
        }
    }

    @Test
    void aProgramThatDoesNotExistIsToldInItsOwnWords() {
        assertThatThrownBy(() -> ClusterProcesses.start(ClusterPlan.of("io.troupe.NoSuchNode", 3, 3)))
                .isInstanceOf(HarnessException.class)
                .hasMessageMatching("(?s)before it was ready, node n[123] ended with exit code 1\n.*"
                        + "Could not find or load main class io.troupe.NoSuchNode.*");
    }

    @Test
    void aNodeThatNeverStartsIsGivenUp() {
        int seconds = 3;
        String said = givenUp(seconds);
        // A busy machine may need longer than that for the first line of a JVM.
        while (!said.contains("thinking") && seconds < 40) {
            seconds *= 2;
            said = givenUp(seconds);
        }
        assertThat(said).isEqualTo("not every node was ready within PT" + seconds + "S:\nnode n1 runs\n  n1| thinking");
    }

    /** {@return what is said of a node that was not ready in time} */
    private static String givenUp(int seconds) {
        ClusterPlan plan = new ClusterPlan(
                SilentNode.class.getName(), 1, 4, 0, Duration.ofSeconds(2), Duration.ofSeconds(seconds), 3, false);
        return String.valueOf(catchThrowableOfType(HarnessException.class, () -> ClusterProcesses.start(plan))
                .getMessage());
    }

    @Test
    void aPortThatIsTakenIsNamedByTheNode() throws IOException {
        try (ClusterProcesses cluster = ClusterProcesses.start(one(NodeMain.class))) {
            cluster.node("n1").kill();
            int port = cluster.seeds().get(0).raftPort();
            try (ServerSocket held = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(held.isBound()).isTrue();
                assertThatThrownBy(() -> cluster.restart("n1"))
                        .isInstanceOf(HarnessException.class)
                        .hasMessageContaining("before it was ready, node n1 ended with exit code 2")
                        .hasMessageContaining("127.0.0.1:" + port + " is in use");
            }
        }
    }

    @Test
    void aKilledLauncherLeavesNoProcessAndNoFileAlsoWhenANodeIsPaused() throws Exception {
        launcherEndsAndLeavesNothing(launcher -> List.of("kill", "-KILL", Long.toString(launcher.pid())));
    }

    @Test
    void aSignalToLauncherAndNodesAtOnceLeavesNothing() throws Exception {
        launcherEndsAndLeavesNothing(launcher -> Stream.concat(
                        Stream.of("kill", "-TERM", Long.toString(launcher.pid())),
                        launcher.descendants().map(child -> Long.toString(child.pid())))
                .toList());
    }

    private static void launcherEndsAndLeavesNothing(Function<ProcessHandle, List<String>> signal) throws Exception {
        Path temporary = Files.createTempDirectory("launcher");
        Process launcher = new ProcessBuilder(NodeCommand.of(HarnessLauncher.class.getName(), temporary, List.of()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(launcher.getInputStream(), StandardCharsets.UTF_8))) {
            String[] told = lines.readLine().split(" ", 2);
            Path root = Path.of(told[1]);
            assertThat(root).isDirectory().startsWith(temporary);
            List<ProcessHandle> children = launcher.descendants().toList();
            assertThat(children).as("the node and the guard of its pause").hasSize(2);
            assertThat(new ProcessBuilder(signal.apply(launcher.toHandle()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(launcher.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            await().atMost(SOON).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            await().atMost(SOON).until(() -> Files.notExists(root));
        } finally {
            launcher.destroyForcibly();
            WorkTree.delete(temporary);
        }
    }

    @Test
    void badPlansAndNamesAreRefusedWithTheRemedy() {
        assertThatThrownBy(() -> new ClusterPlan("x", 2, 0, 16, Duration.ZERO, Duration.ZERO, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a cluster of 2 processes is not possible: use 1, 3, 5 or 7 nodes; shards (0) must be at"
                        + " least 1; stateGroups (16) must be from 0 to 15; lease (PT0S) must be at least 1 ms;"
                        + " startTimeout (PT0S) must be at least 1 ms");
    }

    @Test
    void everyTierSaysWhetherItCanRun() {
        String report = Tier.report();
        System.out.println(report);
        assertThat(report.lines()).hasSize(4).allMatch(line -> line.matches("T\\d .*: (available|SKIPPED \\(.+\\))"));
        assertThat(Tier.T0.detect().isAvailable()).isTrue();
        assertThat(Tier.T1.detect().isAvailable()).isTrue();
        assertThat(Tier.whyNot("no-such-command")).startsWith("'no-such-command' failed with exit code 127: ");
        assertThat(Tier.whyNot("echo denied; exit 3"))
                .isEqualTo("'echo denied; exit 3' failed with exit code 3: denied");
    }
}
