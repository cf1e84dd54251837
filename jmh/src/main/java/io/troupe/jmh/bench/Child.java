package io.troupe.jmh.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A second JVM: prints {@value #READY} and a value once it can be used, and ends itself when its standard input does,
 * so that it never outlives the one that started it.
 */
final class Child implements AutoCloseable {
    static final String READY = "READY ";

    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 10;
    private static final int WARNS_ABOUT_UNSAFE = 24;

    private final String name;
    private final Process process;
    private final String value;

    private Child(String name, Process process, String value) {
        this.name = name;
        this.process = process;
        this.value = value;
    }

    /**
     * Starts a child and waits until it is ready.
     *
     * @param main      its main class, which calls {@link #announce}
     * @param arguments of the main class
     * @return the child
     * @throws BenchException if it ends or is not ready in time
     */
    static Child start(Class<?> main, List<String> arguments) {
        return await(launch(main, arguments));
    }

    /** Starts a child that other children have to see before it is ready. */
    static CompletableFuture<Child> launch(Class<?> main, List<String> arguments) {
        String name = main.getSimpleName() + " " + String.join(" ", arguments);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Xmn32m",
                "-XX:-UsePerfData",
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= WARNS_ABOUT_UNSAFE) {
            command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        }
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        CompletableFuture<Child> ready = new CompletableFuture<>();
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            Thread pump = new Thread(() -> pump(name, process, ready), "troupe-bench-child");
            pump.setDaemon(true);
            pump.start();
            ready.exceptionally(failure -> {
                process.destroyForcibly();
                return null;
            });
        } catch (IOException e) {
            ready.completeExceptionally(new BenchException(name + " cannot be started: " + e.getMessage()));
        }
        return ready;
    }

    static Child await(CompletableFuture<Child> launched) {
        try {
            return launched.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new BenchException(cause == null ? "a child failed" : String.valueOf(cause.getMessage()));
        } catch (TimeoutException e) {
            launched.completeExceptionally(e);
            throw new BenchException("a child process was not ready after " + START_SECONDS + " s");
        } catch (InterruptedException e) {
            launched.completeExceptionally(e);
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
    }

    /** Called by the child: says that it is ready, and returns when the parent has gone. */
    static void announce(String value) throws IOException {
        System.out.println(READY + value);
        while (System.in.read() >= 0) {
            // Nothing is ever written to it.
        }
    }

    /** {@return what the child announced} */
    String value() {
        return value;
    }

    long pid() {
        return process.pid();
    }

    /** Sends SIGKILL and waits for the end. */
    void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchException(name + " survived SIGKILL");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private static void pump(String name, Process process, CompletableFuture<Child> ready) {
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                if (line.startsWith(READY)) {
                    ready.complete(new Child(name, process, line.substring(READY.length())));
                }
            }
        } catch (IOException killed) {
            // Its end is told below.
        }
        ready.completeExceptionally(new BenchException(name + " ended before it was ready; its last words: " + last));
    }
}
