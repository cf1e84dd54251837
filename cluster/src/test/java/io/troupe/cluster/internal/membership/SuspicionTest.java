package io.troupe.cluster.internal.membership;

import java.util.List;

import io.troupe.cluster.internal.membership.Suspicion.Change;
import io.troupe.cluster.internal.membership.Suspicion.Peer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SuspicionTest {
    private static final long GRACE = 100;
    private static final Peer UP = new Peer("n2", 7, true);
    private static final Peer DOWN = new Peer("n2", 7, false);

    /** The clock is about to wrap. */
    private static long at(long elapsed) {
        return Long.MAX_VALUE - 50 + elapsed;
    }

    private final Suspicion suspicion = new Suspicion(GRACE);

    @Test
    void aNodeIsSuspectedOnceItsLinkHasBeenDownForTheGraceAndTrustedWhenItIsBack() {
        assertThat(suspicion.onTick(at(0), List.of(UP))).isEmpty();
        assertThat(suspicion.onTick(at(GRACE - 1), List.of(DOWN))).isEmpty();
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), List.of(DOWN))).containsExactly(new Change(DOWN, true));
        assertThat(suspicion.suspects()).containsExactly("n2");
        assertThat(suspicion.onTick(at(2 * GRACE), List.of(DOWN)))
                .as("told once")
                .isEmpty();
        assertThat(suspicion.onTick(at(3 * GRACE), List.of(UP))).containsExactly(new Change(UP, false));
        assertThat(suspicion.suspects()).isEmpty();
    }

    @Test
    void aNodeThatHasJustJoinedIsGivenTheGraceToBeLinked() {
        assertThat(suspicion.onTick(at(0), List.of(DOWN))).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), List.of(DOWN))).hasSize(1);
        Peer next = new Peer("n2", 8, false);
        assertThat(suspicion.onTick(at(2 * GRACE), List.of(next)))
                .as("another life")
                .isEmpty();
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(3 * GRACE), List.of(next))).containsExactly(new Change(next, true));
    }

    @Test
    void whoHasLeftIsForgotten() {
        suspicion.onTick(at(0), List.of(DOWN));
        suspicion.onTick(at(GRACE), List.of(DOWN));
        assertThat(suspicion.onTick(at(GRACE), List.of())).isEmpty();
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), List.of(DOWN)))
                .as("it starts anew")
                .isEmpty();
    }
}
