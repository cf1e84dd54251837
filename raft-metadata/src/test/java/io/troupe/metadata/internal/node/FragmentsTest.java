package io.troupe.metadata.internal.node;

import java.util.List;
import java.util.Random;

import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.spi.PeerChannel;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FragmentsTest {
    private final Fragments sender = new Fragments(5);
    private final Fragments receiver = new Fragments(9);

    private static byte[] message(int length) {
        byte[] message = new byte[length];
        new Random(length).nextBytes(message);
        return message;
    }

    private @Nullable ByteReader join(List<byte[]> pieces) {
        ByteReader whole = null;
        for (byte[] piece : pieces) {
            assertThat(piece.length).isLessThanOrEqualTo(PeerChannel.MAX_MESSAGE_LENGTH);
            assertThat(whole).isNull();
            whole = receiver.join("n1", piece);
        }
        return whole;
    }

    private void assertArrives(byte[] message) {
        ByteReader whole = join(sender.cut(message));
        assertThat(whole)
                .isNotNull()
                .satisfies(
                        reader -> assertThat(reader.readRaw(reader.remaining())).isEqualTo(message));
    }

    @Test
    void messagesOfAnyLengthArriveWhole() {
        for (int length : new int[] {
            0, 1, PeerChannel.MAX_MESSAGE_LENGTH - 32, PeerChannel.MAX_MESSAGE_LENGTH - 31, 1 << 20, 5 << 20
        }) {
            assertArrives(message(length));
        }
    }

    @Test
    void aMessageWithALostPieceIsForgottenAndTheNextOneArrives() {
        List<byte[]> torn = sender.cut(message(1 << 20));
        assertThat(torn).hasSize(3);
        assertThat(join(List.of(torn.get(0), torn.get(2)))).isNull();
        assertThat(join(List.of(torn.get(1), torn.get(2)))).isNull();
        assertArrives(message(1 << 20));
    }

    @Test
    void aShortMessageBetweenThePiecesDoesNotDisturb() {
        List<byte[]> pieces = sender.cut(message(1 << 20));
        assertThat(join(pieces.subList(0, 2))).isNull();
        assertArrives(message(10));
        assertThat(receiver.join("n1", pieces.get(2))).isNotNull();
    }

    @Test
    void whatIsTooLongIsTheSendersError() {
        assertThatThrownBy(() -> sender.cut(new byte[Fragments.MAX_LENGTH + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must page");
    }

    @Property(tries = 1_000)
    void otherBytesAreRefusedOrIgnored(@ForAll @Size(max = 20) byte[] bytes) {
        try {
            ByteReader whole = receiver.join("n1", bytes);
            assertThat(whole == null || whole.remaining() <= bytes.length).isTrue();
        } catch (CodecException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
