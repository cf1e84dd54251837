package io.troupe.transport.internal.session;

import java.util.List;

import io.troupe.transport.internal.session.LinkFlow.Circuit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LinkFlowTest {
    private static final int FAILURES = 3;
    private static final long RESET_NS = 1_000;
    private static final long STALL_NS = 100;
    private static final long HELD = 64;

    private final LinkFlow flow = new LinkFlow(FAILURES, RESET_NS, STALL_NS);

    private static void fail(LinkFlow flow, int times, long nowNs) {
        for (int i = 0; i < times; i++) {
            flow.onConnected(nowNs);
            flow.onLost(HELD, nowNs);
        }
    }

    @Test
    void theCircuitOpensAfterFailuresInARow() {
        flow.onConnected(0);
        assertThat(flow.onLost(HELD, 0)).isFalse();
        flow.onConnected(0);
        assertThat(flow.onLost(HELD, 0)).isFalse();
        assertThat(flow.admits()).isTrue();
        flow.onConnected(0);
        assertThat(flow.onLost(HELD, 0)).isTrue();
        assertThat(flow.circuit()).isEqualTo(Circuit.OPEN);
        assertThat(flow.admits()).isFalse();
    }

    @Test
    void aConnectionThatBroughtSomethingOrHadNothingToBringIsNoFailure() {
        fail(flow, FAILURES - 1, 0);
        flow.onConnected(0);
        assertThat(flow.onLost(0, 0)).isFalse();
        flow.onConnected(0);
        assertThat(flow.hasMoved()).isFalse();
        assertThat(flow.onAcked(8)).as("closed by it").isFalse();
        assertThat(flow.hasMoved()).isTrue();
        assertThat(flow.onLost(HELD, 0)).isFalse();
        assertThat(flow.hasMoved()).isFalse();
        fail(flow, FAILURES - 1, 0);
        assertThat(flow.circuit()).isEqualTo(Circuit.CLOSED);
    }

    @Test
    void aRepeatedAcknowledgementIsNoProgress() {
        flow.onConnected(0);
        flow.onAcked(8);
        flow.onLost(HELD, 0);
        for (int i = 0; i < FAILURES; i++) {
            flow.onConnected(0);
            flow.onAcked(8);
            flow.onLost(HELD, 0);
        }
        assertThat(flow.circuit()).isEqualTo(Circuit.OPEN);
    }

    @Test
    void halfOpenAFewFramesFindOut() {
        fail(flow, FAILURES, 0);
        flow.onConnected(10);
        for (int i = 0; i < LinkFlow.TRIALS; i++) {
            assertThat(flow.admits()).isTrue();
        }
        assertThat(flow.admits()).isFalse();
        assertThat(flow.onAcked(8)).isTrue();
        assertThat(flow.circuit()).isEqualTo(Circuit.CLOSED);
        assertThat(flow.admits()).isTrue();
    }

    @Test
    void halfOpenOneFailureIsEnough() {
        fail(flow, FAILURES, 0);
        flow.onConnected(10);
        assertThat(flow.onLost(HELD, 20)).isTrue();
        assertThat(flow.admits()).isFalse();
        flow.onTick(HELD, 20 + RESET_NS);
        assertThat(flow.admits()).isTrue();
        assertThat(flow.onEnded(1, 30 + RESET_NS)).isTrue();
        assertThat(flow.circuit()).isEqualTo(Circuit.OPEN);
    }

    @Test
    void framesAreTriedAgainAfterTheResetTimeAtTheLatest() {
        fail(flow, FAILURES, 0);
        flow.onTick(0, RESET_NS - 1);
        assertThat(flow.admits()).isFalse();
        assertThat(flow.waitNs(RESET_NS - 1)).isEqualTo(1);
        flow.onTick(0, RESET_NS);
        assertThat(flow.circuit()).isEqualTo(Circuit.HALF_OPEN);
        assertThat(flow.admits()).isTrue();
    }

    @Test
    void aSessionThatEndsWhileTheCircuitIsClosedIsNoSecondFailure() {
        fail(flow, FAILURES - 1, 0);
        assertThat(flow.onEnded(5, 0)).isFalse();
        assertThat(flow.circuit()).isEqualTo(Circuit.CLOSED);
    }

    @Test
    void aFullRingThatStandsStillIsStalled() {
        flow.onConnected(0);
        flow.onTick(HELD, 10);
        assertThat(flow.isStalled(10 + STALL_NS)).as("nobody was refused").isFalse();
        flow.onFull();
        flow.onTick(HELD, 20);
        assertThat(flow.isStalled(20 + STALL_NS - 1)).isFalse();
        assertThat(flow.isStalled(20 + STALL_NS)).isTrue();
        flow.onAcked(8);
        assertThat(flow.isStalled(20 + STALL_NS)).isFalse();
        flow.onTick(HELD, 30);
        flow.onConnected(40);
        assertThat(flow.isStalled(30 + STALL_NS)).as("another connection").isFalse();
    }

    @Test
    void roomIsToldOnceToWhoeverWasRefused() {
        assertThat(flow.hasRoomAgain(0, 100)).as("nobody waits").isFalse();
        assertThat(flow.onFull()).isTrue();
        assertThat(flow.onFull()).as("room made since the first is told").isFalse();
        assertThat(flow.hasRoomAgain(51, 100)).isFalse();
        assertThat(flow.hasRoomAgain(50, 100)).isTrue();
        assertThat(flow.hasRoomAgain(0, 100)).isFalse();
        assertThat(flow.onFull()).isTrue();
        flow.onBegun();
        assertThat(flow.hasRoomAgain(0, 100)).as("a new session says so itself").isFalse();
    }

    /** What can happen to a link, a step of time after the other. */
    enum Step {
        CONNECT,
        LOSE,
        LOSE_WITH_FRAMES,
        ACK,
        END,
        END_WITH_FRAMES,
        OFFER,
        TICK
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.of(Step.class).list().ofMaxSize(60);
    }

    /** Opens by its rule and no other, and never refuses for ever: checked against a count of failures in a row. */
    @Property(tries = 500)
    void theCircuitFollowsItsRule(@ForAll("steps") List<Step> steps) {
        LinkFlow tried = new LinkFlow(FAILURES, RESET_NS, STALL_NS);
        long acked = 0;
        int inARow = 0;
        boolean opened = false;
        boolean moved = false;
        long nowNs = 0;
        for (Step step : steps) {
            nowNs += RESET_NS / 10;
            switch (step) {
                case CONNECT -> {
                    tried.onConnected(nowNs);
                    moved = false;
                }
                case LOSE, LOSE_WITH_FRAMES -> {
                    boolean held = step == Step.LOSE_WITH_FRAMES;
                    tried.onLost(held ? HELD : 0, nowNs);
                    inARow += held && !moved ? 1 : 0;
                    moved = false;
                }
                case ACK -> {
                    tried.onAcked(++acked);
                    moved = true;
                    inARow = 0;
                    opened = false;
                }
                case END, END_WITH_FRAMES -> tried.onEnded(step == Step.END ? 0 : 1, nowNs);
                case OFFER -> tried.admits();
                case TICK -> tried.onTick(0, nowNs);
            }
            opened |= inARow >= FAILURES;
            assertThat(tried.circuit() == Circuit.CLOSED).isEqualTo(!opened);
        }
        tried.onTick(0, nowNs + RESET_NS);
        assertThat(tried.admits()).isTrue();
    }
}
