package io.troupe.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The directory of one run, which is gone after {@link #delete}. */
public final class WorkTree {
    /** A process that dies at this moment may still create a file between two attempts. */
    private static final int ATTEMPTS = 100;

    private static final long PAUSE_NS = 20_000_000;

    private WorkTree() {}

    /**
     * Makes an empty directory among the temporary files.
     *
     * @return the directory
     * @throws IOException if there can be none
     */
    public static Path create() throws IOException {
        // Whoever looks whether something is left looks for what this process has made: others run beside it.
        return Files.createTempDirectory(
                "troupe-chaos-" + ProcessHandle.current().pid() + "-");
    }

    /**
     * Deletes the tree; one that is gone already is fine.
     *
     * @param root what to delete
     * @throws IOException if something of it stays
     */
    public static void delete(Path root) throws IOException {
        // An interrupt would end the pauses between the attempts: it is kept and told later.
        boolean interrupted = Thread.interrupted();
        try {
            deletePatiently(root);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void deletePatiently(Path root) throws IOException {
        IOException last = new IOException("cannot delete " + root);
        for (int attempt = 0; attempt < ATTEMPTS && Files.exists(root); attempt++) {
            try {
                deleteOnce(root);
            } catch (IOException | UncheckedIOException changedMeanwhile) {
                last = new IOException("cannot delete " + root, changedMeanwhile);
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        if (Files.exists(root)) {
            throw last;
        }
    }

    private static void deleteOnce(Path root) throws IOException {
        List<Path> leavesFirst;
        try (Stream<Path> tree = Files.walk(root)) {
            leavesFirst = tree.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException gone) {
            return; // Several processes may clean up the same tree.
        }
        for (Path path : leavesFirst) {
            Files.deleteIfExists(path);
        }
    }
}
