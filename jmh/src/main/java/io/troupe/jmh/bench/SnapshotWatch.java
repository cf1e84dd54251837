package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Sees in the directories of voters when one writes a snapshot, and when it has been written: the file lies aside until
 * it is whole, and counts once its checksum lies beside it. Looks every {@value #LOOK_MILLIS} ms on a thread of its
 * own, which {@link #close} ends.
 */
final class SnapshotWatch implements AutoCloseable {
    static final long LOOK_MILLIS = 5;
    private static final String WHOLE = ".md5", ASIDE = ".tmp";
    private static final int DEPTH = 5;

    /** Guarded by this, as what each has. */
    private final List<Place> places = new ArrayList<>();

    private final Thread looker = new Thread(this::look, "troupe-bench-snapshots");
    private volatile @Nullable IOException failure;

    /** Where one voter has them, and what was seen there. */
    private static final class Place {
        final Path directory;
        Set<String> seen;
        boolean writing;
        long beganNs;
        long endedNs;
        int ended;
        long longestNs;

        Place(Path directory, long nowNs) throws IOException {
            this.directory = directory;
            seen = names(directory, WHOLE);
            endedNs = nowNs;
        }

        void look(long nowNs) throws IOException {
            Set<String> now = names(directory, WHOLE);
            if (!seen.containsAll(now)) {
                ended++;
                longestNs = Math.max(longestNs, writing ? nowNs - beganNs : 0);
                writing = false;
                endedNs = nowNs;
            } else if (!writing && !names(directory, ASIDE).isEmpty()) {
                writing = true;
                beganNs = nowNs;
            }
            seen = now;
        }
    }

    /** @param directories of the voters, which have started */
    SnapshotWatch(List<Path> directories) throws IOException {
        long nowNs = System.nanoTime();
        for (Path directory : directories) {
            try (Stream<Path> below = Files.walk(directory, DEPTH)) {
                Path whole = below.filter(path -> path.endsWith("sm"))
                        .findFirst()
                        .orElseThrow(() -> new BenchException("no place for snapshots below " + directory));
                places.add(new Place(whole, nowNs));
            }
        }
        looker.setDaemon(true);
        looker.start();
    }

    /** {@return true if some voter writes one now} */
    synchronized boolean isWriting() {
        return places.stream().anyMatch(place -> place.writing);
    }

    /** {@return true if some voter has been writing one since then} */
    synchronized boolean wroteSince(long sinceNs) {
        return places.stream().anyMatch(place -> place.writing || (place.ended > 0 && place.endedNs - sinceNs >= 0));
    }

    /** {@return snapshots that every voter has ended at least} */
    synchronized int endedEverywhere() {
        IOException failed = failure;
        if (failed != null) {
            throw new BenchException("the directories of the voters cannot be read: " + failed);
        }
        return places.stream().mapToInt(place -> place.ended).min().orElse(0);
    }

    /** {@return how long one snapshot took at most, in ms} */
    synchronized double longestMillis() {
        return places.stream().mapToLong(place -> place.longestNs).max().orElse(0) / 1e6;
    }

    private void look() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                synchronized (this) {
                    for (Place place : places) {
                        place.look(System.nanoTime());
                    }
                }
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        looker.interrupt();
    }

    private static Set<String> names(Path directory, String ending) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ending)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        } catch (NoSuchFileException none) {
            return names;
        }
        return names;
    }
}
