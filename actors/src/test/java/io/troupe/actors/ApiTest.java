package io.troupe.actors;

import java.nio.charset.StandardCharsets;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ApiTest {
    private record Ask() implements Query<String> {}

    @Test
    void anEffectHasOneAnswerAndBelongsToOneMessage() {
        Effect<Integer> effect = Effect.<Integer>none().thenReply(new Ask(), "first");
        assertThatThrownBy(() -> effect.thenReply(new Ask(), "second"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an effect has one answer: first");
        assertThatThrownBy(() -> Effect.<Integer>reject("no").thenReply(new Ask(), "x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an effect has one answer: it rejects");
        assertThat(effect.take()).isSameAs(effect);
        assertThatThrownBy(effect::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this effect was returned before: make a new one for every message");
    }

    @Test
    @SuppressWarnings("NullAway") // the mistake under test
    void persistNeedsAState() {
        assertThatThrownBy(() -> Effect.persist(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("persist needs a state: use none() to leave it as it is");
    }

    @Test
    void aDurableKindCannotGoOnWithoutAMajority() {
        assertThatThrownBy(() -> Counter.KIND.onQuorumLoss(QuorumLoss.CONTINUE_UNFENCED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "durable kind counter cannot go on without a majority, for its effects are committed by one:"
                                + " use SERVE_READS or STOP, or a volatile kind");
        assertThatThrownBy(() -> Echo.KIND.onQuorumLoss(QuorumLoss.SERVE_READS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kind echo keeps nothing that could be read without a majority: use CONTINUE_UNFENCED or"
                        + " STOP, or a durable kind");
    }

    @Test
    void aKindsNameIsPartOfKeys() {
        for (String name : new String[] {"", "a/b", "a\nb", "x".repeat(101)}) {
            assertThatThrownBy(() -> Kind.of(name, Echo.Message.class, Echo::new))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("kind name '" + name + "' must be 1 to 100 bytes without '/' and control"
                            + " characters: it is part of keys and records");
        }
    }

    @Property
    void anEnvelopeKeepsTargetAndBody(
            @ForAll @StringLength(min = 1, max = 25) String kind,
            @ForAll @StringLength(min = 1, max = 200) String id,
            @ForAll byte[] body) {
        EntityId target = new EntityId(wellFormed(kind), wellFormed(id));
        byte[] content = Envelope.encode(target, body);
        Envelope read = Envelope.decode(content);
        assertThat(read.target()).isEqualTo(target);
        assertThat(content).endsWith(body).hasSize(read.bodyOffset() + body.length);
        assertThat(Envelope.headerLength(content)).isEqualTo(read.bodyOffset());
        assertThat(content).startsWith(Envelope.header(target));
    }

    /** Unpaired surrogates have no UTF-8. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    @Property
    void aCutEnvelopeIsRefusedCleanly(@ForAll byte[] garbage) {
        try {
            int bodyOffset = Envelope.decode(garbage).bodyOffset();
            assertThat(bodyOffset).isBetween(3, garbage.length);
            assertThat(Envelope.headerLength(garbage)).isIn(0, bodyOffset);
        } catch (IllegalArgumentException e) {
            assertThat(Envelope.headerLength(garbage)).isZero();
            assertThat(e.getMessage())
                    .matches(
                            "an envelope ends within a name at byte .*|no place in an outbox: shard .*|no time that a commit .*");
        }
    }

    @Property
    void theOriginOfAnEnvelopeIsKept(
            @ForAll @IntRange int shard,
            @ForAll @LongRange(min = 1) long sequence,
            @ForAll @LongRange(min = 1) long floor,
            @ForAll byte[] body) {
        Envelope.Origin origin = new Envelope.Origin(shard, sequence, floor);
        byte[] plain = Envelope.encode(new EntityId("kind", "id"), body);
        Envelope read = Envelope.decode(Envelope.from(origin, plain));
        assertThat(read.origin()).isEqualTo(origin);
        assertThat(read.target()).isEqualTo(new EntityId("kind", "id"));
        assertThat(read.bodyOffset()).isEqualTo(21 + Envelope.decode(plain).bodyOffset());
        assertThat(Envelope.decode(plain).origin()).isNull();
        assertThat(Envelope.headerLength(Envelope.from(origin, plain))).isZero();
        assertThat(read.before()).isZero();
    }

    @Property
    void theTimeOfAnEnvelopeIsKept(@ForAll @LongRange(min = 1) long time, @ForAll byte[] body) {
        byte[] plain = Envelope.encode(new EntityId("kind", "id"), body);
        Envelope read = Envelope.decode(Envelope.before(time, plain));
        assertThat(read.before()).isEqualTo(time);
        assertThat(Envelope.headerLength(Envelope.before(time, plain))).isZero();
        assertThat(read.target()).isEqualTo(new EntityId("kind", "id"));
        assertThat(read.bodyOffset()).isEqualTo(9 + Envelope.decode(plain).bodyOffset());
        assertThatThrownBy(() -> Envelope.decode(Envelope.before(0, plain)))
                .hasMessage("no time that a commit could be before: 0 ms");
    }
}
