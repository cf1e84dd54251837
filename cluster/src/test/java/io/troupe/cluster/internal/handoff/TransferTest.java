package io.troupe.cluster.internal.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.Verdict;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is handed over arrives whole, in any order and number of parts, and nothing else is taken for it. */
class TransferTest {
    private static final SessionId SENDER = new SessionId("sender", 3);

    /** A store that has settled nothing. */
    private static final SettledWindow NOTHING = new SettledWindow() {
        @Override
        public long floor() {
            return 1;
        }

        @Override
        public long highest() {
            return 0;
        }

        @Override
        public boolean isSettled(long sequence) {
            return false;
        }

        @Override
        public @Nullable Settlement settlement(long sequence) {
            return null;
        }
    };

    private static Transfer.Channel channel(int ends, int replyLength) {
        Map<Long, End> ended = new TreeMap<>();
        for (long sequence = 10; sequence < 10 + ends; sequence++) {
            ended.put(sequence, new End(End.Code.DONE, new byte[replyLength]));
        }
        return new Transfer.Channel(SENDER, 10, ended);
    }

    @Property(tries = 60)
    void aTransferOfAnySizeArrivesWholeInFramesOfBoundedLength(
            @ForAll @IntRange(max = 400) int ends,
            @ForAll @IntRange(max = 4000) int replyLength,
            @ForAll @IntRange(max = 3) int channels) {
        List<Transfer.Channel> all = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            all.add(channel(ends, replyLength));
        }
        List<Transfer> parts = Transfer.split(5, 77, all);
        Arrivals arrivals = new Arrivals();
        for (Transfer part : parts) {
            assertThat(arrivals.take(5, 77)).isNull();
            byte[] frame = TransferFrames.encode(part);
            assertThat(frame.length).isLessThan(256 * 1024);
            assertThat(arrivals.keep(TransferFrames.decode(frame), frame.length))
                    .isTrue();
            assertThat(arrivals.keep(TransferFrames.decode(frame), frame.length))
                    .as("a repeated part is acknowledged again")
                    .isTrue();
        }
        Map<SessionId, TransferredWindow> windows = Objects.requireNonNull(arrivals.take(5, 77));
        if (channels == 0) {
            assertThat(windows).isEmpty();
        } else {
            SettledWindow window = Objects.requireNonNull(windows.get(SENDER)).with(NOTHING);
            assertThat(window.floor()).isEqualTo(10);
            assertThat(window.highest()).isEqualTo(ends == 0 ? 0 : 9 + ends);
            for (long sequence = 10; sequence < 10 + ends; sequence++) {
                assertThat(Objects.requireNonNull(window.settlement(sequence)).reply())
                        .hasSize(replyLength);
            }
            assertThat(window.isSettled(10 + ends)).isFalse();
        }
        assertThat(arrivals.take(5, 77)).as("used once").isNull();
    }

    @Test
    void aGrantUsesTheTransferOfItsOwnMoveOnly() {
        Arrivals arrivals = new Arrivals();
        Transfer earlier = Transfer.split(5, 70, List.of(channel(1, 0))).get(0);
        Transfer later = Transfer.split(5, 80, List.of(channel(2, 0))).get(0);
        assertThat(arrivals.keep(earlier, 10)).isTrue();
        assertThat(arrivals.take(5, 80)).isNull();
        assertThat(arrivals.keep(later, 10)).isTrue();
        assertThat(arrivals.keep(earlier, 10)).as("of a move that is over").isFalse();
        assertThat(arrivals.take(5, 70)).isNull();
        assertThat(arrivals.take(5, 80)).isNotNull();
        assertThat(arrivals.keep(later, 10)).isTrue();
        arrivals.discardBefore(5, 81);
        assertThat(arrivals.take(5, 80)).isNull();
    }

    /** The next owner repeats the ends of what ran, runs what did not, and leaves no gap. */
    @Test
    void theNextOwnerGoesOnWhereTheFormerStopped() {
        ReceiveChannel former = new ReceiveChannel(NOTHING);
        for (long sequence = 1; sequence <= 5; sequence++) {
            assertThat(former.onData(sequence, 1)).isEqualTo(Verdict.DELIVER);
        }
        former.onEnd(1, End.DONE);
        former.onEnd(3, End.rejected("no"));
        TransferredWindow window = new TransferredWindow();
        window.add(former.floor(), former.ended());

        ReceiveChannel next = new ReceiveChannel(window.with(NOTHING));
        assertThat(next.onData(1, 1)).isEqualTo(Verdict.SETTLED);
        assertThat(next.onData(2, 1)).isEqualTo(Verdict.DELIVER);
        assertThat(next.onData(3, 1)).isEqualTo(Verdict.SETTLED);
        assertThat(Objects.requireNonNull(next.end(3)).code()).isEqualTo(End.Code.REJECTED);
        assertThat(next.onData(4, 1)).isEqualTo(Verdict.DELIVER);
        assertThat(next.onData(5, 1)).isEqualTo(Verdict.DELIVER);
        assertThat(next.ended().keySet()).containsExactly(1L, 3L);
    }

    @Property
    void noiseIsRefusedWithAReason(@ForAll @Size(max = 80) byte[] noise) {
        try {
            TransferFrames.decode(noise);
        } catch (FrameException refused) {
            assertThat(refused).hasMessageContaining("TRANSFER");
        }
    }

    @Test
    void aForgedLengthAllocatesNothing() {
        byte[] frame = TransferFrames.encode(
                Transfer.split(1, 1, List.of(channel(1, 4))).get(0));
        frame[frame.length - 8] = 0x7F; // the reply now claims to have two billion bytes
        assertThatThrownBy(() -> TransferFrames.decode(frame))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("bytes where 4 are left");
        assertThatThrownBy(() -> TransferFrames.decodeReceived(new byte[3]))
                .isInstanceOf(FrameException.class)
                .hasMessage("RECEIVED has 3 bytes, not 14");
        Transfer.Received received = new Transfer.Received(1, 2, 3);
        assertThat(TransferFrames.decodeReceived(TransferFrames.encode(received)))
                .isEqualTo(received);
    }
}
