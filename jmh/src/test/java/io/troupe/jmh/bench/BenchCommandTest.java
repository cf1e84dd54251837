package io.troupe.jmh.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class BenchCommandTest {
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

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
