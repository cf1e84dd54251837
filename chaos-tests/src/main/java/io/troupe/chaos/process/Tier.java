package io.troupe.chaos.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Which kinds of faults this machine lets us inject. A tier that cannot run is skipped, with the reason, never passed.
 */
public enum Tier {
    /** Everything inside one process: the simulated network. */
    T0("simulated network", ""),
    /** Processes of our own behind loopback proxies, and signals to them. */
    T1("fault proxy, SIGKILL, SIGSTOP, damaged files", "kill -0 $$"),
    /** Network namespaces without privileges. */
    T2("network namespaces of a user", "unshare -Urn true"),
    /** Network namespaces and mounts of the administrator: full disks, failing disks. */
    T3("network namespaces and disk faults of root", "unshare -nm mount -t tmpfs -o size=1m none /tmp");

    private static final long PROBE_SECONDS = 5;

    private final String offers;
    private final String probe;

    Tier(String offers, String probe) {
        this.offers = offers;
        this.probe = probe;
    }

    /**
     * Whether a tier can run here.
     *
     * @param tier   the tier
     * @param reason why not; empty if it can
     */
    public record Status(Tier tier, String reason) {
        /** {@return true if the tier can run} */
        public boolean isAvailable() {
            return reason.isEmpty();
        }

        @Override
        public String toString() {
            return tier + " " + tier.offers + ": " + (isAvailable() ? "available" : "SKIPPED (" + reason + ")");
        }
    }

    /** {@return whether this tier can run here; asks the system, which takes some milliseconds} */
    public Status detect() {
        return new Status(this, probe.isEmpty() ? "" : whyNot(probe));
    }

    /** {@return one line for each tier, for a person} */
    public static String report() {
        return Arrays.stream(values()).map(tier -> tier.detect().toString()).collect(Collectors.joining("\n"));
    }

    /** {@return why a command does not succeed here; empty if it does} */
    static String whyNot(String command) {
        try {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "'" + command + "' took longer than " + PROBE_SECONDS + " s";
            }
            String words = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset())
                    .strip()
                    .replace('\n', ' ');
            return process.exitValue() == 0
                    ? ""
                    : "'" + command + "' failed with exit code " + process.exitValue() + ": " + words;
        } catch (IOException e) {
            return "'" + command + "' cannot run: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted while running '" + command + "'";
        }
    }
}
