package io.troupe.chaos.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes start and work in a JVM that was given nothing but a class path. */
@Timeout(900)
class NoFlagTest {
    @Test
    void aNodeNeedsNoFlagOfTheJvm(@TempDir Path directory) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder command = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FlaglessNodes.class.getName(),
                        directory.resolve("n1").toString()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        command.environment().keySet().removeIf(name -> name.startsWith("TROUPE_") || name.endsWith("_OPTIONS"));
        Process process = command.start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS))
                    .as("it ends in time")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(out))
                .as("standard error: %s", Files.readString(err))
                .isEqualTo("flag false, committed 500, sums 125250 125250");
        assertThat(process.exitValue()).isZero();
    }
}
