package io.troupe.transport.internal.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LongFramesTest {
    private static final int PART = FrameLayout.MAX_PART_LENGTH;

    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode listening(String id, UnaryOperator<TransportConfig.Builder> change) {
        TestNode node = TestNode.start(id, config -> change.apply(config.bind("127.0.0.1", 0)));
        open.add(node);
        return node;
    }

    /** Remembers lengths, and whether the bytes are those of {@link #frame}. */
    private static final class Checker extends TestNode.Ignore {
        final List<Integer> lengths = new CopyOnWriteArrayList<>();
        volatile boolean corrupt;

        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
            for (int i = 0; i < length; i++) {
                if (buffer.getByte(offset + i) != at(i, length)) {
                    corrupt = true;
                }
            }
            lengths.add(length);
        }
    }

    private static byte at(int index, int length) {
        return (byte) (index * 31 + (index >> 16) + length);
    }

    private static UnsafeBuffer frame(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(i, length);
        }
        return new UnsafeBuffer(bytes);
    }

    private static Offer offer(TestNode from, TestNode to, int length) {
        return from.system.offer(to.id, 7, frame(length), 0, length);
    }

    @Test
    void framesOfAnyLengthArriveWholeAndInOrder() {
        TestNode a = listening("a", config -> config);
        TestNode b = listening("b", config -> config);
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        a.awaitLink("b");
        List<Integer> sent = new ArrayList<>();
        for (int length :
                new int[] {0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 100, 7 * PART + 13, 1024 * 1024}) {
            for (int next : new int[] {length, 8}) {
                await().until(() -> offer(a, b, next) == Offer.ACCEPTED);
                sent.add(next);
            }
        }
        await().until(() -> checker.lengths.size() == sent.size());
        assertThat(checker.lengths).isEqualTo(sent);
        assertThat(checker.corrupt).isFalse();
        assertThat(a.system.link("b").framesSent()).as("frames, not parts").isEqualTo(sent.size());
        assertThat(b.system.link("a").framesReceived()).isEqualTo(sent.size());
    }

    @Test
    void theLongestFrameOfAllArrives() {
        UnaryOperator<TransportConfig.Builder> large =
                config -> config.ringCapacity(2 * TransportConfig.MAX_FRAME_LENGTH)
                        .maxFrameLength(TransportConfig.MAX_FRAME_LENGTH);
        TestNode a = listening("a", large);
        TestNode b = listening("b", large);
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        a.awaitLink("b");
        assertThat(offer(a, b, TransportConfig.MAX_FRAME_LENGTH + 1)).isEqualTo(Offer.TOO_LARGE);
        assertThat(offer(a, b, TransportConfig.MAX_FRAME_LENGTH)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> checker.lengths.size() == 1);
        assertThat(checker.lengths).containsExactly(TransportConfig.MAX_FRAME_LENGTH);
        assertThat(checker.corrupt).isFalse();
    }

    @Test
    void whatTheOtherNodeDoesNotTakeIsTooLargeHere() {
        TestNode a = listening("a", config -> config);
        TestNode b = listening("b", config -> config.maxFrameLength(100_000));
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        a.awaitLink("b");
        assertThat(offer(a, b, 100_001)).isEqualTo(Offer.TOO_LARGE);
        assertThat(offer(a, b, 100_000)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> checker.lengths.contains(100_000));
        assertThat(b.system.counters().protocolErrors()).isZero();
        b.awaitLink("a");
        assertThat(offer(b, a, 100_001)).as("more than it takes itself").isEqualTo(Offer.TOO_LARGE);
    }

    @Test
    void aFullRingTakesALongFrameOnceThereIsRoom() {
        TestNode a = listening("a", config -> config.ringCapacity(64 * 1024));
        TestNode b = listening("b", config -> config.ringCapacity(64 * 1024));
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        a.awaitLink("b");
        int sent = 0;
        while (sent < 1000) {
            int length = sent % 3 == 0 ? 32 * 1024 : 1000 + sent;
            await().until(() -> offer(a, b, length) == Offer.ACCEPTED);
            sent++;
        }
        await().until(() -> checker.lengths.size() == 1000);
        assertThat(checker.corrupt).isFalse();
    }
}
