package io.troupe.chaos.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CheckCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void soundHistoryOfTheChosenCheckersEndsWithZero() throws IOException {
        Path file = Files.write(directory.resolve("h.jsonl"), HistoryFileTest.LINES);
        assertThat(run("--only=linearizability,no-lost-ack", "--budget-seconds=5", file.toString()))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "linearizability          PASS            1 operations",
                        "no-lost-ack              PASS            1 acknowledged messages");
        assertThat(err.size()).isZero();
    }

    @Test
    void everyCheckerPrintsOneLineAndOneThatDoesNotPassEndsWithOne() throws IOException {
        Path file = Files.writeString(directory.resolve("h.jsonl"), "");
        assertThat(run(file.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(Checker.all(Budget.ofSteps(1)).size())
                .allMatch(line -> line.contains(" INVALID         0 "));
    }

    @Test
    void explanationFollowsTheLineOfItsChecker() throws IOException {
        Path file = Files.write(
                directory.resolve("h.jsonl"),
                List.of(HistoryFileTest.LINES.get(2).replace("account-7", "a\\nb")));
        assertThat(run("--explain", "--only=no-lost-ack", file.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "no-lost-ack              FAIL            1 acknowledged messages: message s1-1 (s1 to a?b, "
                                + "sequence 1) was acknowledged and has no effect",
                        "    message s1-1 (s1 to a?b, sequence 1) was acknowledged and has no effect");
    }

    @Test
    void badInputIsOneLineAndEndsWithTwo() throws IOException {
        Path good = Files.writeString(directory.resolve("h.jsonl"), "");
        Path missing = directory.resolve("missing.jsonl");
        Path bad = Files.writeString(directory.resolve("bad.jsonl"), "{\"type\":\"a\\nb\"}");
        refuses(missing + ": there is no such file", missing.toString());
        refuses(bad + ": line 1: unknown type 'a?b': it must be one of [invoke", bad.toString());
        refuses("no history is given; usage: CheckCommand ");
        refuses("unknown option '--fast'; usage: CheckCommand ", "--fast", good.toString());
        refuses("'" + missing + "' is a second history; usage: ", good.toString(), missing.toString());
        refuses(
                "unknown checker 'magic': it must be one of [linearizability, no-lost-ack",
                "--only=magic",
                good.toString());
        refuses("unknown checker '': ", "--only=", good.toString());
        for (String seconds : List.of("", "0", "x", "-1", "86401", "99999999999999999999")) {
            refuses(
                    "--budget-seconds is '" + seconds + "': it must be a number of seconds from 1 to 86400",
                    "--budget-seconds=" + seconds,
                    good.toString());
        }
    }

    @Test
    void helpIsNoError() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: CheckCommand ");
    }

    private void refuses(String start, String... arguments) {
        err.reset();
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(start);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(out.size()).isZero();
    }

    private int run(String... arguments) {
        return CheckCommand.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
