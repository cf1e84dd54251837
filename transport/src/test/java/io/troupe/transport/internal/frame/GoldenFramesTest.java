package io.troupe.transport.internal.frame;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.troupe.transport.Lane;
import io.troupe.transport.fuzz.GoldenBytes;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The bytes of this version of the protocol, as nodes of this version have always sent them. */
class GoldenFramesTest {
    static final Nonce NONCE =
            new Nonce(0x0102030405060708L, 0x1112131415161718L, 0x2122232425262728L, 0x3132333435363738L);
    private static final Hello DIALLING = new Hello(
            Hello.PROTOCOL,
            0x1020304050607080L,
            "n1",
            "n2",
            "cluster 'shop'",
            Nonce.NONE,
            new SessionPoint(0x4142434445464748L, 0x1000, 0x20000, 0x100000));
    private static final Hello ACCEPTING = new Hello(
            Hello.PROTOCOL,
            99,
            "knöten-2",
            "n1",
            "cluster 'shop'",
            Nonce.NONE,
            new SessionPoint(Lane.BULK, Set.of(Lane.CONTROL, Lane.BULK), -1, Long.MAX_VALUE, 1024, 64 * 1024 * 1024));
    private static final byte[] PROOF = proof();

    private final UnsafeBuffer wire = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
    private final GoldenBytes golden = new GoldenBytes("link-" + Hello.PROTOCOL + ".hex");

    private static byte[] proof() {
        byte[] proof = new byte[32];
        for (int i = 0; i < proof.length; i++) {
            proof[i] = (byte) (0xA0 + i);
        }
        return proof;
    }

    private byte[] written(int length) {
        byte[] bytes = new byte[length];
        wire.getBytes(0, bytes);
        return bytes;
    }

    private byte[] data(int type, byte... body) {
        return part(0, type, body);
    }

    private byte[] part(int flags, int type, byte... body) {
        int flagsAndType = FrameLayout.flagsAndType(flags, type);
        TestFrames.putPart(wire, 0, flagsAndType, new UnsafeBuffer(body), 0, body.length);
        return written(FrameLayout.wireLength(body.length));
    }

    @Test
    void theBytesOfAllFramesAreThoseOfTheirVersion() {
        Map<String, byte[]> frames = new TreeMap<>();
        frames.put("hello", written(Control.putHello(wire, 0, Control.HELLO, DIALLING)));
        frames.put("hello-secret", written(Control.putHello(wire, 0, Control.HELLO, DIALLING.with(NONCE))));
        frames.put("welcome", written(Control.putHello(wire, 0, Control.WELCOME, ACCEPTING)));
        frames.put("heartbeat", written(Control.putHeartbeat(wire, 0, 0x5152535455565758L)));
        frames.put("goodbye", written(Control.putGoodbye(wire, 0)));
        frames.put("challenge", written(Control.putChallenge(wire, 0, ACCEPTING.with(NONCE), PROOF)));
        frames.put("proof", written(Control.putProof(wire, 0, PROOF)));
        for (RefusalCode code : RefusalCode.values()) {
            frames.put("refuse-" + code, written(Control.putRefusal(wire, 0, ACCEPTING, code)));
        }
        frames.put("data-empty", data(1));
        frames.put("data-8", data(0xFFFE, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        frames.put("data-13", data(2, new byte[13]));
        frames.put("part-first", part(FrameLayout.MORE, 3, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        frames.put("part-middle", part(FrameLayout.MORE | FrameLayout.CONTINUED, 3, new byte[8]));
        frames.put("part-last", part(FrameLayout.CONTINUED, 3, new byte[] {9}));
        golden.check(frames);
    }

    @Test
    void theBytesOfTheirVersionAreUnderstood() throws FramingException {
        assertThat(Control.hello(body("hello"), 0, body("hello").capacity())).isEqualTo(DIALLING);
        assertThat(Control.hello(body("hello-secret"), 0, body("hello-secret").capacity()))
                .isEqualTo(DIALLING.with(NONCE));
        assertThat(Control.hello(body("welcome"), 0, body("welcome").capacity()))
                .isEqualTo(ACCEPTING);
        assertThat(Control.heartbeat(body("heartbeat"), 0, body("heartbeat").capacity()))
                .isEqualTo(0x5152535455565758L);
        Control.Challenge challenge =
                Control.challenge(body("challenge"), 0, body("challenge").capacity());
        assertThat(challenge.by()).isEqualTo(ACCEPTING.with(NONCE));
        assertThat(challenge.proof()).isEqualTo(PROOF);
        assertThat(Control.proof(body("proof"), 0, body("proof").capacity())).isEqualTo(PROOF);
        for (RefusalCode code : RefusalCode.values()) {
            UnsafeBuffer refusal = body("refuse-" + code);
            assertThat(Control.refusal(refusal, 0, refusal.capacity())).isEqualTo(new Control.Refusal(ACCEPTING, code));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aHelloOfAnEarlierVersionIsRefusedForItsVersion(int version) throws FramingException {
        UnsafeBuffer hello = body(new GoldenBytes("link-" + version + ".hex").get("hello"));
        LinkHandshake handshake = new LinkHandshake(ACCEPTING.saidTo(""), false, null, null);
        assertThat(handshake.onFrame(FrameLayout.CONTROL, Control.HELLO, hello, 0, hello.capacity()))
                .isInstanceOfSatisfying(
                        LinkHandshake.Refuse.class,
                        refuse -> assertThat(refuse.reason())
                                .contains("node knöten-2 speaks protocol 4")
                                .contains("node n1 protocol " + version));
    }

    private UnsafeBuffer body(String name) throws FramingException {
        return body(golden.get(name));
    }

    private static UnsafeBuffer body(byte[] bytes) throws FramingException {
        UnsafeBuffer[] found = {new UnsafeBuffer(0, 0)};
        int used = new FrameReader(Control.MAX_HANDSHAKE_BODY)
                .read(new UnsafeBuffer(bytes), 0, bytes.length, (flags, type, buffer, offset, length) -> {
                    found[0] = new UnsafeBuffer(buffer, offset, length);
                    return true;
                });
        assertThat(used).isEqualTo(bytes.length);
        return found[0];
    }
}
