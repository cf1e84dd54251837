package io.troupe.chaos.process.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the command refuses, in one line, and that a signal leaves nothing behind. */
@Timeout(900)
class ScenarioCommandTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void badInputIsOneLineAndEndsWithTwo() {
        refuses("unknown scenario 'earthquake' (known: leader-kill, leader-pause, minority-partition", "earthquake");
        refuses("no scenario is given; usage: ScenarioCommand");
        refuses("'bridge' is a second scenario; usage: ", "one-way", "bridge");
        refuses("unknown option '--fast'; usage: ", "bridge", "--fast");
        refuses("unknown workload 'bank' (known: register, ledger)", "bridge", "--workload=bank");
        refuses("--seed is 'x': it must be a number from 0 to 999999999", "bridge", "--seed=x");
        refuses(
                "nodes (4) must be 3, 5 or 7: fewer cannot lose one; state-groups (16) must be from 0 to 15;"
                        + " seconds (1) must be from 5 to 120",
                "bridge",
                "--nodes=4",
                "--state-groups=16",
                "--seconds=1");
        refuses(
                "--history is '" + directory + "': it must be a file in a directory that can be written",
                "bridge",
                "--history=" + directory);
    }

    @Test
    void helpAndTheListAreNoErrors() {
        assertThat(run("--help")).isZero();
        assertThat(run("--list")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(1 + 4 + Scenario.values().length)
                .contains("leader-kill")
                .anyMatch(line -> line.startsWith("disk-full"));
    }

    @Test
    @Tag("chaos")
    void anInterruptDuringAFaultLeavesNothing() throws IOException, InterruptedException {
        aSignalDuringAFaultLeavesNothing("INT", 130);
    }

    @Test
    @Tag("chaos")
    void aTerminationDuringAFaultLeavesNothing() throws IOException, InterruptedException {
        aSignalDuringAFaultLeavesNothing("TERM", 143);
    }

    private void aSignalDuringAFaultLeavesNothing(String signal, int exitCode)
            throws IOException, InterruptedException {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Path said = directory.resolve("said");
        Process command = new ProcessBuilder(command(temporary))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            await().atMost(SOON).untilAsserted(() -> assertThat(said).content().contains("leader-pause of n"));
            List<ProcessHandle> children = command.descendants().toList();
            assertThat(children)
                    .as("three nodes, and perhaps the guard of the pause")
                    .hasSizeGreaterThan(2);
            assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(command.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(command.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(command.exitValue()).as(Files.readString(said)).isEqualTo(exitCode);
            await().atMost(SOON).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left).isEmpty();
            }
            assertThat(directory.resolve("history.jsonl")).doesNotExist();
        } finally {
            command.descendants().forEach(ProcessHandle::destroyForcibly);
            command.destroyForcibly();
        }
    }

    /** A shell in the background makes its children ignore SIGINT; GNU env undoes that. */
    private List<String> command(Path temporary) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ScenarioCommand.class.getName()));
        command.addAll(List.of("leader-pause", "--history=" + directory.resolve("history.jsonl")));
        return command;
    }

    private void refuses(String start, String... arguments) {
        err.reset();
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(start);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(out.size()).isZero();
    }

    private int run(String... arguments) {
        return ScenarioCommand.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
