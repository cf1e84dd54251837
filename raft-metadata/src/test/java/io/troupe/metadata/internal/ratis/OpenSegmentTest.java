package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;

import io.troupe.metadata.internal.ratis.OpenSegment.End;
import io.troupe.metadata.internal.ratis.OpenSegment.Kind;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** On segments that Ratis has written, and next to what Ratis reads of them. */
class OpenSegmentTest {
    private static final long FIRST = 40;
    private static final int PREALLOCATED = 24 << 10;
    private static final int PAGE = 4096;

    @TempDir
    private Path directory;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    /** A segment before and after a write of several entries. */
    private static final class Written {
        final byte[] before;
        final byte[] after;

        /** The newest entry that was flushed before. */
        final long flushed;

        Written(byte[] before, byte[] after, long flushed) {
            this.before = before;
            this.after = after;
            this.flushed = flushed;
        }

        /** Behind the last entry that was flushed before. */
        int flushedEnd() {
            return used(before);
        }
    }

    private Path file() {
        return directory.resolve("log_inprogress_" + FIRST);
    }

    private Written write(List<byte[]> flushed, List<byte[]> unflushed) throws IOException {
        buffer.clear();
        try (var out = new SegmentedRaftLogOutputStream(file().toFile(), false, 1 << 20, PREALLOCATED, buffer)) {
            long index = FIRST;
            for (byte[] data : flushed) {
                out.write(entry(index++, data));
            }
            out.flush();
            byte[] before = Files.readAllBytes(file());
            long newest = index - 1;
            for (byte[] data : unflushed) {
                out.write(entry(index++, data));
            }
            out.flush();
            byte[] after = Files.readAllBytes(file());
            return new Written(Arrays.copyOf(before, after.length), after, newest);
        }
    }

