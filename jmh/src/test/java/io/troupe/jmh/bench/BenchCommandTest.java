package io.troupe.jmh.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.troupe.metadata.MetadataConfig.Election;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class BenchCommandTest {
    /** Long: the machine may be busy, and nothing here measures time. */
    private static final int PATIENCE_SECONDS = 60;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void unknownBenchmarkIsRefused() {
        assertThat(run("nett")).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: unknown benchmark nett; usage: troupe-bench net|durable|");
    }

    @Test
    void unknownOptionIsRefused() {
        assertThat(run("net", "--fast")).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: unknown option --fast; usage: ");
    }

    @Test
    void secondBenchmarkIsRefused() {
        assertThat(run("net", "durable")).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: unknown benchmark durable; usage: ");
    }

    @Test
    void missingBenchmarkIsRefused() {
        assertThat(run("--quick")).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: no benchmark named; usage: ");
    }

    @Test
    void csvWithoutAFileIsRefused() {
        assertThat(run("net", "--csv")).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: --csv needs a file; usage: ");
    }

    @Test
    void csvInADirectoryThatDoesNotExistIsRefusedBeforeAnythingIsMeasured(@TempDir Path directory) {
        Path file = directory.resolve("missing").resolve("out.csv");
        assertThat(run("net", "--csv", file.toString())).isEqualTo(2);
        assertThat(errors()).startsWith("troupe-bench: --csv " + file + ": not a file in a directory that exists");
        assertThat(out.size()).isZero();
    }

    @Test
    void helpPrintsTheUsage() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: troupe-bench net|durable|");
    }

    @Test
    void childThatCannotStartIsNamedWithItsLastWords() {
        BenchException failure =
                assertThrows(BenchException.class, () -> Child.start(SocketPeer.class, List.of("carrier-pigeon")));
        assertThat(failure)
                .hasMessageStartingWith("SocketPeer carrier-pigeon ended before it was ready; its last words: ");
    }

    @Test
    void childThatIsNotReadyInTimeIsGivenUp() {
        CompletableFuture<Child> never = new CompletableFuture<>();
        assertThatThrownBy(() -> Child.await(never, 0))
                .isInstanceOf(BenchException.class)
                .hasMessage("a child process was not ready after 0 s");
        assertThat(never).isCompletedExceptionally();
    }

    @Test
    void takenPortIsNamedInOneLineAndNothingIsLeft(@TempDir Path directory) throws IOException {
        int messagingPort = freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int raftPort = taken.getLocalPort();
            List<String> arguments = new ArrayList<>(List.of("n1", directory.toString()));
            arguments.addAll(BenchNode.options(BenchCluster.SHORT_LEASE, Election.FAST));
            arguments.add("n1:" + messagingPort + ":" + raftPort);
            assertThatThrownBy(() -> Child.start(BenchNode.class, arguments))
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("127.0.0.1:" + raftPort + " is in use")
                    .hasMessageNotContaining("\n");
        }
        assertNoChildren();
    }

    @Test
    void childThatDiesFailsTheBenchmarkInOneLineAndNothingIsLeft() {
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run("net", "--quick"));
        await().atMost(Duration.ofSeconds(2 * PATIENCE_SECONDS)).until(() -> {
            children().forEach(ProcessHandle::destroyForcibly);
            return code.isDone();
        });
        assertThat(code.join()).isEqualTo(1);
        assertThat(errors()).startsWith("troupe-bench: net failed: ").hasLineCount(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(Target.REMOTE_ASK.title);
        assertNoChildren();
    }

    @Test
    void questionToAChildThatHasGoneFails() {
        try (Child child = Child.start(SocketPeer.class, List.of("stream"))) {
            assertThatThrownBy(() -> child.ask("dance", PATIENCE_SECONDS))
                    .hasMessageEndingWith("nothing to do for dance");
            child.kill();
            assertThatThrownBy(() -> child.ask("dance", PATIENCE_SECONDS))
                    .hasMessageContaining("ended; its last words: nothing");
        }
        assertNoChildren();
    }

    @Test
    void loadOfTheMachineIsSaidOrSkipped() throws IOException {
        assertThat(MachineLoad.start().describe()).containsPattern("by others \\d+\\.\\d\\d|SKIPPED");
    }

    @Test
    void costOfThisProcessGrows() throws IOException {
        long pid = ProcessHandle.current().pid();
        Optional<ProcessCost> cost = ProcessCost.of(pid);
        assumeTrue(cost.isPresent(), "no /proc here");
        assertThat(cost.orElseThrow().cpuSeconds()).isPositive();
        assertThat(cost.orElseThrow().threads()).isGreaterThan(3);
        assertThat(cost.orElseThrow().rssMb()).isGreaterThan(10);
    }

    private int run(String... arguments) {
        return BenchCommand.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static Stream<ProcessHandle> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive);
    }

    private static void assertNoChildren() {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .untilAsserted(() -> assertThat(children()).isEmpty());
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
