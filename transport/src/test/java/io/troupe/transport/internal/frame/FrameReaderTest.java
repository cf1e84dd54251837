package io.troupe.transport.internal.frame;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import com.sun.management.ThreadMXBean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FrameReaderTest {
    private static final int MAX_BODY = 100;

    /** What a socket with a small buffer does: fill, read, keep the rest. */
    private static List<String> readInChunks(byte[] stream, List<Integer> chunks) throws FramingException {
        List<String> frames = new ArrayList<>();
        FrameReader reader = new FrameReader(MAX_BODY);
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameLayout.wireLength(MAX_BODY)]);
        int filled = 0;
        int sent = 0;
        int round = 0;
        while (sent < stream.length) {
            int wanted = chunks.isEmpty() ? stream.length : chunks.get(round++ % chunks.size());
            int count = Math.min(Math.min(wanted, stream.length - sent), buffer.capacity() - filled);
            assertThat(count).as("room for more bytes").isPositive();
            buffer.putBytes(filled, stream, sent, count);
            sent += count;
            filled += count;
            int used = reader.read(buffer, 0, filled, (flags, type, body, offset, length) -> {
                frames.add(text(flags, type, body, offset, length));
                return true;
            });
            buffer.putBytes(0, buffer.byteArray(), used, filled - used);
            filled -= used;
        }
        return frames;
    }

    private static String text(int flags, int type, DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return (flags == 0 ? "" : "flags " + flags + " ") + type + " " + java.util.Arrays.toString(bytes);
    }

    private static byte[] stream(List<byte[]> bodies, List<String> expected) {
        UnsafeBuffer target = new UnsafeBuffer(new byte[bodies.size() * FrameLayout.wireLength(MAX_BODY)]);
        int end = 0;
        int type = 1;
        for (byte[] body : bodies) {
            UnsafeBuffer source = new UnsafeBuffer(body);
            int flags = (type % 2 == 0 ? FrameLayout.MORE : 0) | (type % 3 == 0 ? FrameLayout.CONTINUED : 0);
            TestFrames.putPart(target, end, FrameLayout.flagsAndType(flags, type), source, 0, body.length);
            expected.add(text(flags, type, source, 0, body.length));
            end += FrameLayout.wireLength(body.length);
            type = type * 7 % 65_535 + 1;
        }
        byte[] bytes = new byte[end];
        target.getBytes(0, bytes);
        return bytes;
    }

    @Property
    void framesComeOutAsTheyWentInHoweverTheBytesAreCut(
            @ForAll @Size(max = 20) List<@Size(max = MAX_BODY) byte[]> bodies,
            @ForAll @Size(max = 10) List<@IntRange(min = 1, max = 200) Integer> chunks)
            throws FramingException {
        List<String> expected = new ArrayList<>();
        assertThat(readInChunks(stream(bodies, expected), chunks)).isEqualTo(expected);
    }

    @Property(tries = 1000)
    void changedBytesGiveFramesOrAProtocolErrorAndNothingElse(
            @ForAll @Size(min = 1, max = 5) List<@Size(max = 30) byte[]> bodies,
            @ForAll @IntRange(max = 1000) int place,
            @ForAll byte value,
            @ForAll @Size(max = 4) List<@IntRange(min = 1, max = 50) Integer> chunks) {
        byte[] bytes = stream(bodies, new ArrayList<>());
        bytes[place % bytes.length] = value;
        try {
            for (String frame : readInChunks(bytes, chunks)) {
                assertThat(frame).isNotEmpty();
            }
        } catch (FramingException refused) {
            assertThat(refused).hasMessageMatching("(?s).*(length|version|reserved|type|zeros).*");
        }
    }

    @Test
    void aHeaderIsCheckedBeforeItsBodyIsWaitedFor() {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 7, 8 + MAX_BODY + 1, Integer.MAX_VALUE}) {
            assertRefused(header(length, 1, 0, 1), "frame length " + length + " is not between 8 and 108");
        }
        assertRefused(header(8, 2, 0, 1), "version and flags 0x2");
        assertRefused(header(8, 0x81, 0, 1), "version and flags 0x81");
        assertRefused(header(8, 0x31, 0, 1), "version and flags 0x31");
        assertRefused(header(8, 0x51, 0, 1), "version and flags 0x51");
        assertRefused(header(8, 1, 1, 1), "reserved bits");
        assertRefused(header(8, 1, 0, 0), "type 0");
        assertRefused(new byte[] {9, 0, 0, 0, 1, 0, 1, 0, 42, 0, 0, 0, 0, 0, 0, 1}, "not followed by zeros");
    }

    @Test
    void onlyTheBeginOfATlsRecordIsCalledTls() {
        String tls = "the other end speaks TLS, and this node does not";
        assertRefused(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1}, tls);
        assertRefused(new byte[] {0x15, 3, 3, 0, 2, 2, 70, 0}, tls);
        assertRefused(header(0x0316, 1, 0, 1), "frame length 790 is not between 8 and 108");
        assertRefused(header(0x050316, 1, 0, 1), "frame length 328470 is not between 8 and 108");
        assertThatThrownBy(() -> new FrameReader(MAX_BODY).end(new UnsafeBuffer(new byte[] {0x15, 3, 3, 0, 2}), 0, 5))
                .hasMessageContaining(tls);
        assertThatCode(() -> new FrameReader(MAX_BODY).end(new UnsafeBuffer(new byte[] {0x15, 3, 0, 0, 2}), 0, 5))
                .doesNotThrowAnyException();
    }

    @Test
    void aRefusedHeaderAllocatesNothingOfTheLengthItClaims() {
        byte[] header = header(Integer.MAX_VALUE, 1, 0, 1);
        assertRefused(header, "frame length");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertRefused(header, "frame length");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200_000);
    }

    private static byte[] header(int length, int version, int reserved, int type) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        buffer.putInt(0, length, java.nio.ByteOrder.LITTLE_ENDIAN);
        buffer.putByte(4, (byte) version);
        buffer.putByte(5, (byte) reserved);
        buffer.putShort(6, (short) type, java.nio.ByteOrder.LITTLE_ENDIAN);
        return buffer.byteArray();
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> new FrameReader(MAX_BODY)
                        .read(new UnsafeBuffer(bytes), 0, bytes.length, (flags, type, body, offset, length) -> true))
                .isInstanceOf(FramingException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theBytesOfAFrameNeverChange() {
        UnsafeBuffer target = new UnsafeBuffer(new byte[16]);
        TestFrames.put(target, 0, 0x0102, new UnsafeBuffer(new byte[] {5, 6, 7}), 0, 3);
        assertThat(target.byteArray()).containsExactly(11, 0, 0, 0, 1, 0, 2, 1, 5, 6, 7, 0, 0, 0, 0, 0);
    }
}
