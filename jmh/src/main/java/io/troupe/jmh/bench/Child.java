package io.troupe.jmh.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * A second JVM: prints {@value #READY} and a value once it can be used, then answers the lines of its standard input
 * one by one, and ends itself when that ends, so that it never outlives the one that started it.
 */
final class Child implements AutoCloseable {
    private static final String READY = "READY ";
    private static final String ANSWER = "ANSWER ";
    private static final String FAILED = "FAILED ";

    /** How the names of our own exceptions begin. */
    private static final String OURS = "io.troupe.";

    /** Enough for those that hold little. */
    static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC", "-Xmn32m");

    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 10;
    private static final int WARNS_ABOUT_UNSAFE = 24;

    private final String name;
    private final Process process;
    private final CompletableFuture<Child> ready = new CompletableFuture<>();

    /** The question that has no answer yet; one at a time. */
    private final AtomicReference<@Nullable CompletableFuture<String>> asked = new AtomicReference<>();

    private volatile String value = "";

    /** Why no answer will come any more. */
    private volatile @Nullable BenchException ended;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** What a child can be told to do. */
    interface Commands {
        String answer(String command) throws IOException, InterruptedException;
    }

    /**
     * Starts a child and waits until it is ready.
     *
     * @param main      its main class, which calls {@link #serve}
     * @param arguments of the main class
     * @return the child
     * @throws BenchException if it ends or is not ready in time
     */
    static Child start(Class<?> main, List<String> arguments) {
        return await(launch(main, arguments), START_SECONDS);
    }

    /** Starts a child that other children have to see before it is ready. */
    static CompletableFuture<Child> launch(Class<?> main, List<String> arguments) {
        return launch(main, SMALL, arguments);
    }

    /** Starts a child with options for its heap. */
    static CompletableFuture<Child> launch(Class<?> main, List<String> memory, List<String> arguments) {
        String name = main.getSimpleName() + " " + String.join(" ", arguments);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of("-XX:-UsePerfData", "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (Runtime.version().feature() >= WARNS_ABOUT_UNSAFE) {
            command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        }
        // The compilers that this JVM has.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-XX:TieredStopAtLevel="))
                .forEach(command::add);
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            Child child = new Child(name, process);
            Thread pump = new Thread(child::pump, "troupe-bench-child");
            pump.setDaemon(true);
            pump.start();
            child.ready.exceptionally(failure -> {
                process.destroyForcibly();
                return child;
            });
            return child.ready;
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new BenchException(name + " cannot be started: " + e.getMessage()));
        }
    }

    static Child await(CompletableFuture<Child> launched) {
        return await(launched, START_SECONDS);
    }

    static Child await(CompletableFuture<Child> launched, int seconds) {
        try {
            return launched.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new BenchException(cause == null ? "a child failed" : String.valueOf(cause.getMessage()));
        } catch (TimeoutException e) {
            launched.completeExceptionally(e);
            throw new BenchException("a child process was not ready after " + seconds + " s");
        } catch (InterruptedException e) {
            launched.completeExceptionally(e);
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
    }

    /** Called by the child: says that it is ready, and returns when the parent has gone. */
    static void announce(String value) throws IOException {
        serve(value, command -> {
            throw new BenchException("nothing to do for " + command);
        });
    }

    /** Called by the child: says that it is ready, does what it is told, and returns when the parent has gone. */
    static void serve(String value, Commands commands) throws IOException {
        System.out.println(READY + value);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try {
                System.out.println(ANSWER + commands.answer(line));
            } catch (RuntimeException e) {
                System.out.println(FAILED + BenchCommand.firstLine(e));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** {@return what the child announced} */
    String value() {
        return value;
    }

    long pid() {
        return process.pid();
    }

    /** {@return the answer to a command; fails with BenchException if the child says so or ends} */
    CompletableFuture<String> call(String command) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        if (!asked.compareAndSet(null, answer)) {
            throw new IllegalStateException(name + " was told " + command + " before it had answered");
        }
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException gone) {
            // Its last words say more; they come once its output has ended.
        }
        failIfEnded();
        return answer;
    }

    /** {@return the answer to a command, waited for} */
    String ask(String command, int seconds) {
        try {
            return call(command).orTimeout(seconds, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BenchException known) {
                throw known;
            }
            throw new BenchException(name + " did not answer " + command + " within " + seconds + " s");
        }
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

    private void pump() {
        String last = "nothing";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    value = line.substring(READY.length());
                    ready.complete(this);
                } else if (line.startsWith(ANSWER)) {
                    settle(line.substring(ANSWER.length()), null);
                } else if (line.startsWith(FAILED)) {
                    settle("", new BenchException(name + ": " + line.substring(FAILED.length())));
                } else if (saysMoreThan(last, line)) {
                    last = line;
                }
            }
        } catch (IOException killed) {
            // Its end is told below.
        }
        ready.completeExceptionally(new BenchException(name + " ended before it was ready; its last words: " + last));
        ended = new BenchException(name + " ended; its last words: " + last);
        failIfEnded();
    }

    /** Not so the frames of a stack trace; the last cause does, unless it is the library's below our own. */
    private static boolean saysMoreThan(String last, String line) {
        boolean frame = line.isBlank() || Character.isWhitespace(line.charAt(0));
        boolean theirs = line.startsWith("Caused by: ") && !line.contains(OURS);
        return !frame && !(theirs && last.contains(OURS));
    }

    private void failIfEnded() {
        BenchException why = ended;
        if (why != null) {
            settle("", why);
        }
    }

    private void settle(String answer, @Nullable BenchException failure) {
        CompletableFuture<String> waiting = asked.getAndSet(null);
        if (waiting == null) {
            return;
        }
        if (failure == null) {
            waiting.complete(answer);
        } else {
            waiting.completeExceptionally(failure);
        }
    }
}