    private static LogEntryProto entry(long index, byte[] data) {
        return LogEntryProto.newBuilder()
                .setTerm(3)
                .setIndex(index)
                .setStateMachineLogEntry(StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(data)))
                .build();
    }

    private static int used(byte[] bytes) {
        int used = bytes.length;
        while (bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static End end(byte[] bytes, long applied) {
        byte[] given = bytes.clone();
        End end = OpenSegment.end(given, FIRST, applied);
        assertThat(given).as("it only reads").isEqualTo(bytes);
        return end;
    }

    /** The indices that Ratis itself reads. */
    private List<Long> readByRatis(byte[] bytes) throws IOException {
        Files.write(file(), bytes);
        List<Long> indices = new ArrayList<>();
        LogSegmentPath path = Objects.requireNonNull(LogSegmentPath.matchLogSegment(file()));
        LogSegment.readSegmentFile(
                path.getPath().toFile(),
                path.getStartEnd(),
                RatisProperties.APPEND_LENGTH,
                CorruptionPolicy.EXCEPTION,
                null,
                entry -> indices.add(entry.getIndex()));
        return indices;
    }

    private void assertRatisReads(byte[] bytes, End end) throws IOException {
        assertThat(readByRatis(bytes))
                .isEqualTo(LongStream.range(FIRST, end.index()).boxed().toList());
    }

    private void assertRatisRefuses(byte[] bytes) {
        assertThatThrownBy(() -> readByRatis(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(
                        "(?s).*(Log entry corrupted|Read extra bytes after the terminator|Entry has size|past the limit|"
                                + "CodedInputStream encountered|negative|While parsing|protocol message).*");
    }

    /** A power cut: of each place the disk has either what was there before, or what was written. */
    private static byte[] torn(Written written, int place, BitSet arrived) {
        byte[] bytes = written.before.clone();
        for (int i = arrived.nextSetBit(0); i >= 0 && i * place < bytes.length; i = arrived.nextSetBit(i + 1)) {
            int from = i * place;
            System.arraycopy(written.after, from, bytes, from, Math.min(place, bytes.length - from));
        }
        return bytes;
    }

    /** The three ways in which it can happen: a prefix, all but one place, any places; of sectors, and of pages. */
    private static List<byte[]> tearings(Written written, Random random) {
        List<byte[]> images = new ArrayList<>();
        for (int place : new int[] {OpenSegment.SECTOR, PAGE}) {
            int from = written.flushedEnd() / place;
            int to = (used(written.after) - 1) / place;
            BitSet any = new BitSet();
            for (int i = from; i <= to; i++) {
                BitSet prefix = new BitSet();
                prefix.set(0, i);
                BitSet allButOne = new BitSet();
                allButOne.set(0, to + 1);
                allButOne.clear(i);
                any.set(i, random.nextBoolean());
                images.add(torn(written, place, prefix));
                images.add(torn(written, place, allButOne));
                images.add(torn(written, place, any));
            }
        }
        return images;
    }

    private static List<byte[]> values(Random random, int count) {
        List<byte[]> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = random.nextBoolean() ? random.nextInt(100) : random.nextInt(4_000);
            values.add(random.nextInt(4) == 0 ? new byte[length] : random(random, length));
        }
        return values;
    }

    @Test
    void whateverOfAnUnflushedWriteIsMissingTheFlushedEntriesStayAndRatisReadsTheRest() throws IOException {
        int tornOnes = 0;
        for (long seed = 0; seed < 16; seed++) {
            Random random = new Random(seed);
            Written written = write(values(random, random.nextInt(4)), values(random, 1 + random.nextInt(4)));
            List<byte[]> images = tearings(written, random);
            images.add(written.after);
            for (int i = 0; i < images.size(); i++) {
                byte[] bytes = images.get(i);
                End end = end(bytes, written.flushed);
                assertThat(end.kind()).as("seed %d, image %d", seed, i).isNotEqualTo(Kind.DAMAGED);
                assertThat(end.index()).isGreaterThan(written.flushed);
                assertThat(end.offset()).isGreaterThanOrEqualTo(written.flushedEnd());
                if (end.kind() == Kind.TORN) {
                    tornOnes++;
                    assertRatisRefuses(bytes);
                    assertThat(end(bytes, end.index()).kind()).as("applied").isEqualTo(Kind.DAMAGED);
                    bytes = Arrays.copyOf(bytes, end.offset());
                }
                assertRatisReads(bytes, end);
            }
            assertThat(end(written.after, written.flushed).offset()).isEqualTo(used(written.after));
        }
        assertThat(tornOnes).isGreaterThan(150);
    }

    /** Also of an entry with zeros of its own, which lacks nothing and seems to. */
    @Test
    void noChangedBitOfAnyEntryIsTakenForATornWrite() throws IOException {
        Random random = new Random(1);
        List<byte[]> values = List.of(random(random, 30), random(random, 300), new byte[1_100]);
        byte[] bytes = write(values, List.of()).after;
        for (int bit = Byte.SIZE * 8; bit < Byte.SIZE * used(bytes); bit++) {
            byte[] changed = bytes.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            End end = OpenSegment.end(changed, FIRST, FIRST - 1);
            assertThat(end.kind()).as("bit %d", bit).isNotEqualTo(Kind.TORN);
            if (bit % 61 == 0) {
                if (end.kind() == Kind.DAMAGED) {
                    assertRatisRefuses(changed);
                } else {
                    assertRatisReads(changed, end);
                }
            }
        }
    }

    @Test
    void bytesThatChangedAndAreNotZeroAreNoTornWrite() throws IOException {
        Random random = new Random(2);
        Written written = write(List.of(random(random, 100)), List.of(random(random, 3_000)));
        for (int from = written.flushedEnd(); from + OpenSegment.SECTOR < used(written.after); from += 100) {
            byte[] changed = written.after.clone();
            System.arraycopy(random(random, OpenSegment.SECTOR), 0, changed, from, OpenSegment.SECTOR);
            changed[from] |= 1; // Else its length may say that there is nothing.
            assertThat(end(changed, FIRST).kind()).isNotEqualTo(Kind.TORN);
            byte[] emptied = written.after.clone();
            int within = from / OpenSegment.SECTOR * OpenSegment.SECTOR;
            Arrays.fill(emptied, Math.max(from, within + 1), within + OpenSegment.SECTOR - 1, (byte) 0);
            assertThat(end(emptied, FIRST).kind()).as("part of a sector").isEqualTo(Kind.DAMAGED);
        }
    }

    @Test
    void aGapBeforeMoreEntriesThanALeaderHasUnderWayIsNoTornWrite() throws IOException {
        Random random = new Random(3);
        for (int later = OpenSegment.MOST_UNFLUSHED - 1; later <= OpenSegment.MOST_UNFLUSHED; later++) {
            List<byte[]> values = new ArrayList<>();
            values.add(random(random, 3_000));
            for (int i = 0; i < later; i++) {
                values.add(random(random, 10));
            }
            Written written = write(List.of(), values);
            Kind expected = later < OpenSegment.MOST_UNFLUSHED ? Kind.TORN : Kind.DAMAGED;
            for (int missing = 0; missing < 4; missing++) {
                BitSet arrived = new BitSet();
                arrived.set(0, written.after.length);
                arrived.clear(missing);
                byte[] bytes = torn(written, OpenSegment.SECTOR, arrived);
                assertThat(end(bytes, FIRST - 1)).isEqualTo(new End(expected, 8, FIRST));
            }
        }
    }

    @Test
    void whatRatisItselfForgivesIsLeftToIt() throws IOException {
        Written written = write(List.of(new byte[10]), List.of(random(new Random(4), 2_000)));
        for (int length = written.flushedEnd() + 2; length < used(written.after); length += 50) {
            byte[] bytes = Arrays.copyOf(written.after, length);
            End end = end(bytes, FIRST);
            assertThat(end).isEqualTo(new End(Kind.WHOLE, written.flushedEnd(), FIRST + 1));
            assertRatisReads(bytes, end);
        }
        assertThat(end(new byte[100], FIRST).kind()).isEqualTo(Kind.WHOLE);
        assertThat(end(new byte[0], FIRST).kind()).isEqualTo(Kind.WHOLE);
    }
}
