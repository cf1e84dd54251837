package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.troupe.chaos.mutant.SourceMutant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The demo's verdict is worth something only if it finds the bugs that it is there to find. Each bug is planted
 * together with a delay of {@value #GAP_MS} ms between the commit and the acknowledgement, so that the kill of a node
 * always meets messages in that gap; the delay alone is legal. A machine that stands still at that moment may empty the
 * gap, so a bug that is not seen gets another seed.
 */
@Timeout(1200)
class DemoMutantTest {
    private static final int GAP_MS = 50;
    private static final int SEEDS = 4;
    private static final String DURABLE_CELL = "actors/src/main/java/io/troupe/actors/DurableCell.java";
    /** One thread: what is delayed stays in order. */
    private static final String LATER = "java.util.concurrent.CompletableFuture.delayedExecutor(" + GAP_MS
            + ", java.util.concurrent.TimeUnit.MILLISECONDS, Runnable::run)";

    @TempDir
    Path workspace;

    @Test
    @Tag("chaos")
    void acknowledgementsThatComeLateAreLegal() throws IOException, InterruptedException {
        try (DemoCommand demo = demo(lateAnswers().classPath(classes()), 1)) {
            assertVerdict(demo, "LOST 0, DOUBLED 0", 0);
        }
    }

    @Test
    void withoutTheSettledMarkMessagesAreDoubled() throws IOException, InterruptedException {
        SourceMutant mutant = SourceMutant.of(
                        "raft-metadata/src/main/java/io/troupe/metadata/internal/state/Settlements.java")
                .replace(
                        "return word < bits.length && (bits[(int) word] & (1L << (sequence & 63))) != 0;",
                        "return false;");
        Path classes = classes();
        lateAnswers().classPath(classes);
        assertFound(mutant.classPath(classes), "DOUBLED [1-9]");
    }

    @Test
    @Tag("chaos")
    void withAcknowledgementsBeforeTheCommitMessagesAreLost() throws IOException, InterruptedException {
        SourceMutant mutant = SourceMutant.of(DURABLE_CELL)
                .replace(
                        "        CompletableFuture<TxnResult> commit =\n"
                                + "                store.commit(shard, id, place.predecessor(), place.id(), outcome, letter.message());",
                        "InboundMessage told = letter.message();\n"
                                + "told.end(outcome.ending(), outcome.reply());\n"
                                + "CompletableFuture<TxnResult> commit = CompletableFuture.supplyAsync(() -> told, "
                                + LATER + ").thenCompose(ended ->"
                                + " store.commit(shard, id, place.predecessor(), place.id(), outcome, told));")
                .replace("message.end(result.outcome().ending(), result.outcome().reply());", "");
        assertFound(mutant.classPath(classes()), "LOST [1-9]");
    }

    private static SourceMutant lateAnswers() {
        return SourceMutant.of(DURABLE_CELL)
                .replace(
                        "commit.whenComplete((answer, failure) -> {", "commit.whenCompleteAsync((answer, failure) -> {")
                .replace(
                        "onAnswered(place, answer);\n        });\n        return null;",
                        "onAnswered(place, answer);\n        }, " + LATER + ");\n        return null;");
    }

    private Path classes() throws IOException {
        return Files.createDirectory(workspace.resolve("mutant"));
    }

    private void assertFound(String classPath, String verdict) throws IOException, InterruptedException {
        boolean found = false;
        for (int seed = 1; seed <= SEEDS && !found; seed++) {
            try (DemoCommand demo = demo(classPath, seed)) {
                found = demo.exitCode() != 0;
                if (found || seed == SEEDS) {
                    assertVerdict(demo, verdict, 1);
                }
            }
        }
    }

    private DemoCommand demo(String classPath, int seed) throws IOException {
        return DemoCommand.startJava(
                workspace.resolve("seed" + seed), classPath, "io.troupe.demo.Main", "--events=20k", "--seed=" + seed);
    }

    private static void assertVerdict(DemoCommand demo, String verdict, int exitCode) throws InterruptedException {
        assertThat(demo.exitCode()).as(demo.out()).isEqualTo(exitCode);
        assertThat(demo.out()).as(demo.err()).containsPattern("customers match .*" + verdict);
    }
}
