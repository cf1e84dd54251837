package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A voter whose last write to its log lacks a page. */
class TornTailTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path directory;

    /** Its mark, then bytes of several pages without a zero. */
    private static byte[] value(String mark) {
        byte[] value = new byte[6 * PAGE];
        new Random(mark.hashCode()).nextBytes(value);
        for (int i = 0; i < value.length; i++) {
            value[i] |= 1;
        }
        System.arraycopy(mark.getBytes(StandardCharsets.UTF_8), 0, value, 0, mark.length());
        return value;
    }

    private static int indexOf(byte[] bytes, String mark) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(mark);
    }

    /** Without the page in the middle of the value. */
    private static byte[] torn(byte[] segment, String mark) {
        int page = (indexOf(segment, mark) + 3 * PAGE) / PAGE * PAGE;
        byte[] torn = segment.clone();
        Arrays.fill(torn, page, page + PAGE, (byte) 0);
        return torn;
    }

    /** {@return the bytes of a segment to which Ratis has written one more entry, before it was closed} */
    private static byte[] withOneMore(Path segment, String mark) throws IOException {
        List<LogEntryProto> entries = new ArrayList<>();
        LogSegment.readSegmentFile(
                segment.toFile(),
                Objects.requireNonNull(LogSegmentPath.matchLogSegment(segment)).getStartEnd(),
                RatisProperties.APPEND_LENGTH,
                CorruptionPolicy.EXCEPTION,
                null,
                entries::add);
        LogEntryProto last = entries.get(entries.size() - 1);
        ByteBuffer buffer = ByteBuffer.allocateDirect(16 * PAGE);
        try (var out = new SegmentedRaftLogOutputStream(segment.toFile(), true, 1 << 20, 16 * PAGE, buffer)) {
            out.write(LogEntryProto.newBuilder(last)
                    .setIndex(last.getIndex() + 1)
                    .setStateMachineLogEntry(
                            StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(value(mark))))
                    .build());
            out.flush();
            return Files.readAllBytes(segment);
        }
    }

    @Test
    void anEntryThatIsTornAndWasNeverAppliedIsCutOffAndAnAppliedOneIsRefused() throws IOException {
        try (Voters voters = new Voters('t', directory, 3).start("t1", "t2", "t3")) {
            RatisMetadataStore leader = voters.leader();
            String leaderId = leader.nodeId();
            get(leader.openSession(Voters.LONG_LEASE));
            get(leader.txn(Txn.of(new Op.Put("k/1", value("applied")))));
            voters.kill("t1", "t2", "t3");
            Path segment = LogFiles.newestSegment(voters.directory(leaderId));
            byte[] whole = withOneMore(segment, "not-yet");

            byte[] damaged = torn(whole, "applied");
            Files.write(segment, damaged);
            assertThatThrownBy(() -> get(voters.startOne(leaderId)))
                    .hasStackTraceContaining("Log entry corrupted: Calculated checksum is");
            assertThat(segment).hasBinaryContent(damaged);
            voters.kill(leaderId);

            Files.write(segment, torn(whole, "not-yet"));
            voters.start("t1", "t2", "t3");
            RatisMetadataStore again = voters.voter(leaderId);
            get(again.openSession(Voters.LONG_LEASE));
            assertThat(get(again.txn(Txn.of(new Op.Put("k/2", new byte[1])))).succeeded())
                    .isTrue();
            assertThat(again.view().get("k/1")).isNotNull();
        }
    }
}
