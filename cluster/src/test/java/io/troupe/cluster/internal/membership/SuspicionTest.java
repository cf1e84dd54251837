package io.troupe.cluster.internal.membership;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.troupe.cluster.internal.membership.Suspicion.Change;
import io.troupe.cluster.internal.membership.Suspicion.Peer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SuspicionTest {
    private static final long GRACE = 100;
    private static final Peer PEER = new Peer("n2", 7);
    private static final Predicate<String> UP = Set.of("n2", "n3")::contains;
    private static final Predicate<String> DOWN = Set.of()::contains;

    /** The clock is about to wrap. */
    private static long at(long elapsed) {
        return Long.MAX_VALUE - 50 + elapsed;
    }

    private final Suspicion suspicion = new Suspicion(GRACE);

    @Test
    void aNodeIsSuspectedOnceItsLinkHasBeenDownForTheGraceAndTrustedWhenItIsBack() {
        suspicion.onPeers(at(0), List.of(PEER));
        assertThat(suspicion.onTick(at(0), UP)).isEmpty();
        assertThat(suspicion.onTick(at(GRACE - 1), DOWN)).isEmpty();
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), DOWN)).containsExactly(new Change(PEER, true));
        assertThat(suspicion.suspects()).containsExactly("n2");
        assertThat(suspicion.onTick(at(2 * GRACE), DOWN)).as("told once").isEmpty();
        assertThat(suspicion.onTick(at(3 * GRACE), UP)).containsExactly(new Change(PEER, false));
        assertThat(suspicion.suspects()).isEmpty();
    }

    @Test
    void aNodeThatHasJustJoinedIsGivenTheGraceToBeLinked() {
        suspicion.onPeers(at(0), List.of(PEER));
        assertThat(suspicion.onTick(at(0), DOWN)).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), DOWN)).hasSize(1);
        Peer next = new Peer("n2", 8);
        suspicion.onPeers(at(2 * GRACE), List.of(next));
        assertThat(suspicion.onTick(at(2 * GRACE), DOWN)).as("another life").isEmpty();
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(3 * GRACE), DOWN)).containsExactly(new Change(next, true));
    }

    @Test
    void whoStaysIsJudgedAsBeforeWhenOthersComeAndGo() {
        suspicion.onPeers(at(0), List.of(PEER));
        suspicion.onPeers(at(GRACE - 1), List.of(PEER, new Peer("n3", 9)));
        assertThat(suspicion.onTick(at(GRACE), DOWN)).containsExactly(new Change(PEER, true));
        suspicion.onPeers(at(GRACE), List.of(PEER));
        assertThat(suspicion.suspects()).containsExactly("n2");
        assertThat(suspicion.onTick(at(2 * GRACE), DOWN)).isEmpty();
    }

    @Test
    void whoHasLeftIsForgotten() {
        suspicion.onPeers(at(0), List.of(PEER));
        assertThat(suspicion.onTick(at(GRACE), DOWN)).hasSize(1);
        suspicion.onPeers(at(GRACE), List.of());
        assertThat(suspicion.suspects()).isEmpty();
        assertThat(suspicion.onTick(at(GRACE), DOWN)).isEmpty();
        suspicion.onPeers(at(GRACE), List.of(PEER));
        assertThat(suspicion.onTick(at(GRACE), DOWN)).as("it starts anew").isEmpty();
    }
}
