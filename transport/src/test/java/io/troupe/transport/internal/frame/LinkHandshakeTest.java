package io.troupe.transport.internal.frame;

import java.util.List;
import java.util.Set;

import io.troupe.transport.Lane;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.LinkHandshake.Agreed;
import io.troupe.transport.internal.frame.LinkHandshake.Refuse;
import io.troupe.transport.internal.frame.LinkHandshake.Refused;
import io.troupe.transport.internal.frame.LinkHandshake.Step;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LinkHandshakeTest {
    private final UnsafeBuffer wire = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);

    private static Hello hello(String id, String to) {
        return new Hello(Hello.PROTOCOL, 99, id, to, "cluster=c", Nonce.NONE, SessionPoint.NONE);
    }

    private Step read(LinkHandshake handshake, int length) throws FramingException {
        Step[] step = new Step[1];
        int used = new FrameReader(Control.MAX_HANDSHAKE_BODY)
                .read(wire, 0, length, (flags, type, buffer, offset, bodyLength) -> {
                    step[0] = handshake.onFrame(flags, type, buffer, offset, bodyLength);
                    return true;
                });
        assertThat(used).isEqualTo(length);
        return step[0];
    }

    private Step accept(Hello own, Hello other) throws FramingException {
        return read(new LinkHandshake(own, false, null, null), Control.putHello(wire, 0, Control.HELLO, other));
    }

    @Test
    void twoNodesOfOneClusterAgree() throws FramingException {
        assertThat(accept(hello("b", ""), hello("a", "b"))).isEqualTo(new Agreed(hello("a", "b")));
        int welcome = Control.putHello(wire, 0, Control.WELCOME, hello("b", "a"));
        assertThat(read(new LinkHandshake(hello("a", "b"), true, null, null), welcome))
                .isEqualTo(new Agreed(hello("b", "a")));
    }

    @Test
    void eachMismatchIsRefusedWithTheSameReasonOnBothEnds() throws FramingException {
        String x = "x".repeat(TransportConfig.MAX_IDENTITY_BYTES);
        assertSameReason(
                new Hello(Hello.PROTOCOL, 1, "a", "b", x, Nonce.NONE, SessionPoint.NONE), RefusalCode.IDENTITY, x);
        assertSameReason(
                new Hello(1, 1, "a", "b", "cluster=c", Nonce.NONE, SessionPoint.NONE),
                RefusalCode.PROTOCOL,
                "speaks protocol 4");
        assertSameReason(hello("b", "b"), RefusalCode.SELF, "an id of its own");
        assertSameReason(hello("a", "z"), RefusalCode.WRONG_NODE, "dialled node z but reached node b");
    }

    private void assertSameReason(Hello dialling, RefusalCode code, String part) throws FramingException {
        Hello accepting = hello("b", "");
        Refuse refuse = (Refuse) accept(accepting, dialling);
        assertThat(refuse.code()).isEqualTo(code);
        assertThat(refuse.reason()).contains(part);
        int refusal = Control.putRefusal(wire, 0, accepting, code);
        Refused refused = (Refused) read(new LinkHandshake(dialling, true, null, null), refusal);
        assertThat(refused.reason()).isEqualTo(refuse.reason());
    }

    @Test
    void aDiallerChecksTheWelcomeItself() throws FramingException {
        int wrongNode = Control.putHello(wire, 0, Control.WELCOME, hello("z", "a"));
        assertThat(read(new LinkHandshake(hello("a", "b"), true, null, null), wrongNode))
                .isInstanceOf(Refused.class);
        int wrongIdentity = Control.putHello(
                wire,
                0,
                Control.WELCOME,
                new Hello(Hello.PROTOCOL, 1, "b", "a", "other", Nonce.NONE, SessionPoint.NONE));
        assertThat(read(new LinkHandshake(hello("a", "b"), true, null, null), wrongIdentity))
                .isInstanceOf(Refused.class);
    }

    @Test
    void bothEndsMeanTheSameLaneAndOneThatThereIs() throws FramingException {
        SessionPoint bulk = SessionPoint.NONE.on(Lane.BULK, Set.of(Lane.ORDINARY, Lane.BULK));
        assertThat(accept(hello("b", ""), hello("a", "b").at(bulk)))
                .isEqualTo(new Agreed(hello("a", "b").at(bulk)));
        LinkHandshake dialling = new LinkHandshake(hello("a", "b").at(bulk), true, null, null);
        int welcome = Control.putHello(wire, 0, Control.WELCOME, hello("b", "a"));
        assertThatThrownBy(() -> read(dialling, welcome))
                .isInstanceOf(FramingException.class)
                .hasMessage("a welcome on lane ORDINARY, and lane BULK was dialled");
        int hello = Control.putHello(wire, 0, Control.HELLO, hello("a", "b"));
        int lane = FrameLayout.HEADER_LENGTH + Control.bytes(hello("a", "b")).length - SessionPoint.LENGTH;
        wire.putByte(lane, (byte) 3);
        assertThatThrownBy(() -> read(new LinkHandshake(hello("b", ""), false, null, null), hello))
                .isInstanceOf(FramingException.class)
                .hasMessage("a handshake for lane 3, which there is not");
        wire.putByte(lane, (byte) 1);
        wire.putByte(lane + 1, (byte) 0xF2);
        assertThat(read(new LinkHandshake(hello("b", ""), false, null, null), hello))
                .as("a lane that only a later version has is no error")
                .isEqualTo(new Agreed(hello("a", "b")));
    }

    @Test
    void nothingButTheExpectedFrameIsAllowed() {
        int data = FrameLayout.wireLength(4);
        TestFrames.put(wire, 0, 1, new UnsafeBuffer(new byte[4]), 0, 4);
        assertThatThrownBy(() -> read(new LinkHandshake(hello("b", ""), false, null, null), data))
                .isInstanceOf(FramingException.class)
                .hasMessageContaining("data frame of type 1 before the end of the handshake");
        int welcome = Control.putHello(wire, 0, Control.WELCOME, hello("a", "b"));
        assertThatThrownBy(() -> read(new LinkHandshake(hello("b", ""), false, null, null), welcome))
                .isInstanceOf(FramingException.class);
        int hello = Control.putHello(wire, 0, Control.HELLO, hello("a", "b"));
        assertThatThrownBy(() -> read(new LinkHandshake(hello("b", "a"), true, null, null), hello))
                .isInstanceOf(FramingException.class);
    }

    @Property(tries = 1000)
    void anyBodyIsAHelloOrAProtocolError(@ForAll @Size(max = 60) byte[] body, @ForAll boolean startsWell) {
        UnsafeBuffer bytes = new UnsafeBuffer(body);
        if (startsWell && body.length >= 4) {
            bytes.putInt(0, 0x50555254, java.nio.ByteOrder.LITTLE_ENDIAN);
        }
        for (boolean dialled : new boolean[] {true, false}) {
            for (int type = 0; type < 6; type++) {
                try {
                    new LinkHandshake(hello("a", "b"), dialled, null, null)
                            .onFrame(FrameLayout.CONTROL, type, bytes, 0, body.length);
                } catch (FramingException refused) {
                    assertThat(refused.getMessage()).isNotBlank();
                }
            }
        }
    }

    @Test
    void ofCrossingDialsTheOneOfTheSmallerIdStaysUnlessTheOtherNodeIsNew() {
        assertThat(LinkHandshake.keepsOwnDial("a", "b", true)).isTrue();
        assertThat(LinkHandshake.keepsOwnDial("b", "a", true)).isFalse();
        assertThat(LinkHandshake.keepsOwnDial("a", "b", false)).isFalse();
    }

    @Test
    void aSilentLinkSendsHeartbeatsAndADeadOneIsGivenUp() {
        LinkLiveness liveness = new LinkLiveness(200, 1000, 0);
        assertThat(liveness.onTick(149)).isEqualTo(LinkLiveness.Verdict.ALIVE);
        assertThat(liveness.onTick(150)).as("with those of others").isEqualTo(LinkLiveness.Verdict.HEARTBEAT_DUE);
        assertThat(liveness.deadlineNs()).isEqualTo(200);
        assertThat(liveness.onTick(200)).isEqualTo(LinkLiveness.Verdict.HEARTBEAT_DUE);
        liveness.onWritten(200);
        assertThat(liveness.onTick(300)).isEqualTo(LinkLiveness.Verdict.ALIVE);
        liveness.onReceived(350);
        for (long now = 400; now < 1350; now += 50) {
            assertThat(liveness.onTick(now)).isNotEqualTo(LinkLiveness.Verdict.DEAD);
            liveness.onWritten(now);
        }
        assertThat(liveness.deadlineNs()).isEqualTo(1350);
        assertThat(liveness.onTick(1350)).isEqualTo(LinkLiveness.Verdict.DEAD);
    }

    @Test
    void aNodeThatWasStoppedDoesNotBlameTheOther() {
        LinkLiveness liveness = new LinkLiveness(200, 1000, 0);
        assertThat(liveness.onTick(200)).isEqualTo(LinkLiveness.Verdict.HEARTBEAT_DUE);
        liveness.onWritten(200);
        assertThat(liveness.onTick(60_000)).isEqualTo(LinkLiveness.Verdict.HEARTBEAT_DUE);
        for (long now = 60_200; now < 61_000; now += 200) {
            assertThat(liveness.onTick(now)).isNotEqualTo(LinkLiveness.Verdict.DEAD);
        }
        assertThat(liveness.onTick(61_000)).isEqualTo(LinkLiveness.Verdict.DEAD);
    }

    @Test
    void redialsAreFastAtFirstAndSlowLater() {
        long ms = 1_000_000;
        DialSchedule schedule = new DialSchedule(20 * ms, 200 * ms, 30_000 * ms, 5_000 * ms);
        long[] bounds = {20, 40, 80, 160, 200, 200};
        for (long bound : bounds) {
            assertThat(schedule.onDown(0, 0, false, 1.0)).isEqualTo(bound * ms);
        }
        assertThat(schedule.onDown(100, 0, false, 0.0)).isEqualTo(100 + DialSchedule.MIN_PAUSE_NS);
        assertThat(schedule.onDown(30_000 * ms, 0, false, 1.0)).isEqualTo(32_560 * ms);
        assertThat(schedule.onDown(40_000 * ms, 0, false, 1.0) - 40_000 * ms).isLessThanOrEqualTo(5_000 * ms);
        // A link that was up for long is a new trouble; one that flaps is the old one.
        assertThat(schedule.onDown(90_000 * ms, 1, false, 1.0)).isEqualTo(95_000 * ms);
        assertThat(schedule.onDown(90_000 * ms, DialSchedule.STABLE_NS, false, 1.0))
                .isEqualTo(90_020 * ms);
        long proven = DialSchedule.PROVEN_NS;
        assertThat(schedule.onDown(90_030 * ms, proven, false, 1.0)).isEqualTo(90_070 * ms);
        assertThat(schedule.onDown(90_080 * ms, proven - 1, true, 1.0)).isEqualTo(90_160 * ms);
        assertThat(schedule.onDown(90_300 * ms, proven, true, 1.0))
                .as("frames arrived over it")
                .isEqualTo(90_320 * ms);
    }

    private static LinkHandshake withTls(Hello own, boolean dialled) {
        return new LinkHandshake(own, dialled, null, node -> "troupe://c/" + node);
    }

    @Test
    void withTlsANodeIsOnlyWhomItsCertificateNames() throws FramingException {
        LinkHandshake handshake = withTls(hello("b", ""), false);
        assertThat(handshake.onCertificate(new PeerCertificate("CN=c", List.of("troupe://c/c", "troupe://d/a"))))
                .as("whom it names is compared with what it says")
                .isNull();
        Refuse refuse = (Refuse) read(handshake, Control.putHello(wire, 0, Control.HELLO, hello("a", "b")));
        assertThat(refuse.code()).isEqualTo(RefusalCode.CERTIFICATE);
        assertThat(refuse.ofAStranger()).isTrue();
        assertThat(refuse.reason())
                .isEqualTo("the certificate of 'CN=c' [troupe://c/c, troupe://d/a] does not name node a: correct the"
                        + " address of a, or issue its certificate with the subject alternative name URI:troupe://c/a");
        LinkHandshake other = withTls(hello("b", ""), false);
        other.onCertificate(new PeerCertificate("CN=x", List.of("troupe://c/a")));
        assertThat(read(other, Control.putHello(wire, 0, Control.HELLO, hello("a", "b"))))
                .isInstanceOf(Agreed.class);
        assertThat(read(withTls(hello("b", ""), false), Control.putHello(wire, 0, Control.HELLO, hello("a", "b"))))
                .as("no certificate was shown")
                .isInstanceOf(Refuse.class);
    }

    @Test
    void aDiallingNodeLooksAtTheCertificateBeforeItSaysAnything() {
        LinkHandshake handshake = withTls(hello("a", "b"), true);
        assertThat(handshake.onCertificate(new PeerCertificate("CN=b", List.of("troupe://c/b"))))
                .isNull();
        assertThat(withTls(hello("a", "b"), true).onCertificate(new PeerCertificate("CN=b", List.of("troupe://c/bb"))))
                .extracting(Refused::reason)
                .asString()
                .contains("'CN=b' [troupe://c/bb] does not name node b");
    }
}
