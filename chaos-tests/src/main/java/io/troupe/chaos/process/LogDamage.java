package io.troupe.chaos.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** What a bad disk does to the replicated log of a voter that does not run. */
public final class LogDamage {
    /** Ratis names the segments of its log so; the one that was written to last has no end in its name. */
    private static final String SEGMENT_PREFIX = "log_";

    /** The first bytes name the format; damage there is no damage to an entry. */
    private static final int HEADER_LENGTH = 8;

    private LogDamage() {}

    /**
     * Inverts one bit of one entry.
     *
     * @param node          the node, which must have ended
     * @param dataDirectory where it keeps its log
     * @param seed          decides which bit
     * @return the file and the place, for a person
     * @throws HarnessException if the node runs or has no log
     * @throws IOException      if the file cannot be changed
     */
    public static String flipBit(NodeProcess node, Path dataDirectory, long seed) throws IOException {
        Path segment = newestSegment(node, dataDirectory);
        SplittableRandom random = new SplittableRandom(seed);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long position = random.nextLong(HEADER_LENGTH, usedLength(file));
            file.seek(position);
            int value = file.read();
            file.seek(position);
            file.write(value ^ (1 << random.nextInt(8)));
            return segment.getFileName() + " byte " + position;
        }
    }

    /**
     * Cuts the newest segment in half.
     *
     * @param node          the node, which must have ended
     * @param dataDirectory where it keeps its log
     * @return the file and the place, for a person
     * @throws HarnessException if the node runs or has no log
     * @throws IOException      if the file cannot be changed
     */
    public static String truncate(NodeProcess node, Path dataDirectory) throws IOException {
        Path segment = newestSegment(node, dataDirectory);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long length = usedLength(file) / 2;
            file.setLength(length);
            return segment.getFileName() + " after byte " + length;
        }
    }

    private static Path newestSegment(NodeProcess node, Path dataDirectory) throws IOException {
        if (node.isAlive()) {
            throw new HarnessException("the log of node " + node.nodeId() + " cannot be damaged: the node still runs");
        }
        try (Stream<Path> tree = Files.walk(dataDirectory)) {
            return tree.filter(path -> path.getFileName().toString().startsWith(SEGMENT_PREFIX))
                    .max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                    .orElseThrow(
                            () -> new HarnessException("node " + node.nodeId() + " has no log below " + dataDirectory));
        }
    }

    /** Segments are allocated ahead and filled with zeros: only what is before them counts. */
    private static long usedLength(RandomAccessFile file) throws IOException {
        byte[] bytes = new byte[(int) file.length()];
        file.seek(0);
        file.readFully(bytes);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        if (length <= HEADER_LENGTH) {
            throw new HarnessException("the newest log segment holds no entry: write something first");
        }
        return length;
    }
}
