package io.troupe.cluster.internal.delivery;

import java.util.Arrays;

import io.troupe.cluster.spi.AnswerAddress;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AnswerFramesTest {
    private final byte[] bytes = new byte[20];

    private byte[] encoded(AnswerAddress to, byte[] answer) {
        return Arrays.copyOf(bytes, AnswerFrames.encode(new UnsafeBuffer(bytes), to, answer));
    }

    @Test
    void whatIsWrittenIsReadByTheNodeThatItIsFor() {
        byte[] frame = encoded(new AnswerAddress("n2", Long.MIN_VALUE, 7), new byte[] {4, 2});
        assertThat(AnswerFrames.decode("n2", frame)).isEqualTo(new AnswerAddress("n2", Long.MIN_VALUE, 7));
        assertThat(Arrays.copyOfRange(frame, AnswerFrames.HEADER_LENGTH, frame.length))
                .containsExactly(4, 2);
    }

    @Test
    void whatCannotBeIsRefused() {
        byte[] none = encoded(new AnswerAddress("n2", 1, 7), new byte[0]);
        refuses(none, "ANSWER: 16 bytes, more than 16 are needed");
        refuses(new byte[0], "ANSWER: 0 bytes, more than 16 are needed");
        refuses(encoded(new AnswerAddress("n2", 1, 0), new byte[] {1}), "ANSWER: number 0 is below 1");
    }

    private static void refuses(byte[] frame, String why) {
        assertThatThrownBy(() -> AnswerFrames.decode("n2", frame))
                .isInstanceOf(FrameException.class)
                .hasMessage(why);
    }
}
