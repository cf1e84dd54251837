package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a write to the log has left that a power cut, or the end of the process, interrupted: cut off before the log is
 * read. {@link OpenSegment} says when, and why that loses nothing.
 */
final class TornTail {
    private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);

    /** How Ratis names the segment that is being written, by its first entry. */
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");

    private TornTail() {}

    /**
     * Cuts off a torn end of the segment that was being written. Any other segment was flushed before that one began.
     *
     * @param storage of the log, not yet opened
     * @param applied the newest entry that may have been applied
     */
    static void cut(RaftStorage storage, long applied) throws IOException {
        List<LogSegmentPath> segments = LogSegmentPath.getLogSegmentPaths(storage);
        if (segments.isEmpty()) {
            return;
        }
        Path path = segments.get(segments.size() - 1).getPath();
        Matcher open = OPEN.matcher(String.valueOf(path.getFileName()));
        if (!open.matches()) {
            return;
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            // What Ratis reads back counts as flushed from here on, also if the process ended between write and flush.
            file.force(true);
            OpenSegment.End end = OpenSegment.end(Files.readAllBytes(path), Long.parseLong(open.group(1)), applied);
            if (end.kind() == OpenSegment.Kind.TORN) {
                long length = file.size();
                file.truncate(end.offset()); // Not zeros: a cut happens as a whole or not at all.
                file.force(true);
                LOG.warn(
                        "{}: entry {} was torn while it was written, and never acknowledged: the file is cut at offset"
                                + " {} of {}; the newest entry known to be applied here is {}",
                        path,
                        end.index(),
                        end.offset(),
                        length,
                        applied);
            }
        }
    }
}
