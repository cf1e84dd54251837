package io.troupe.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A directory with everything below it, gone for good after {@link #delete}. */
final class TemporaryTree {
    /** A process that is about to die may still create a file between two attempts. */
    private static final int ATTEMPTS = 50;

    private static final long PAUSE_NANOS = 20_000_000;

    private TemporaryTree() {}

    static Path create() throws IOException {
        return Files.createTempDirectory("troupe-demo-");
    }

    /** Deletes the tree; a tree that is gone already is fine. */
    static void delete(Path root) throws IOException {
        IOException last = new IOException("cannot delete " + root);
        for (int attempt = 0; attempt < ATTEMPTS && Files.exists(root); attempt++) {
            try {
                deleteOnce(root);
            } catch (IOException changedMeanwhile) {
                last = changedMeanwhile;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        if (Files.exists(root)) {
            throw last;
        }
    }

    private static void deleteOnce(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> tree = Files.walk(root)) {
            deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException changedMeanwhile) {
            throw changedMeanwhile.getCause();
        } catch (NoSuchFileException goneAlready) {
            return;
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
