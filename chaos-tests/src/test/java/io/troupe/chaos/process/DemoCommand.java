package io.troupe.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The demo as a child process, with a temporary directory of its own so that a test sees whatever is left behind. */
final class DemoCommand implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(6);

    private final Path temporary;
    private final Path out;
    private final Path err;
    private final Process process;

    private DemoCommand(Path temporary, Path out, Path err, Process process) {
        this.temporary = temporary;
        this.out = out;
        this.err = err;
        this.process = process;
    }

    /** Starts the demo with this JVM's class path. */
    static DemoCommand start(Path workspace, String... arguments) throws IOException {
        return startJava(workspace, System.getProperty("java.class.path"), "io.troupe.demo.Main", arguments);
    }

    static DemoCommand startJava(Path workspace, String classPath, String mainClass, String... arguments)
            throws IOException {
        Path temporary = Files.createDirectories(workspace.resolve("tmp"));
        Path out = workspace.resolve("out.txt");
        Path err = workspace.resolve("err.txt");
        List<String> command = new ArrayList<>(interruptible());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // It lives for seconds: the optimising compiler would take from the nodes what it never gives back.
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // The input of these tests is generated, whatever the environment of the build says.
        builder.environment().keySet().removeIf(name -> name.startsWith("TROUPE_"));
        return new DemoCommand(temporary, out, err, builder.start());
    }

    /**
     * A process that a script starts in the background ignores SIGINT, and so do its children: a Ctrl-C that is ignored
     * would prove nothing. GNU env can undo it; without that, the demo is started as it is.
     */
    private static List<String> interruptible() throws IOException {
        List<String> env = List.of("env", "--default-signal=INT");
        List<String> probe = new ArrayList<>(env);
        probe.add("true");
        try {
            Process process = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0 ? env : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking for env", e);
        }
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the demo still runs after " + LIMIT + "; its output so far:\n" + out() + err());
        }
        return process.exitValue();
    }

    Process process() {
        return process;
    }

    Path temporary() {
        return temporary;
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** Fails if a node still runs, or anything is in the temporary directory. */
    void assertNothingLeft() {
        assertThat(process.descendants()).isEmpty();
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** Ends what a failed test left running. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
