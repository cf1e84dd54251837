package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import io.troupe.chaos.mutant.SourceMutant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The demo's verdict is worth something only if it finds the bugs that it is there to find. */
@Timeout(300)
class DemoMutantTest {
    /** A kill must meet messages that are committed and not yet acknowledged; nearly every kill does. */
    private static final int ATTEMPTS = 3;

    @TempDir
    Path workspace;

    @Test
    void withoutTheSettledMarkMessagesAreDoubled() throws IOException, InterruptedException {
        SourceMutant mutant = SourceMutant.of(
                        "raft-metadata/src/main/java/io/troupe/metadata/internal/state/Settlements.java")
                .replace(
                        "return word < bits.length && (bits[(int) word] & (1L << (sequence & 63))) != 0;",
                        "return false;");
        assertCaught(mutant, "DOUBLED [1-9]");
    }

    @Test
    void withAcknowledgementsBeforeTheCommitMessagesAreLost() throws IOException, InterruptedException {
        SourceMutant mutant = SourceMutant.of("actors/src/main/java/io/troupe/actors/DurableCell.java")
                .replace(
                        "CompletableFuture<TxnResult> commit = store.commit(",
                        "message.end(outcome.ending, outcome.reply);\n"
                                + "        CompletableFuture<TxnResult> commit = store.commit(")
                .replace("result.letter().message().end(result.ending(), result.reply());", "");
        assertCaught(mutant, "LOST [1-9]");
    }

    private void assertCaught(SourceMutant mutant, String symptom) throws IOException, InterruptedException {
        String classPath = mutant.classPath(Files.createDirectory(workspace.resolve("mutant")));
        boolean caught = false;
        for (int attempt = 1; attempt <= ATTEMPTS && !caught; attempt++) {
            Path directory = Files.createDirectory(workspace.resolve("run" + attempt));
            try (DemoCommand demo = DemoCommand.startJava(
                    directory, classPath, "io.troupe.demo.Main", "--events=30k", "--seed=" + attempt)) {
                int exitCode = demo.exitCode();
                assertThat(demo.out()).as("a verdict; %s", demo.err()).contains("customers match");
                caught = Pattern.compile("customers match .*" + symptom)
                        .matcher(demo.out())
                        .find();
                assertThat(exitCode).as(demo.out()).isEqualTo(caught ? 1 : 0);
            }
        }
        assertThat(caught).as("caught within %d runs", ATTEMPTS).isTrue();
    }
}
