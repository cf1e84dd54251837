package io.troupe.transport.internal.session;

import java.nio.ByteBuffer;

import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.SessionPoint;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LinkSessionTest {
    private static final int CAPACITY = 4096;
    private static final int LONGEST = CAPACITY / 2;
    private static final int BODY = 24;
    private static final int FRAME = FrameLayout.wireLength(BODY);
    private static final UnsafeBuffer CONTENT = new UnsafeBuffer(new byte[BODY]);

    private final LinkSession session = new LinkSession(CAPACITY, LONGEST);
    private final ByteBuffer run = session.ring().view();

    @BeforeEach
    void open() {
        assertThat(session.accept(LinkSession.none(CAPACITY, LONGEST), 7)).isFalse();
    }

    private void receive() throws FramingException {
        assertThat(session.onPart(0, 1, CONTENT, 0, BODY)).isTrue();
    }

    private int offerUntilFull() {
        int frames = 0;
        while (session.ring().offer(1, CONTENT, 0, BODY)) {
            frames++;
        }
        return frames;
    }

    private void send(int frames) {
        for (int i = 0; i < frames; i++) {
            assertThat(session.ring().offer(1, CONTENT, 0, BODY)).isTrue();
        }
        assertThat(session.ring().nextRun(run, Integer.MAX_VALUE)).isEqualTo(frames);
    }

    @Test
    void whatWasSentTakesRoomUntilItIsKnownToHaveArrived() throws FramingException {
        int frames = offerUntilFull();
        assertThat(frames).isEqualTo(CAPACITY / FRAME);
        session.ring().nextRun(run, Integer.MAX_VALUE);
        assertThat(run.remaining()).isEqualTo(CAPACITY);
        assertThat(session.ring().unsentBytes()).isZero();
        assertThat(session.ring().hasUnsent())
                .as("a full ring without anything to send lets its agent sleep")
                .isFalse();
        session.ring().nextRun(run, Integer.MAX_VALUE);
        assertThat(run.hasRemaining()).isFalse();
        assertThat(session.ring().offer(1, CONTENT, 0, BODY)).isFalse();
        session.onAck(2L * FRAME);
        assertThat(session.ring().heldBytes()).isEqualTo(CAPACITY - 2L * FRAME);
        assertThat(offerUntilFull()).isEqualTo(2);
    }

    @Test
    void aRunIsNoLongerThanItsLimitUnlessOneFrameIs() {
        for (int i = 0; i < 5; i++) {
            session.ring().offer(1, CONTENT, 0, BODY);
        }
        session.ring().nextRun(run, 2 * FRAME + 1);
        assertThat(run.remaining()).isEqualTo(2 * FRAME);
        session.ring().nextRun(run, 1);
        assertThat(run.remaining()).isEqualTo(FRAME);
    }

    @Test
    void theOtherEndIsToldAfterAsManyBytesAsItAskedFor() throws FramingException {
        session.accept(new SessionPoint(0, 0, 4096, LONGEST), 8);
        while (session.point().position() < 4096 - FRAME) {
            receive();
            assertThat(session.isAckDue()).isFalse();
        }
        receive();
        assertThat(session.isAckDue()).isTrue();
        assertThat(session.ack()).isEqualTo(4096);
        assertThat(session.isAckDue()).isFalse();
    }

    @Test
    void anEndThatAsksToBeToldAlwaysIsNot() throws FramingException {
        session.accept(SessionPoint.NONE, 8);
        receive();
        assertThat(session.isAckDue()).isFalse();
    }

    @Test
    void anAcknowledgementOfWhatWasNotSentIsRefused() throws FramingException {
        send(3);
        session.onAck(FRAME);
        assertThatThrownBy(() -> session.onAck(3L * FRAME + 8))
                .isInstanceOf(FramingException.class)
                .hasMessage("an acknowledgement of " + (3 * FRAME + 8) + ", but what is under way lies between " + FRAME
                        + " and " + 3 * FRAME);
        assertThatThrownBy(() -> session.onAck(0)).hasMessageContaining("an acknowledgement of 0, but");
        assertThatThrownBy(() -> session.onAck(-1)).hasMessageContaining("an acknowledgement of -1, but");
    }

    @Test
    void aPositionWithinAFrameEndsTheSession() {
        send(3);
        SessionPoint wrong = new SessionPoint(7, FRAME + 8, 1024, LONGEST);
        assertThat(session.accept(wrong, 9)).isFalse();
        assertThat(session.point().session()).isEqualTo(9);
        assertThat(session.takeDropped()).isEqualTo(3);
        assertThat(session.takeDropped()).isZero();
    }

    @Test
    void aSessionThatAnotherProcessCannotKnowIsNotResumed() {
        send(3);
        assertThat(session.accept(new SessionPoint(0, 0, 1024, LONGEST), 9)).isFalse();
        assertThat(session.accept(new SessionPoint(8, 0, 1024, LONGEST), 10)).isFalse();
        assertThat(session.accept(new SessionPoint(10, 0, 1024, LONGEST), 11)).isTrue();
        assertThat(session.point().session()).isEqualTo(10);
    }

    @Test
    void aWelcomeThatContradictsTheSessionEndsIt() {
        send(3);
        assertThatThrownBy(() -> session.join(new SessionPoint(7, 4L * FRAME, 1024, LONGEST)))
                .isInstanceOf(FramingException.class)
                .hasMessage(
                        "a welcome to session 7 at " + 4 * FRAME + ", but session 7 stands between 0 and " + 3 * FRAME);
        assertThat(session.isOpen()).isFalse();
        assertThat(session.takeDropped()).isEqualTo(3);
        assertThatThrownBy(() -> session.join(new SessionPoint(12, 8, 1024, LONGEST)))
                .hasMessageContaining("a welcome to session 12 at 8, but session 0");
        assertThatThrownBy(() -> session.join(SessionPoint.NONE)).hasMessage("a welcome without a session");
    }

    @Test
    void theLongestFrameIsTheOneThatBothEndsTake() throws FramingException {
        assertThat(session.maxFrameLength()).isEqualTo(LONGEST);
        session.accept(LinkSession.none(CAPACITY, 100), 8);
        assertThat(session.maxFrameLength()).isEqualTo(100);
        assertThat(session.point().maxFrameLength()).isEqualTo(LONGEST);
        session.join(new SessionPoint(9, 0, 1024, Integer.MAX_VALUE));
        assertThat(session.maxFrameLength()).isEqualTo(LONGEST);
    }

    @Test
    void aPartThatIsRefusedHasNotArrived() throws FramingException {
        receive();
        assertThatThrownBy(() -> session.onPart(FrameLayout.CONTINUED, 1, CONTENT, 0, BODY))
                .isInstanceOf(FramingException.class);
        assertThat(session.point().position()).isEqualTo(FRAME);
        assertThat(session.onPart(FrameLayout.MORE, 1, CONTENT, 0, BODY)).isFalse();
        assertThat(session.point().position()).isEqualTo(2L * FRAME);
    }

    @Test
    void aFrameThatIsThrownAwayWithItsSessionIsCountedOnce() {
        UnsafeBuffer longest = new UnsafeBuffer(new byte[LONGEST]);
        assertThat(session.ring().offer(1, longest, 0, LONGEST)).isTrue();
        assertThat(session.ring().nextRun(run, Integer.MAX_VALUE)).isEqualTo(1);
        assertThat(run.remaining()).isGreaterThan(LONGEST);
        session.end();
        assertThat(session.takeDropped()).isEqualTo(1);
    }

    @Test
    void aFrameOfferedTooLateForItsSessionIsNotPartOfTheNextOne() {
        session.end();
        assertThat(session.ring().offer(1, CONTENT, 0, BODY)).isTrue();
        session.accept(SessionPoint.NONE, 9);
        assertThat(session.ring().hasUnsent()).isFalse();
        assertThat(session.takeDropped()).isEqualTo(1);
    }
}
