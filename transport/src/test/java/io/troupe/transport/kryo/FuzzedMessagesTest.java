package io.troupe.transport.kryo;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.transport.TransportException;
import io.troupe.transport.fuzz.Fuzz;
import io.troupe.transport.fuzz.GoldenBytes;
import io.troupe.transport.kryo.Messages.Order;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever bytes arrive as a message: one, or UNDECODABLE, without a class that nobody registered and within bounds.
 */
class FuzzedMessagesTest {
    private static final int MAX_INPUT = 1024;

    /** Of one input, however it fails: its objects, an exception with causes, and their stacks. */
    private static final long MAX_ALLOCATED = 512_000;

    private static final String BAIT = HostileBytesTest.class.getPackageName() + ".Bait";

    private final KryoCodec codec = new KryoCodec(Messages.registry());
    private final Order order = new Order(1, 2, 3, "x", (byte) 4);
    private final byte[] good = codec.encode(order);

    @Test
    void bytesAreAMessageOrUndecodableAndTheCodecGoesOn() {
        List<byte[]> corpus = new ArrayList<>(new GoldenBytes(GoldenMessagesTest.FILE).all());
        corpus.add(codec.encode(BAIT)); // So that the name of a class stands where a class may be meant.
        corpus.add(codec.encode(new String[] {BAIT, BAIT}));
        assertThat(HostileBytesTest.isLoaded(BAIT)).isFalse();
        new Fuzz(corpus, MAX_INPUT).run(100_000, (input, random) -> {
            // A codec that has failed makes itself a new Kryo, at once for its own next message.
            if (!order.equals(codec.decode(good))) {
                throw new AssertionError("the codec is spoilt by an earlier input");
            }
            byte[] before = input.clone();
            int kind = random.nextInt(3);
            Fuzz.within(MAX_ALLOCATED, () -> decode(input, kind));
            if (!Arrays.equals(before, input)) {
                throw new AssertionError("the caller's bytes were changed");
            }
        });
        assertThat(HostileBytesTest.isLoaded(BAIT)).isFalse();
    }

    /** From an array, from the middle of a buffer, and from memory off the heap. */
    private void decode(byte[] input, int kind) {
        try {
            Object message = kind == 0
                    ? codec.decode(input)
                    : codec.decode(
                            kind == 1
                                    ? new UnsafeBuffer(input)
                                    : new UnsafeBuffer(ByteBuffer.allocateDirect(input.length)
                                            .put(input)
                                            .flip()),
                            0,
                            input.length);
            if (message == null) {
                throw new AssertionError("no message and no refusal");
            }
        } catch (TransportException refused) {
            if (refused.code() != TransportException.Code.UNDECODABLE) {
                throw new AssertionError("refused with " + refused.code(), refused);
            }
        }
    }
}
