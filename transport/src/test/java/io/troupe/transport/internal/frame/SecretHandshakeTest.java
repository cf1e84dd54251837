package io.troupe.transport.internal.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.internal.frame.LinkHandshake.Agreed;
import io.troupe.transport.internal.frame.LinkHandshake.Challenge;
import io.troupe.transport.internal.frame.LinkHandshake.Prove;
import io.troupe.transport.internal.frame.LinkHandshake.Refuse;
import io.troupe.transport.internal.frame.LinkHandshake.Refused;
import io.troupe.transport.internal.frame.LinkHandshake.Step;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SecretHandshakeTest {
    private static final ClusterSecret SECRET = secret(1);
    private static final ClusterSecret OTHER = secret(2);
    private static final String UNPROVEN = "a node that calls itself a does not know the cluster secret";

    private final UnsafeBuffer wire = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
    private long drawn;

    private static ClusterSecret secret(int value) {
        byte[] bytes = new byte[ClusterSecret.MIN_LENGTH];
        Arrays.fill(bytes, (byte) value);
        return ClusterSecret.of(bytes);
    }

    private LinkHandshake handshake(String id, String to, @Nullable ClusterSecret secret) {
        Nonce nonce = secret == null ? Nonce.NONE : new Nonce(++drawn, 0, 0, 0);
        return new LinkHandshake(
                new Hello(Hello.PROTOCOL, 99, id, to, "cluster=c", nonce, SessionPoint.NONE),
                !to.isEmpty(),
                secret,
                null);
    }

    private Step read(LinkHandshake handshake, int length) throws FramingException {
        List<Step> steps = new ArrayList<>();
        new FrameReader(Control.MAX_HANDSHAKE_BODY).read(wire, 0, length, (flags, type, buffer, offset, body) -> {
            steps.add(handshake.onFrame(flags, type, buffer, offset, body));
            return true;
        });
        assertThat(steps).hasSize(1);
        return steps.get(0);
    }

    private Step hello(LinkHandshake from, LinkHandshake to) throws FramingException {
        return read(to, Control.putHello(wire, 0, Control.HELLO, from.own()));
    }

    private Step challenge(Challenge challenge, LinkHandshake to) throws FramingException {
        return read(to, Control.putChallenge(wire, 0, challenge.own(), challenge.proof()));
    }

    private Step proof(byte[] proof, LinkHandshake to) throws FramingException {
        return read(to, Control.putProof(wire, 0, proof));
    }

    private Step welcome(LinkHandshake from, String to, LinkHandshake receiver) throws FramingException {
        return read(
                receiver, Control.putHello(wire, 0, Control.WELCOME, from.own().saidTo(to)));
    }

    @Test
    void twoNodesThatKnowTheSecretAgreeOnceBothHaveProvenIt() throws FramingException {
        LinkHandshake a = handshake("a", "b", SECRET);
        LinkHandshake b = handshake("b", "", SECRET);
        Challenge challenge = (Challenge) hello(a, b);
        Prove prove = (Prove) challenge(challenge, a);
        assertThat(proof(prove.proof(), b)).isEqualTo(new Agreed(a.own()));
        assertThat(welcome(b, "a", a)).isEqualTo(new Agreed(b.own().saidTo("a")));
    }

    @Test
    void whoKnowsAnotherSecretOrNoneIsToldWhatIsWrongAndNothingElse() throws FramingException {
        LinkHandshake a = handshake("a", "b", OTHER);
        Refused different = (Refused) challenge((Challenge) hello(a, handshake("b", "", SECRET)), a);
        assertThat(different.code()).isEqualTo(RefusalCode.SECRET);
        assertThat(different.reason())
                .isEqualTo("nodes b and a have different cluster secrets: give every node the same");
        Refuse without = (Refuse) hello(handshake("a", "b", null), handshake("b", "", SECRET));
        assertThat(without.reason())
                .isEqualTo("node b has a cluster secret and node a has none: give every node the same");
        LinkHandshake first = handshake("a", "b", SECRET);
        LinkHandshake plain = handshake("b", "", null);
        Refuse with = (Refuse) hello(first, plain);
        assertThat(with.reason())
                .isEqualTo("node a has a cluster secret and node b has none: give every node the same");
        int refusal = Control.putRefusal(wire, 0, plain.own(), with.code());
        assertThat(((Refused) read(first, refusal)).reason()).isEqualTo(with.reason());
    }

    @Test
    void whileASecretIsReplacedEitherIsAccepted() throws FramingException {
        ClusterSecret both = OTHER.accepts(SECRET);
        for (ClusterSecret dialling : List.of(SECRET.accepts(OTHER), both)) {
            for (ClusterSecret accepting : List.of(SECRET.accepts(OTHER), both)) {
                LinkHandshake a = handshake("a", "b", dialling);
                LinkHandshake b = handshake("b", "", accepting);
                Prove prove = (Prove) challenge((Challenge) hello(a, b), a);
                assertThat(proof(prove.proof(), b)).isInstanceOf(Agreed.class);
            }
        }
        LinkHandshake old = handshake("a", "b", SECRET);
        assertThat(challenge((Challenge) hello(old, handshake("b", "", both)), old))
                .as("proves the new one, which this node does not know yet")
                .isInstanceOf(Refused.class);
    }

    @Test
    void aProofOfAnotherHandshakeIsNone() throws FramingException {
        LinkHandshake a = handshake("a", "b", SECRET);
        byte[] recorded = ((Prove) challenge((Challenge) hello(a, handshake("b", "", SECRET)), a)).proof();
        LinkHandshake later = handshake("b", "", SECRET);
        hello(a, later);
        assertThatThrownBy(() -> proof(recorded, later)).hasMessage(UNPROVEN);
    }

    /** Who knows nothing opens two handshakes with a node and uses what it says in one for the other. */
    @Test
    void aProofSentBackIsNone() throws FramingException {
        LinkHandshake b = handshake("b", "", SECRET);
        LinkHandshake stranger = handshake("a", "b", SECRET);
        Challenge challenge = (Challenge) hello(stranger, b);
        assertThatThrownBy(() -> proof(challenge.proof(), b)).hasMessage(UNPROVEN);
    }

    @Test
    void aProofForOneNodeIsNoneForAnother() throws FramingException {
        LinkHandshake a = handshake("a", "b", SECRET);
        LinkHandshake c = handshake("c", "", SECRET);
        Challenge ofC = (Challenge) hello(a, c);
        Challenge asB = new Challenge(
                new Hello(Hello.PROTOCOL, 99, "b", "a", "cluster=c", ofC.own().nonce(), SessionPoint.NONE),
                ofC.proof());
        assertThat(challenge(asB, a)).isInstanceOf(Refused.class);
    }

    @Test
    void beforeTheOtherHasProvenItselfNothingElseIsAllowed() throws FramingException {
        LinkHandshake b = handshake("b", "", SECRET);
        assertThatThrownBy(() -> proof(new byte[32], b)).hasMessageContaining("before the end of the handshake");
        LinkHandshake a = handshake("a", "b", SECRET);
        assertThatThrownBy(() -> welcome(b, "a", a)).hasMessageContaining("before the end of the handshake");
        int refusal = Control.putRefusal(wire, 0, b.own(), RefusalCode.IDENTITY);
        assertThatThrownBy(() -> read(a, refusal))
                .hasMessage("a refusal by a node that has not proven that it knows the cluster secret");
        hello(a, b);
        assertThatThrownBy(() -> hello(a, b)).hasMessageContaining("before the end of the handshake");
        challenge((Challenge) hello(a, handshake("b", "", SECRET)), a);
        assertThatThrownBy(() -> welcome(handshake("b", "", SECRET), "a", a))
                .hasMessage("a welcome by another node than the one that has proven itself");
    }

    /** What it thinks of the cluster is nobody's business until it has proven itself. */
    @Test
    void aNodeOfAnotherClusterIsRefusedOnlyAfterItsProof() throws FramingException {
        LinkHandshake a = new LinkHandshake(
                new Hello(Hello.PROTOCOL, 99, "a", "b", "cluster=d", new Nonce(7, 7, 7, 7), SessionPoint.NONE),
                true,
                SECRET,
                null);
        LinkHandshake b = handshake("b", "", SECRET);
        Prove prove = (Prove) challenge((Challenge) hello(a, b), a);
        Refuse refuse = (Refuse) proof(prove.proof(), b);
        assertThat(refuse.code()).isEqualTo(RefusalCode.IDENTITY);
        int refusal = Control.putRefusal(wire, 0, b.own().saidTo("a"), refuse.code());
        assertThat(((Refused) read(a, refusal)).reason()).isEqualTo(refuse.reason());
    }

    /** Each single bit of what the two say is under the proof. */
    @Property(tries = 300)
    void whatWasChangedOnTheWayIsNotProven(@ForAll @IntRange(max = 31) int place, @ForAll @IntRange(max = 7) int bit)
            throws FramingException {
        LinkHandshake a = handshake("a", "b", SECRET);
        LinkHandshake b = handshake("b", "", SECRET);
        Challenge challenge = (Challenge) hello(a, b);
        byte[] bent = challenge.proof().clone();
        bent[place] ^= (byte) (1 << bit);
        assertThat(challenge(new Challenge(challenge.own(), bent), a)).isInstanceOf(Refused.class);
        int length = Control.putHello(wire, 0, Control.HELLO, a.own());
        int nonce = FrameLayout.HEADER_LENGTH + 16 + place;
        wire.putByte(nonce, (byte) (wire.getByte(nonce) ^ (1 << bit)));
        LinkHandshake misled = handshake("b", "", SECRET);
        Step step = read(misled, length);
        if (step instanceof Challenge other) {
            assertThat(challenge(other, a)).isInstanceOf(Refused.class);
        } else {
            assertThat(step).as("the nonce became none").isInstanceOf(Refuse.class);
        }
    }
}
