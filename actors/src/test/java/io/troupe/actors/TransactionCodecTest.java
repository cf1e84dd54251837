package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TransactionCodecTest {
    private static final byte[] BODY = {1, 2, 3};

    private static byte[] message(String id) {
        return Envelope.encode(new EntityId("vault", id), BODY);
    }

    private static byte[] two() {
        return TransactionCodec.encode(new TransactionCodec.Content(77, List.of(message("a"), message("b"))));
    }

    @Test
    void itsBytesAreAlwaysTheSame() {
        byte[] encoded = TransactionCodec.encode(new TransactionCodec.Content(258, List.of(message("a"))));
        assertThat(encoded)
                .containsExactly(
                        0xFD, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 12, 5, 'v', 'a', 'u', 'l', 't', 0, 1, 'a', 1, 2, 3);
    }

    @Test
    void whatIsEncodedIsDecoded() {
        assertThat(TransactionCodec.isTransaction(two())).isTrue();
        assertThat(TransactionCodec.isTransaction(message("a"))).isFalse();
        TransactionCodec.Content content = TransactionCodec.decode(two());
        assertThat(content.before()).isEqualTo(77);
        assertThat(TransactionCodec.envelopes(content))
                .extracting(envelope -> envelope.target().id())
                .containsExactly("a", "b");
    }

    @Test
    void anEntityThatComesTwiceIsRefused() {
        TransactionCodec.Content twice = new TransactionCodec.Content(0, List.of(message("a"), message("a")));
        assertThatThrownBy(() -> TransactionCodec.envelopes(twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no transaction: it has two messages to vault/a");
    }

    @Test
    void answersKeepTheirPlaces() {
        byte[] answers = TransactionCodec.answers(List.of(BODY, new byte[0], new byte[] {9}));
        assertThat(TransactionCodec.answers(answers, 3)).containsExactly(BODY, new byte[0], new byte[] {9});
        assertThat(TransactionCodec.answers(List.of(new byte[0], new byte[0]))).isEmpty();
        assertThat(TransactionCodec.answers(new byte[0], 2)).isEmpty();
    }

    @Test
    void aRefusalNamesItsMessageIfItIsThatOfOne() {
        assertThat(TransactionCodec.refusal(TransactionCodec.refusal(3, "no 7"), 4))
                .isEqualTo(new TransactionCodec.Refusal(3, "no 7"));
        assertThat(TransactionCodec.refusal(TransactionCodec.refusal(0, ""), 1))
                .isEqualTo(new TransactionCodec.Refusal(0, ""));
        for (String all : List.of("the shard is full", "4 x", "03 x", "-1 x", "", "1")) {
            assertThat(TransactionCodec.refusal(all, 4)).isEqualTo(new TransactionCodec.Refusal(-1, all));
        }
    }

    /** Only one exception may come out: the node ends the message with it. */
    @Test
    void bytesOfStrangersAreRefused() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] good = two();
        for (int length = 0; length < good.length; length++) {
            refuseOrRead(Arrays.copyOf(good, length), "cut after " + length);
        }
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            refuseOrRead(bad, new String(bad, StandardCharsets.ISO_8859_1));
        }
        assertThatThrownBy(() -> TransactionCodec.decode(new byte[] {(byte) 0xFD, 1}))
                .hasMessage("no transaction: 2 bytes");
        good[9] = 33;
        assertThatThrownBy(() -> TransactionCodec.decode(good))
                .hasMessage("no transaction: 33 messages, to be committed before 77 ms");
        assertThatThrownBy(() -> TransactionCodec.decode(Arrays.copyOf(two(), two().length - 1)))
                .hasMessage("a transaction ends within its part 1");
    }

    private static void refuseOrRead(byte[] bytes, String what) {
        try {
            assertThat(TransactionCodec.envelopes(TransactionCodec.decode(bytes)))
                    .as(what)
                    .isNotEmpty();
        } catch (IllegalArgumentException expected) {
            assertThat(expected).as(what).hasMessageNotContaining("null");
        }
    }
}
