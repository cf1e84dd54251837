package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import io.troupe.cluster.DeliveryGuarantee;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DeliveryFramesTest {
    private static final int AT = 8;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8192]);

    private static OutboundMessage message(boolean durable, byte[] content, long deadlineNs) {
        OutboundMessage message = new OutboundMessage(
                DeliveryGuarantee.EXACTLY_ONCE, durable, content, content.length, deadlineNs, (outcome, reply) -> {});
        message.place(17, 5);
        return message;
    }

    /** Half pairs have no bytes: what comes back is what UTF-8 can say. */
    private static String asUtf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private String hex(int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(AT, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void dataComesBackAsItWasWritten(
            @ForAll @Size(max = 300) byte[] content,
            @ForAll boolean durable,
            @ForAll @LongRange(min = 1, max = 5) long floor,
            @ForAll long epoch,
            @ForAll long incarnation,
            @ForAll long now) {
        OutboundMessage message = message(durable, content, now + 2_500_000);
        int length = DeliveryFrames.encodeData(buffer, AT, message, epoch, floor, incarnation, now);
        assertThat(length).isEqualTo(DeliveryFrames.dataLength(message));
        assertThat(DeliveryFrames.decodeData(buffer, AT, length))
                .isEqualTo(new DeliveryFrames.Data(
                        17,
                        incarnation,
                        5,
                        floor,
                        epoch,
                        DeliveryGuarantee.EXACTLY_ONCE,
                        false,
                        durable,
                        message.deadlineNs() == OutboundMessage.NO_DEADLINE ? 0 : 2,
                        AT + DeliveryFrames.DATA_HEADER_LENGTH,
                        content.length));
        byte[] read = new byte[content.length];
        buffer.getBytes(AT + DeliveryFrames.DATA_HEADER_LENGTH, read);
        assertThat(read).isEqualTo(content);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void answersComeBackAsTheyWereWritten(
            @ForAll @IntRange(min = 0) int shard,
            @ForAll @LongRange(min = 1) long sequence,
            @ForAll long epoch,
            @ForAll End.Code code,
            @ForAll @Size(max = 300) byte[] reply,
            @ForAll Nack.Reason reason,
            @ForAll @StringLength(max = 40) String owner) {
        DeliveryFrames.Ack ack = new DeliveryFrames.Ack(shard, epoch, sequence, sequence, epoch, new End(code, reply));
        int length = DeliveryFrames.encodeAck(buffer, AT, ack);
        assertThat(DeliveryFrames.decodeAck(buffer, AT, length))
                .usingRecursiveComparison()
                .isEqualTo(ack);

        DeliveryFrames.Accepted accepted =
                new DeliveryFrames.Accepted(shard, epoch, sequence, epoch, (sequence & 1) == 0);
        DeliveryFrames.Acks acks = new DeliveryFrames.Acks(shard, epoch, sequence, epoch | 1, sequence, epoch);
        length = DeliveryFrames.encodeAcks(buffer, AT, acks);
        assertThat(length).isEqualTo(DeliveryFrames.ACKS_LENGTH);
        assertThat(DeliveryFrames.decodeAcks(buffer, AT, length)).isEqualTo(acks);
        length = DeliveryFrames.encodeAccepted(buffer, AT, accepted);
        assertThat(DeliveryFrames.decodeAccepted(buffer, AT, length)).isEqualTo(accepted);

        Nack nack = new Nack(shard, reason, asUtf8(owner), epoch);
        length = DeliveryFrames.encodeNack(buffer, AT, nack);
        assertThat(DeliveryFrames.decodeNack(buffer, AT, length)).isEqualTo(nack);

        length = DeliveryFrames.encodeOneWayHeader(buffer, AT, shard, epoch) + reply.length;
        assertThat(DeliveryFrames.decodeOneWay(buffer, AT, length))
                .isEqualTo(new DeliveryFrames.OneWay(
                        shard, epoch, AT + DeliveryFrames.ONE_WAY_HEADER_LENGTH, reply.length));
    }

    /** Whatever the bytes: an answer, or a FrameException; never another exception. */
    @Property(tries = 1000)
    void bytesFromAnywhereAreReadOrRefused(@ForAll @Size(max = 64) byte[] bytes) {
        UnsafeBuffer noise = new UnsafeBuffer(bytes);
        int length = bytes.length;
        readOrRefuse(() -> DeliveryFrames.decodeData(noise, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeAck(noise, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeAcks(noise, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeAccepted(noise, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeNack(noise, 0, length));
        readOrRefuse(() -> DeliveryFrames.decodeOneWay(noise, 0, length));
    }

    private static void readOrRefuse(Runnable decoding) {
        try {
            decoding.run();
        } catch (FrameException refused) {
            assertThat(refused).hasMessageMatching("(DATA|ACKS?|ACCEPTED|NACK|ONE_WAY): .*");
        }
    }

    @Test
    void theLayoutNeverChangesSilently() {
        OutboundMessage message = message(true, new byte[] {(byte) 0xAB}, 3_000_000);
        int length = DeliveryFrames.encodeData(buffer, AT, message, 4, 3, 2, 0);
        assertThat(hex(length))
                .isEqualTo("11000000" + "06000000" + "03000000" + "0200000000000000" + "0500000000000000"
                        + "0300000000000000" + "0400000000000000" + "ab");
        length = DeliveryFrames.encodeAck(buffer, AT, new DeliveryFrames.Ack(17, 2, 5, 6, 4, End.rejected("A")));
        assertThat(hex(length))
                .isEqualTo("11000000" + "02000000" + "0200000000000000" + "0500000000000000" + "0600000000000000"
                        + "0400000000000000" + "41");
        length = DeliveryFrames.encodeAcks(buffer, AT, new DeliveryFrames.Acks(17, 2, 5, 9, 6, 4));
        assertThat(hex(length))
                .isEqualTo("11000000" + "00000000" + "0200000000000000" + "0500000000000000" + "0900000000000000"
                        + "0600000000000000" + "0400000000000000");
        length = DeliveryFrames.encodeAccepted(buffer, AT, new DeliveryFrames.Accepted(17, 2, 6, 4, true));
        assertThat(hex(length))
                .isEqualTo("11000000" + "01000000" + "0200000000000000" + "0600000000000000" + "0400000000000000");
        length = DeliveryFrames.encodeNack(buffer, AT, new Nack(17, Nack.Reason.BUSY, "n2", 4));
        assertThat(hex(length)).isEqualTo("11000000" + "03000000" + "0400000000000000" + "6e32");
        length = DeliveryFrames.encodeOneWayHeader(buffer, AT, 17, 4);
        assertThat(hex(length)).isEqualTo("11000000" + "00000000" + "0400000000000000");
    }

    @Test
    void aSkipCarriesNoContentAndNoDeadline() {
        OutboundMessage message = message(true, new byte[] {1, 2, 3}, 3_000_000);
        message.end(new io.troupe.cluster.SendOutcome.Accepted(), new byte[0]);
        int length = DeliveryFrames.encodeData(buffer, AT, message, 4, 3, 2, 0);
        assertThat(length).isEqualTo(DeliveryFrames.DATA_HEADER_LENGTH);
        DeliveryFrames.Data data = DeliveryFrames.decodeData(buffer, AT, length);
        assertThat(data.skip()).isTrue();
        assertThat(data.deadlineNs(77)).isEqualTo(OutboundMessage.NO_DEADLINE);
        assertThatThrownBy(() -> DeliveryFrames.decodeData(buffer, AT, length + 1))
                .isInstanceOf(FrameException.class)
                .hasMessage("DATA: a Skip carries 1 bytes of content, must be none");
    }

    @Test
    void aRemainingTimeIsNeverRoundedToNever() {
        assertThat(DeliveryFrames.remainingMs(100, 99)).isEqualTo(1);
        assertThat(DeliveryFrames.remainingMs(100, 100)).isEqualTo(1);
        assertThat(DeliveryFrames.remainingMs(Long.MAX_VALUE - 1, 0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(DeliveryFrames.remainingMs(OutboundMessage.NO_DEADLINE, 0)).isZero();
    }

    @Test
    void refusalsNameTheFieldTheValueAndTheBound() {
        OutboundMessage message = message(true, new byte[0], 3_000_000);
        int length = DeliveryFrames.encodeData(buffer, AT, message, 4, 6, 2, 0);
        assertThatThrownBy(() -> DeliveryFrames.decodeData(buffer, AT, length))
                .isInstanceOf(FrameException.class)
                .hasMessage("DATA: floor 6 is above the frame's own sequence 5");
        assertThatThrownBy(() -> DeliveryFrames.decodeAck(buffer, AT, 39))
                .isInstanceOf(FrameException.class)
                .hasMessage("ACK: 39 bytes, at least 40 are needed");
        assertThatThrownBy(() -> DeliveryFrames.decodeAcks(buffer, AT, 47))
                .isInstanceOf(FrameException.class)
                .hasMessage("ACKS: 47 bytes, at least 48 are needed");
        refusesAcks(1, 10, "ACKS: mask a does not have its first message");
        refusesAcks(0, 1, "ACKS: first 0 is below 1");
        refusesAcks(Long.MAX_VALUE, 1, "ACKS: first 9223372036854775807 leaves no room for those behind it");
        DeliveryFrames.encodeOneWayHeader(buffer, AT, -1, 4);
        assertThatThrownBy(() -> DeliveryFrames.decodeOneWay(buffer, AT, 16))
                .isInstanceOf(FrameException.class)
                .hasMessage("ONE_WAY: shard -1 is below 0");
    }

    private void refusesAcks(long first, long mask, String message) {
        int length = DeliveryFrames.encodeAcks(buffer, AT, new DeliveryFrames.Acks(17, 2, first, mask, 6, 4));
        assertThatThrownBy(() -> DeliveryFrames.decodeAcks(buffer, AT, length))
                .isInstanceOf(FrameException.class)
                .hasMessage(message);
    }
}
