package io.troupe.chaos.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A process that is stopped by SIGSTOP. A shell keeps it so and continues it when its own standard input ends: also
 * when this process is killed, nothing stays stopped.
 */
final class ProcessPause {
    private static final String STOPPED = "stopped";
    private static final long WAIT_SECONDS = 30;
    /** A signal to the whole process group must not end the shell before it has continued the process. */
    private static final String SCRIPT =
            "trap '' HUP INT TERM; kill -STOP \"$1\" && echo " + STOPPED + " && read line; kill -CONT \"$1\"";

    private final String nodeId;
    private final Process guard;

    private ProcessPause(String nodeId, Process guard) {
        this.nodeId = nodeId;
        this.guard = guard;
    }

    static ProcessPause begin(String nodeId, long pid) {
        try {
            Process guard = new ProcessBuilder("sh", "-c", SCRIPT, "pause-guard", Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            if (!STOPPED.equals(line)) {
                guard.destroyForcibly();
                throw new HarnessException("node " + nodeId + ", pid " + pid + ", cannot be paused: " + line);
            }
            return new ProcessPause(nodeId, guard);
        } catch (IOException e) {
            throw new HarnessException("node " + nodeId + ", pid " + pid + ", cannot be paused without sh and kill", e);
        }
    }

    /** Continues the process. */
    void end() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(WAIT_SECONDS, TimeUnit.SECONDS) || guard.exitValue() != 0) {
                guard.destroyForcibly();
                throw new HarnessException("node " + nodeId + " cannot be continued");
            }
        } catch (IOException e) {
            throw new HarnessException("node " + nodeId + " cannot be continued", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while continuing node " + nodeId, e);
        }
    }

    /** Leaves the process as it is, because it is gone; returns when the guard is gone, too. */
    void abandon() {
        guard.destroyForcibly();
        // Not waitFor: an interrupt must not leave it behind.
        guard.onExit().completeOnTimeout(guard, WAIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
