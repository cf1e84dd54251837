package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;

import static io.troupe.metadata.internal.ratis.NumberedKeys.key;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;

/** The Raft log and the snapshots in the directory of a running voter. */
final class LogFiles {
    /** Snapshots after so many entries let {@link #writeUntilTheLogIsCut} come to its end soon. */
    static final int SNAPSHOT_ENTRIES = 50;

    private LogFiles() {}

    /**
     * {@return how many numbered keys it has created} Ratis purges whole segments of 8 MiB, and only behind a snapshot:
     * whoever has none of these entries needs the snapshot.
     */
    static int writeUntilTheLogIsCut(MetadataStore leader, Path data) throws IOException {
        int written = 0;
        while (firstLogIndex(data) < SNAPSHOT_ENTRIES) {
            assertThat(written).isLessThan(2_000);
            Op padding = new Op.Put("padding", new byte[200_000]);
            assertThat(get(leader.txn(Txn.of(new Op.Put(key(written++), new byte[1]), padding)))
                            .succeeded())
                    .isTrue();
        }
        return written;
    }

    static List<Path> snapshots(Path data) throws IOException {
        return files(data).stream()
                .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                .toList();
    }

    /** {@return the segment that was written last} */
    static Path newestSegment(Path data) throws IOException {
        return files(data).stream()
                .filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
                .findFirst()
                .orElseThrow();
    }

    /** The lowest index that is still in a log file. */
    private static long firstLogIndex(Path data) throws IOException {
        return files(data).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("log_"))
                .mapToLong(name -> Long.parseLong(name.replaceAll("^log_(inprogress_)?(\\d+).*", "$2")))
                .min()
                .orElse(0);
    }

    /** Of a running voter: what it deletes meanwhile is not there. */
    private static List<Path> files(Path data) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    /** As if the voter had stopped before it wrote down that it has logs. */
    static void forget(Path directory) throws IOException {
        Path file = directory.resolve("cluster.properties");
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        if (!lines.removeIf(line -> line.startsWith("logs="))) {
            throw new AssertionError("no logs are written down in " + lines);
        }
        Files.write(file, lines);
    }
}
