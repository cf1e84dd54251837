package io.troupe.cluster.internal.handoff;

import io.troupe.cluster.internal.handoff.Departure.Step;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DepartureTest {
    private static final long MOVE = 7;
    private static final long RESEND_NS = 50;

    private final Departure departure = new Departure(MOVE, RESEND_NS);

    @Test
    void releaseIsProposedOnlyWhenEveryPartIsAcknowledged() {
        assertThat(departure.onAck(MOVE, 0)).isEqualTo(Step.WAIT);
        assertThat(departure.onQuiet(2, 0)).isEqualTo(Step.SEND);
        assertThat(departure.onAck(MOVE, 0)).isEqualTo(Step.WAIT);
        assertThat(departure.onAck(MOVE, 0)).isEqualTo(Step.WAIT);
        assertThat(departure.onAck(MOVE, 1)).isEqualTo(Step.RELEASE);
        assertThat(departure.onAck(MOVE, 1)).isEqualTo(Step.WAIT);
    }

    @Test
    void anAcknowledgementOfAnotherMoveOrOfNoPartCountsForNothing() {
        departure.onQuiet(1, 0);
        assertThat(departure.onAck(MOVE - 1, 0)).isEqualTo(Step.WAIT);
        assertThat(departure.onAck(MOVE, 1)).isEqualTo(Step.WAIT);
        assertThat(departure.onAck(MOVE, -1)).isEqualTo(Step.WAIT);
        assertThat(departure.isMissing(0)).isTrue();
    }

    @Test
    void whatIsNotAcknowledgedIsSentAgainAfterTheResendTime() {
        assertThat(departure.onTick(1_000)).isEqualTo(Step.WAIT);
        departure.onQuiet(2, 0);
        departure.onAck(MOVE, 1);
        assertThat(departure.onTick(RESEND_NS - 1)).isEqualTo(Step.WAIT);
        assertThat(departure.onTick(RESEND_NS)).isEqualTo(Step.SEND);
        assertThat(departure.isMissing(0)).isTrue();
        assertThat(departure.isMissing(1)).isFalse();
        assertThat(departure.onTick(RESEND_NS + 1)).isEqualTo(Step.WAIT);
    }

    @Test
    void aMoveThatIsCalledOffBeforeTheReleaseResumesAtOnce() {
        departure.onQuiet(1, 0);
        assertThat(departure.onCancelled()).isEqualTo(Step.RESUME);
        assertThat(departure.onAck(MOVE, 0)).isEqualTo(Step.WAIT);
        assertThat(departure.onQuiet(1, 0)).isEqualTo(Step.WAIT);
    }

    @Test
    void onceTheReleaseIsProposedOnlyAKnownRefusalResumes() {
        departure.onQuiet(1, 0);
        departure.onAck(MOVE, 0);
        assertThat(departure.mayBeCancelled()).isFalse();
        assertThat(departure.onCancelled()).isEqualTo(Step.WAIT);
        assertThat(departure.onRefused()).isEqualTo(Step.RESUME);
        assertThat(departure.onRefused()).isEqualTo(Step.WAIT);
    }

    @Test
    void aRefusalBeforeTheCancellationIsKnownWaitsForIt() {
        departure.onQuiet(1, 0);
        departure.onAck(MOVE, 0);
        assertThat(departure.onRefused()).isEqualTo(Step.WAIT);
        assertThat(departure.onCancelled()).isEqualTo(Step.RESUME);
    }

    @Test
    void aReleaseThatTheStoreWasTooBusyForIsProposedAgain() {
        departure.onQuiet(1, 0);
        departure.onAck(MOVE, 0);
        assertThat(departure.onNotProposed()).isEqualTo(Step.WAIT);
        assertThat(departure.mayBeCancelled()).isTrue();
        assertThat(departure.onTick(1)).isEqualTo(Step.RELEASE);
        assertThat(departure.onCancelled()).isEqualTo(Step.WAIT);
        assertThat(departure.onNotProposed()).isEqualTo(Step.RESUME);
    }
}
