package io.troupe.metadata.internal.backup;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.BackupCodec.Head;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the backups of one node, one at a time, each on a thread that lives as long as the writing. Any thread. */
public final class BackupWriter implements AutoCloseable {
    /** How long {@link #close} waits for a backup that is being written and gives up, in milliseconds. */
    private static final long CLOSE_MILLIS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(BackupWriter.class);

    private final String nodeId;

    /** The backup that waits for its states or is written, or null. */
    private @Nullable Path current;

    private @Nullable Thread thread;
    private boolean closed;

    /**
     * A writer without a thread.
     *
     * @param nodeId names the threads
     */
    public BackupWriter(String nodeId) {
        this.nodeId = nodeId;
    }

    /** Gives the states to write. */
    public interface Source {
        /** {@return the states of all groups as of one moment, with all that was acknowledged before this call} */
        CompletableFuture<List<StateView>> states();

        /**
         * {@return where the states come from}
         *
         * @param revision the revision of the first group's state
         */
        Head head(long revision);
    }

    /**
     * Writes a backup.
     *
     * @param file   a file that does not exist, in a directory that does
     * @param source gives the state
     * @return completes when the backup is on the disk; fails with BAD_BACKUP, BUSY, CLOSED, or as the source does
     */
    public CompletableFuture<Backup> write(Path file, Source source) {
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(closed(file));
            }
            if (current != null) {
                return CompletableFuture.failedFuture(new MetadataException(
                        Code.BUSY,
                        "node " + nodeId + " writes backup " + current + " just now: ask again when it is done"));
            }
            try {
                BackupFile.checkTarget(file);
            } catch (MetadataException e) {
                return CompletableFuture.failedFuture(e);
            }
            current = file;
        }
        CompletableFuture<Backup> done = new CompletableFuture<>();
        CompletableFuture<?> unused = source.states().whenComplete((states, failure) -> {
            if (failure != null) {
                finish();
                done.completeExceptionally(failure);
            } else {
                startWriting(file, source, states, done);
            }
        });
        return done;
    }

    /** Gives up the backup that is being written, and leaves nothing of it. Idempotent. */
    @Override
    public void close() {
        Thread writing;
        synchronized (this) {
            closed = true;
            writing = thread;
        }
        if (writing == null || writing == Thread.currentThread()) {
            return;
        }
        writing.interrupt(); // The channel that it writes to closes.
        try {
            writing.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void startWriting(
            Path file, Source source, List<StateView> states, CompletableFuture<Backup> done) {
        if (closed) {
            done.completeExceptionally(closed(file));
            return;
        }
        Head head = source.head(states.get(0).revision());
        Thread writer = new Thread(
                () -> run(() -> BackupFile.write(file, head, states), file, done), "troupe-" + nodeId + "-backup");
        writer.setDaemon(true);
        thread = writer;
        writer.start();
    }

    private void run(Supplier<Backup> write, Path file, CompletableFuture<Backup> done) {
        try {
            Backup written = write.get();
            LOG.info("node {} wrote backup {} at revision {}", nodeId, file, written.revision());
            finish();
            done.complete(written);
        } catch (RuntimeException e) {
            finish();
            done.completeExceptionally(isClosed() ? closed(file) : e);
        }
    }

    private synchronized void finish() {
        current = null;
        thread = null;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private MetadataException closed(Path file) {
        return new MetadataException(
                Code.CLOSED, "the metadata store of node " + nodeId + " is closed: backup " + file + " is not written");
    }
}
