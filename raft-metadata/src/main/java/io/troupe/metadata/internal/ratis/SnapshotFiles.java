package io.troupe.metadata.internal.ratis;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.codec.SnapshotCodec;
import io.troupe.metadata.internal.disk.SteadyOutput;
import io.troupe.metadata.internal.state.StateView;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.FileUtils;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one voter on disk, under the names Ratis looks for. A snapshot counts once its MD5 file is there,
 * which is written last.
 */
final class SnapshotFiles extends SimpleStateMachineStorage {
    /** Of the state that a group from a backup starts from: before the first entry and the first leader. */
    static final TermIndex ORIGIN = TermIndex.valueOf(0, 0);

    private static final int BUFFER = 1 << 16;
    private static final String LOG_SEGMENTS = "log_*";
    private static final String UNFINISHED = "snapshot.*.tmp";
    private static final String UNFINISHED_INSTALLS = "snapshot-*";

    private volatile boolean cleanupDue = true;

    @Override
    public void init(RaftStorage storage) throws IOException {
        super.init(storage);
        cleanupDue = true;
        deleteAll(storage.getStorageDir().getStateMachineDir().toPath(), UNFINISHED);
        deleteAll(storage.getStorageDir().getTmpDir().toPath(), UNFINISHED_INSTALLS);
    }

    /** Left by a process that ended while it wrote or received one: nobody else deletes them. */
    private static void deleteAll(Path directory, String pattern) throws IOException {
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, pattern)) {
                for (Path file : left) {
                    FileUtils.deleteFully(file);
                }
            }
        }
    }

    /**
     * Ratis asks for this after every batch of entries; there is something to do only after a new snapshot.
     *
     * @param policy how many to keep
     */
    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        if (cleanupDue) {
            cleanupDue = false;
            super.cleanupOldSnapshots(policy);
        }
    }

    /**
     * Writes the state that a group starts from, once.
     *
     * @param origin the state
     * @param log    where Ratis keeps the log
     * @throws IOException if it should be there and is not, or cannot be written
     */
    void begin(Origin origin, File log) throws IOException {
        if (newest() != null) {
            return;
        }
        StateView state = origin.state();
        if (hasSegments(log.toPath())) {
            throw new IOException(
                    "its log goes on from backup " + origin.backup() + ", and the snapshot of that is lost");
        }
        if (state == null) {
            throw new IOException("its group is to start from backup " + origin.backup()
                    + ", and that was not written here yet: start it once more with restoreFrom and that backup");
        }
        write(state, ORIGIN);
    }

    private static boolean hasSegments(Path log) throws IOException {
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(log, LOG_SEGMENTS)) {
            return segments.iterator().hasNext();
        }
    }

    /** Writes a snapshot and forces it to the disk; on any thread. */
    void write(StateView state, TermIndex at) throws IOException {
        File file = getSnapshotFile(at.getTerm(), at.getIndex());
        Path aside = getTmpSnapshotFile(at.getTerm(), at.getIndex()).toPath();
        try (FileChannel channel = FileChannel.open(
                        aside,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(
                        new SteadyOutput(Channels.newOutputStream(channel), () -> channel.force(false)), BUFFER)) {
            SnapshotCodec.write(state, out);
            out.flush();
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
        Files.move(aside, file.toPath(), StandardCopyOption.ATOMIC_MOVE);
        FileInfo info = new FileInfo(file.toPath(), MD5FileUtil.computeAndSaveMd5ForFile(file));
        updateLatestSnapshot(new SingleFileSnapshotInfo(info, at.getTerm(), at.getIndex()));
        cleanupDue = true;
    }

    /** {@return the newest snapshot on disk, or null} */
    @Nullable
    SingleFileSnapshotInfo newest() {
        return loadLatestSnapshot();
    }

    /** Reads a snapshot back. */
    static StateView read(SingleFileSnapshotInfo snapshot) throws IOException {
        Path file = snapshot.getFile().getPath();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            return SnapshotCodec.read(in);
        } catch (CodecException e) {
            throw new IOException("snapshot " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
