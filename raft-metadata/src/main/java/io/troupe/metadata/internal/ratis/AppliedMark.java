package io.troupe.metadata.internal.ratis;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32;

import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a voter has applied its log, written down beside the log. A segment that was being written has no end in its
 * name, so Ratis takes what is left of one that was cut, or lost, for all that there ever was; and the voter, under its
 * old name, would then vote without what it had confirmed. With the mark it does not start.
 *
 * <p>An entry is applied only when it is committed, and committed here only when this voter's own log has been flushed
 * up to it: so the mark is never ahead of a log that is whole, and it needs no flush of its own. What was flushed and
 * not yet applied when the process ended is not covered.
 *
 * <p>Two slots are written in turn, each with a checksum and in a sector of its own, so that one is always whole.
 * Confined to one thread at a time.
 */
final class AppliedMark implements Closeable {
    static final String FILE = "applied";

    /** A sector, the least that a disk writes. */
    private static final int SLOT = 512;

    private static final int USED = Long.BYTES + Integer.BYTES;
    private static final Logger LOG = LoggerFactory.getLogger(AppliedMark.class);

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(USED);
    private final CRC32 crc = new CRC32();
    private long index;
    private int next;
    private boolean failing;

    private AppliedMark(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long first = read(0);
        long second = read(1);
        index = Math.max(first, second);
        next = first > second ? 1 : 0;
        if (index < 0 && channel.size() > 0) {
            LOG.warn("{} cannot be read: a log that was cut is not noticed until it is written again", file);
        }
    }

    /**
     * The mark of a voter, made if there is none.
     *
     * @param directory of the voter's log
     */
    static AppliedMark open(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return new AppliedMark(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private long read(int which) throws IOException {
        slot.clear();
        while (slot.hasRemaining()) {
            if (channel.read(slot, (long) which * SLOT + slot.position()) < 0) {
                return RaftLog.INVALID_LOG_INDEX;
            }
        }
        slot.flip();
        return slot.getInt(Long.BYTES) == checksum() ? slot.getLong(0) : RaftLog.INVALID_LOG_INDEX;
    }

    private int checksum() {
        crc.reset();
        crc.update(slot.duplicate().position(0).limit(Long.BYTES));
        return (int) ~crc.getValue(); // so that zeros are no mark
    }

    /** {@return the newest entry known to have been applied; -1 if none is} */
    long index() {
        return index;
    }

    /**
     * {@return the newest entry that may have been applied; the highest index there is if no mark tells}
     *
     * @param snapshotIndex of the newest snapshot, -1 without one
     */
    long newestApplied(long snapshotIndex) {
        return index < 0 ? Long.MAX_VALUE : Math.max(index, snapshotIndex);
    }

    /**
     * The entries up to an index have been applied. If that cannot be written, the last mark stands.
     *
     * @param applied the index
     */
    void write(long applied) {
        if (applied <= index) {
            return;
        }
        index = applied;
        slot.clear().putLong(0, applied);
        slot.putInt(Long.BYTES, checksum());
        try {
            long at = (long) next * SLOT;
            while (slot.hasRemaining()) {
                channel.write(slot, at + slot.position());
            }
            next = 1 - next;
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("{} cannot be written; a log that is cut now may not be noticed", file, e);
            }
            failing = true;
        }
    }

    /**
     * Refuses a log that is shorter than it was.
     *
     * @param storage       of the log, not yet opened
     * @param snapshotIndex of the newest snapshot, -1 without one
     * @throws IOException if neither the log nor the snapshot has what was applied
     */
    void check(RaftStorage storage, long snapshotIndex) throws IOException {
        if (snapshotIndex >= index) {
            return;
        }
        long last = Math.max(snapshotIndex, lastIndex(storage));
        if (last < index) {
            throw new IOException("its log ends with entry " + last + ", but entry " + index
                    + " was applied here: the log was cut, or files of it are lost");
        }
    }

    private static long lastIndex(RaftStorage storage) throws IOException {
        List<LogSegmentPath> segments = LogSegmentPath.getLogSegmentPaths(storage);
        long[] last = {RaftLog.INVALID_LOG_INDEX};
        for (int i = segments.size() - 1; i >= 0 && last[0] < 0; i--) { // the newest one may not have an entry yet
            LogSegment.readSegmentFile(
                    segments.get(i).getPath().toFile(),
                    segments.get(i).getStartEnd(),
                    RatisProperties.SEGMENT,
                    CorruptionPolicy.EXCEPTION,
                    null,
                    entry -> last[0] = entry.getIndex());
        }
        return last[0];
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
