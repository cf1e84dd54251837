package io.troupe.transport.internal.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.fuzz.Fuzz;
import io.troupe.transport.fuzz.GoldenBytes;
import io.troupe.transport.internal.frame.LinkHandshake.Agreed;
import io.troupe.transport.internal.frame.LinkHandshake.Challenge;
import io.troupe.transport.internal.frame.LinkHandshake.Prove;
import io.troupe.transport.internal.frame.LinkHandshake.Step;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes arrive: frames, a step of the handshake, or a {@link FramingException}, and little memory for any of
 * it.
 */
class FuzzedFramesTest {
    /** Above the longest frame of the corpus: more than one input fits nowhere. */
    private static final int MAX_BODY = 512;

    private static final int MAX_INPUT = 2048;

    /** Of one input: an exception with its stack, the frames' texts and this test's own copies. */
    private static final long MAX_ALLOCATED = 64_000;

    private static final ClusterSecret SECRET = ClusterSecret.of(new byte[ClusterSecret.MIN_LENGTH]);

    private final List<byte[]> frames = new GoldenBytes("link-" + Hello.PROTOCOL + ".hex").all();

    /** What came of a stream: its frames as numbers, the last one for how it ended. */
    private record Read(List<Integer> frames, String end) {}

    @Test
    void aStreamIsReadTheSameHoweverItIsCut() {
        new Fuzz(frames, MAX_INPUT).run(600_000, (input, random) -> {
            Read[] whole = {null};
            Fuzz.within(MAX_ALLOCATED, () -> whole[0] = read(input, null));
            Read cut = read(input, random);
            check(cut.equals(whole[0]), "cut: " + cut + ", whole: " + whole[0]);
        });
    }

    /**
     * Reads as a link does: fills a buffer of one frame, reads, keeps the rest. Without a random number all that fits.
     */
    private static Read read(byte[] stream, @Nullable SplittableRandom random) {
        List<Integer> found = new ArrayList<>();
        FrameReader reader = new FrameReader(MAX_BODY);
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameLayout.wireLength(MAX_BODY)]);
        int filled = 0;
        int sent = 0;
        try {
            while (sent < stream.length) {
                int room = Math.min(stream.length - sent, buffer.capacity() - filled);
                check(room > 0, "no room for more bytes");
                int count = random == null ? room : 1 + random.nextInt(Math.min(room, 1 + random.nextInt(300)));
                buffer.putBytes(filled, stream, sent, count);
                sent += count;
                filled += count;
                int end = filled;
                int used = reader.read(buffer, 0, filled, (flags, type, body, offset, length) -> {
                    check(length <= MAX_BODY && offset >= 0 && offset + length <= end, "a body outside what came");
                    found.add(hash(flags, type, body, offset, length));
                    return true;
                });
                check(used >= 0 && used <= filled, "used " + used + " of " + filled);
                buffer.putBytes(0, buffer.byteArray(), used, filled - used);
                filled -= used;
            }
            return new Read(found, filled + " bytes of a frame that is not complete");
        } catch (FramingException refused) {
            return new Read(found, String.valueOf(refused.getMessage()));
        }
    }

    private static int hash(int flags, int type, DirectBuffer buffer, int offset, int length) {
        int hash = type * 128 + flags;
        for (int i = offset; i < offset + length; i++) {
            hash = hash * 31 + buffer.getByte(i);
        }
        return hash;
    }

    @Test
    void aHandshakeOfAnyBytesGivesAStepOrIsRefusedAndNobodyIsBelievedWithoutProof() {
        new Fuzz(frames, MAX_INPUT).run(400_000, (input, random) -> {
            boolean dialled = random.nextBoolean();
            boolean secret = random.nextBoolean();
            boolean later = random.nextBoolean();
            LinkHandshake handshake = handshake(dialled, secret);
            if (later && secret) {
                proceed(handshake, dialled);
            }
            UnsafeBuffer buffer = new UnsafeBuffer(input);
            Fuzz.within(MAX_ALLOCATED, () -> feed(handshake, buffer, secret));
        });
    }

    private static LinkHandshake handshake(boolean dialled, boolean secret) {
        Nonce nonce = secret ? new Nonce(7, 7, 7, 7) : Nonce.NONE;
        Hello own = dialled
                ? new Hello(Hello.PROTOCOL, 5, "n1", "n2", "cluster 'shop'", nonce, SessionPoint.NONE)
                : new Hello(Hello.PROTOCOL, 5, "n2", "", "cluster 'shop'", nonce, SessionPoint.NONE);
        return new LinkHandshake(own, dialled, secret ? SECRET : null, null);
    }

    /** To where the last frame of the handshake is waited for. */
    private static void proceed(LinkHandshake handshake, boolean dialled) throws FramingException {
        LinkHandshake other = handshake(!dialled, true);
        UnsafeBuffer wire = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
        LinkHandshake dialling = dialled ? handshake : other;
        LinkHandshake accepting = dialled ? other : handshake;
        int length = Control.putHello(wire, 0, Control.HELLO, dialling.own());
        Step step = accepting.onFrame(FrameLayout.CONTROL, Control.HELLO, wire, 8, FrameLayout.length(wire, 0) - 8);
        if (dialled && step instanceof Challenge challenge) {
            length = Control.putChallenge(wire, 0, challenge.own(), challenge.proof());
            step = dialling.onFrame(FrameLayout.CONTROL, Control.CHALLENGE, wire, 8, FrameLayout.length(wire, 0) - 8);
            check(step instanceof Prove, "a step after a valid challenge of " + length + " bytes: " + step);
        }
    }

    private static void feed(LinkHandshake handshake, UnsafeBuffer bytes, boolean secret) {
        try {
            new FrameReader(Control.MAX_HANDSHAKE_BODY)
                    .read(bytes, 0, bytes.capacity(), (flags, type, buffer, offset, length) -> {
                        Step step = handshake.onFrame(flags, type, buffer, offset, length);
                        if (step instanceof Agreed agreed) {
                            // The corpus knows neither the secret nor these nonces.
                            check(!secret, "believed without a proof: " + agreed);
                            check(
                                    agreed.other().identity().equals("cluster 'shop'"),
                                    "agreed with another cluster: " + agreed);
                        }
                        return step instanceof Challenge || step instanceof Prove;
                    });
        } catch (FramingException refused) {
            check(refused.getMessage() != null, "a refusal without a reason");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
