package io.troupe.demo;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One node as a child process. It tells its state on standard output; what it says on standard error is kept, a few
 * lines of it, for the case that it dies. It ends itself when its standard input does: the launcher holds the other end
 * of that pipe, however the launcher ends.
 */
final class NodeProcess {
    /** The line that makes a node hand over what it owns, and end. */
    static final String LEAVE = "leave";

    private static final int KEPT_ERROR_LINES = 20;
    private static final long KILL_TIMEOUT_SECONDS = 10;
    private static final long LEAVE_TIMEOUT_SECONDS = 60;

    /** Continues the node when its own input ends: also when the launcher is killed, nothing stays stopped. */
    private static final String PAUSE = "trap '' HUP INT TERM; kill -STOP \"$1\" && read line; kill -CONT \"$1\"";

    private final String nodeId;
    private final Process process;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Deque<String> errorLines = new ArrayDeque<>();
    private volatile StatusLine status = StatusLine.NONE;

    NodeProcess(String nodeId, Process process) {
        this.nodeId = nodeId;
        this.process = process;
    }

    static NodeProcess start(String nodeId, List<String> command, Path directory) throws IOException {
        Process process =
                new ProcessBuilder(command).directory(directory.toFile()).start();
        NodeProcess node = new NodeProcess(nodeId, process);
        node.pump("out", process.getInputStream(), node::onOutput, () -> {});
        node.pump("err", process.getErrorStream(), node::onError, node::onErrorStreamEnd);
        return node;
    }

    String nodeId() {
        return nodeId;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    StatusLine status() {
        return status;
    }

    /** {@return completes when the node said so; fails with its own words when it cannot start} */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Sends SIGKILL and does not wait. */
    void signalKill() {
        process.destroyForcibly();
    }

    /** Sends SIGKILL and waits until the process is gone: nothing it could still do may count as survival. */
    void kill() {
        signalKill();
        awaitKilled();
    }

    /** Waits until the process that was sent SIGKILL is gone. */
    void awaitKilled() {
        boolean interrupted = false;
        try {
            if (!process.waitFor(KILL_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "node " + nodeId + ", pid " + pid() + ", survived SIGKILL for " + KILL_TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells it to hand over what it owns and to leave; returns when it has. */
    void leave() throws InterruptedException {
        try {
            process.getOutputStream().write((LEAVE + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException endedAlready) {
            // Its exit code tells below.
        }
        if (!process.waitFor(LEAVE_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new NodeFailedException(
                    "node " + nodeId + " did not leave in order within " + LEAVE_TIMEOUT_SECONDS + " s: " + condition(),
                    false);
        }
    }

    /** SIGSTOP; closing what is returned is SIGCONT. */
    Closeable pause() throws IOException {
        Process guard = new ProcessBuilder("sh", "-c", PAUSE, "pause", Long.toString(pid())).start();
        return () -> {
            guard.getOutputStream().close();
            try {
                if (guard.waitFor() != 0) {
                    throw new NodeFailedException(
                            "node " + nodeId + ", pid " + pid() + ", cannot be continued by sh and kill", false);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** {@return how it is or how it ended, and its last words, for a person} */
    String condition() {
        StringBuilder text = new StringBuilder("node ").append(nodeId);
        text.append(process.isAlive() ? " runs, " + status.format() : " ended with exit code " + process.exitValue());
        synchronized (errorLines) {
            errorLines.forEach(line -> text.append(System.lineSeparator())
                    .append("  ")
                    .append(nodeId)
                    .append("| ")
                    .append(line));
        }
        return text.toString();
    }

    private void pump(String stream, InputStream bytes, Consumer<String> consumer, Runnable atEnd) {
        Thread thread = new Thread(
                () -> {
                    pumpUntilEnd(bytes, consumer);
                    atEnd.run();
                },
                "troupe-demo-" + nodeId + "-" + stream);
        thread.setDaemon(true);
        thread.start();
    }

    private static void pumpUntilEnd(InputStream bytes, Consumer<String> consumer) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            lines.lines().forEach(consumer);
        } catch (IOException | UncheckedIOException killed) {
            // A killed process breaks its pipes; its exit is seen by whoever waits for it.
        }
    }

    /** Runs when the last words are read, so that the obituary has them. A node that was ready long ago ignores it. */
    private void onErrorStreamEnd() {
        try {
            process.waitFor();
            ready.completeExceptionally(new NodeFailedException(condition(), false));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void onOutput(String line) {
        StatusLine parsed = StatusLine.parse(line);
        if (parsed != null) {
            status = parsed;
        } else if (line.equals(StatusLine.READY)) {
            ready.complete(null);
        } else if (line.startsWith(StatusLine.FAILED)) {
            String reason = line.substring(StatusLine.FAILED.length());
            ready.completeExceptionally(new NodeFailedException("node " + nodeId + " cannot start: " + reason, true));
        } else {
            onError(line);
        }
    }

    private void onError(String line) {
        synchronized (errorLines) {
            if (errorLines.size() == KEPT_ERROR_LINES) {
                errorLines.removeFirst();
            }
            errorLines.addLast(line);
        }
    }
}
