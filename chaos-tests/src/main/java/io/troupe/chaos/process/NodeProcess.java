package io.troupe.chaos.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** One node as a child process, and the signals that hurt it. Safe for any thread. */
public final class NodeProcess {
    /** What a node prints when it can be used. */
    public static final String READY = "READY";

    /** What a node is told to end in order. */
    public static final String STOP = "stop";

    /** The line that makes a node hand over what it owns, and leave. */
    public static final String LEAVE = "leave";

    private static final int SHOWN_LINES = 20;
    private static final int KEPT_LINES = 500;
    private static final long END_SECONDS = 40;

    private final String nodeId;
    private final Process process;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Deque<String> lastWords = new ArrayDeque<>();
    /** Guarded by this. */
    private @Nullable ProcessPause pause;

    /** Guarded by lastWords: the lines that somebody waits for. */
    private final Map<String, CompletableFuture<Void>> awaited = new HashMap<>();

    private NodeProcess(String nodeId, Process process) {
        this.nodeId = nodeId;
        this.process = process;
    }

    static NodeProcess start(String nodeId, List<String> command, Path directory) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        // A node obeys its configuration file, whatever the environment of the build says.
        builder.environment().keySet().removeIf(name -> name.startsWith("TROUPE_"));
        try {
            NodeProcess node = new NodeProcess(nodeId, builder.start());
            Thread reader = new Thread(node::readOutput, "troupe-" + nodeId + "-output");
            reader.setDaemon(true);
            reader.start();
            return node;
        } catch (IOException e) {
            throw new HarnessException("node " + nodeId + " cannot be started: " + e.getMessage(), e);
        }
    }

    /** {@return its node id} */
    public String nodeId() {
        return nodeId;
    }

    /** {@return its process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return true until it has ended} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@return the process, to see whether it is gone} */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** {@return completes when the node says so; fails with its last words when it dies before} */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /**
     * SIGKILL, also while it is paused; returns when the process is gone.
     *
     * @throws HarnessException if it survives
     */
    public synchronized void kill() {
        process.destroyForcibly();
        awaitEnd("SIGKILL");
        if (pause != null) {
            pause.abandon();
            pause = null;
        }
    }

    /**
     * SIGSTOP: the process stands still until {@link #resume()}, or until this process ends.
     *
     * @throws HarnessException if it cannot be paused, or is paused already
     */
    public synchronized void pause() {
        if (pause != null || !process.isAlive()) {
            throw new HarnessException("node " + nodeId + " cannot be paused: it "
                    + (pause != null ? "is paused already" : "does not run"));
        }
        pause = ProcessPause.begin(nodeId, process.pid());
    }

    /**
     * SIGCONT.
     *
     * @throws HarnessException if it is not paused
     */
    public synchronized void resume() {
        ProcessPause ended = pause;
        if (ended == null) {
            throw new HarnessException("node " + nodeId + " cannot be resumed: it is not paused");
        }
        pause = null;
        ended.end();
    }

    /**
     * Asks it to leave the cluster and end; returns when it has.
     *
     * @throws HarnessException if it does not end
     */
    public void stop() {
        try {
            send(STOP);
        } catch (IOException endedAlready) {
            // The wait below tells.
        }
        awaitEnd("the line '" + STOP + "'");
    }

    /**
     * Asks it to hand over what it owns, leave the cluster and end; returns when it has.
     *
     * @throws HarnessException if it does not end, or could not hand over everything
     */
    public void leave() {
        try {
            send(LEAVE);
        } catch (IOException endedAlready) {
            // The wait below tells.
        }
        awaitEnd("the line '" + LEAVE + "'");
        if (process.exitValue() != 0) {
            throw new HarnessException("node " + nodeId + " did not leave in order: " + condition());
        }
    }

    private synchronized void send(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /**
     * Tells the program of the node something, and waits until it says that it is done.
     *
     * @param line   what it is told
     * @param answer the whole line that it prints then
     * @param limit  how long to wait
     * @throws HarnessException if it does not answer
     */
    public void command(String line, String answer, Duration limit) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        synchronized (lastWords) {
            awaited.put(answer, answered);
        }
        try {
            send(line);
            answered.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new HarnessException(
                    "node " + nodeId + " does not answer '" + answer + "' to '" + line + "': " + condition(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while node " + nodeId + " was told '" + line + "'", e);
        } finally {
            synchronized (lastWords) {
                awaited.remove(answer);
            }
        }
    }

    private void awaitEnd(String reason) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        boolean interrupted = false;
        boolean ended = false;
        // An interrupt must not leave a process behind: it is kept and told later.
        while (!ended) {
            try {
                ended = process.waitFor(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (!ended) {
                    throw new HarnessException(
                            "node " + nodeId + ", pid " + pid() + ", still runs " + END_SECONDS + " s after " + reason);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return how it is or how it ended, and its last words, for a person} */
    public String condition() {
        StringBuilder text = new StringBuilder("node ").append(nodeId);
        text.append(process.isAlive() ? " runs" : " ended with exit code " + process.exitValue());
        synchronized (lastWords) {
            lastWords.stream()
                    .skip(Math.max(0, lastWords.size() - SHOWN_LINES))
                    .forEach(line ->
                            text.append("\n  ").append(nodeId).append("| ").append(line));
        }
        return text.toString();
    }

    /**
     * {@return whether one of its latest lines has these words}
     *
     * @param words what to look for
     */
    public boolean hasSaid(String words) {
        synchronized (lastWords) {
            return lastWords.stream().anyMatch(line -> line.contains(words));
        }
    }

    private void readOutput() {
        pump(process.getInputStream(), this::onLine);
        try {
            process.waitFor();
            HarnessException gone = new HarnessException("it ended");
            synchronized (lastWords) {
                awaited.values().forEach(waiting -> waiting.completeExceptionally(gone));
            }
            ready.completeExceptionally(new HarnessException("before it was ready, " + condition()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(InputStream bytes, Consumer<String> consumer) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            lines.lines().forEach(consumer);
        } catch (IOException | UncheckedIOException killed) {
            // A killed process breaks its pipe; its end is seen by whoever waits for it.
        }
    }

    private void onLine(String line) {
        if (line.equals(READY)) {
            ready.complete(null);
            return;
        }
        synchronized (lastWords) {
            CompletableFuture<Void> waiting = awaited.get(line);
            if (waiting != null) {
                waiting.complete(null);
                return;
            }
            if (lastWords.size() == KEPT_LINES) {
                lastWords.removeFirst();
            }
            lastWords.addLast(line);
        }
    }
}
