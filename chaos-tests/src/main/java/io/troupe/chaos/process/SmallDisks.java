package io.troupe.chaos.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Small file systems in memory, which can be full. They are mounted in a namespace that only a guard process and the
 * nodes share: when those are gone, by whatever end, no mount is left.
 */
final class SmallDisks {
    /** Room for several segments of the log. */
    static final int MEGABYTES = 64;

    private static final String MOUNTED = "mounted";
    private static final long WAIT_SECONDS = 10;
    private static final int CHUNK = 1 << 16;
    /** When its input ends it unmounts, so that the nodes can delete the directories below. */
    private static final String SCRIPT = "trap '' HUP INT TERM; for d; do mount -t tmpfs -o size=" + MEGABYTES
            + "m none \"$d\" || exit; done; echo " + MOUNTED + "; read line; for d; do umount -l \"$d\"; done";

    private static final List<String> AS_ROOT = List.of("unshare", "-m");
    private static final List<String> AS_USER = List.of("unshare", "-Urm");

    private final Process guard;
    private final boolean asRoot;

    private SmallDisks(Process guard, boolean asRoot) {
        this.guard = guard;
        this.asRoot = asRoot;
    }

    /** {@return why this machine cannot do it; empty if it can} */
    static String whyNot() {
        String mount = " mount -t tmpfs -o size=1m none /tmp";
        String root = Tier.whyNot(String.join(" ", AS_ROOT) + mount + " && nsenter --version");
        return root.isEmpty() ? "" : Tier.whyNot(String.join(" ", AS_USER) + mount + " && nsenter --version");
    }

    static SmallDisks mount(List<Path> directories) throws IOException {
        boolean asRoot =
                Tier.whyNot("unshare -m mount -t tmpfs -o size=1m none /tmp").isEmpty();
        List<String> command = new ArrayList<>(asRoot ? AS_ROOT : AS_USER);
        command.addAll(List.of("sh", "-c", SCRIPT, "disk-guard"));
        for (Path directory : directories) {
            command.add(Files.createDirectories(directory).toString());
        }
        Process guard = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        if (!MOUNTED.equals(line)) {
            guard.destroyForcibly();
            throw new HarnessException("no small disk can be mounted: " + line);
        }
        return new SmallDisks(guard, asRoot);
    }

    /** {@return what stands before the command of a node that is to see the disks} */
    List<String> prefix(Path workingDirectory) {
        List<String> prefix = new ArrayList<>(List.of("nsenter", "--target=" + guard.pid(), "--mount"));
        if (!asRoot) {
            prefix.addAll(List.of("--user", "--preserve-credentials"));
        }
        prefix.add("--wdns=" + workingDirectory);
        return prefix;
    }

    /** {@return a directory as the nodes see it} */
    Path seen(Path directory) {
        return Path.of("/proc/" + guard.pid() + "/root" + directory.toAbsolutePath());
    }

    /** Writes until the disk is full. */
    static void fill(Path filler) {
        byte[] chunk = new byte[CHUNK];
        long written = 0;
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (written <= MEGABYTES * 1024L * 1024L) {
                out.write(chunk);
                written += CHUNK;
            }
        } catch (IOException full) {
            if (written > 0 || String.valueOf(full.getMessage()).contains("No space")) {
                return;
            }
            throw new HarnessException("the disk cannot be filled: " + full, full);
        }
        throw new HarnessException(filler + " did not fill a disk of " + MEGABYTES + " MB: it is on another one");
    }

    /** The nodes have ended before. */
    void close() {
        boolean interrupted = false;
        try {
            guard.getOutputStream().close();
            guard.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (IOException gone) {
            // Then nothing is mounted either.
        } catch (InterruptedException e) {
            interrupted = true;
        }
        guard.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
