package io.troupe.cluster.internal.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.troupe.cluster.internal.membership.MembershipProtocol.State;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MembershipProtocolTest {
    private static final long LEASE = 600;
    private static final long MARGIN = 50;
    /** The clock wraps 300 ns after the session was opened. */
    private static final long T0 = Long.sum(Long.MAX_VALUE, -300);

    private final MembershipProtocol protocol = new MembershipProtocol(LEASE, MARGIN);

    @Test
    void aNodeJoinsUntilItHasAppliedItsOwnOpening() {
        assertThat(protocol.state(T0)).isEqualTo(State.JOINING);
        assertThat(protocol.isLeaseValid(T0)).isFalse();
        assertThat(protocol.isKeepAliveDue(T0)).isFalse();
        protocol.onOpened(40, T0, 39);
        assertThat(protocol.state(T0 + 5)).isEqualTo(State.JOINING);
        protocol.onApplied(40);
        assertThat(protocol.state(T0 + 5)).isEqualTo(State.UP);
    }

    @Test
    void theLeaseCountsFromTheSendingAndEndsAMarginEarly() {
        protocol.onOpened(40, T0, 40);
        long token = protocol.keepAliveSent(T0 + 100);
        protocol.keepAliveSent(T0 + 200); // without an answer it counts for nothing
        protocol.onKeepAliveAnswered(token, 41);
        protocol.onApplied(41);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + 100 + LEASE - MARGIN);
        assertThat(protocol.isLeaseValid(T0 + 100 + LEASE - MARGIN - 1)).isTrue();
        assertThat(protocol.isLeaseValid(T0 + 100 + LEASE - MARGIN)).isFalse();
    }

    @Test
    void anAnswerCountsOnlyOnceItsRevisionIsApplied() {
        protocol.onOpened(40, T0, 40);
        long token = protocol.keepAliveSent(T0 + 100);
        protocol.onKeepAliveAnswered(token, 45);
        protocol.onApplied(44);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + LEASE - MARGIN);
        protocol.onApplied(45);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + 100 + LEASE - MARGIN);
    }

    @Test
    void theNewestAnsweredKeepAliveCountsInWhateverOrderTheAnswersCome() {
        protocol.onOpened(40, T0, 100);
        long first = protocol.keepAliveSent(T0 + 100);
        long second = protocol.keepAliveSent(T0 + 200);
        protocol.onKeepAliveAnswered(second, 50);
        protocol.onKeepAliveAnswered(first, 50);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + 200 + LEASE - MARGIN);
    }

    @Test
    void aNodeIsFencedWhenItsLeasePassesAndUpAgainWhenALaterKeepAliveIsAnswered() {
        protocol.onOpened(40, T0, 40);
        long late = T0 + LEASE;
        assertThat(protocol.state(late)).isEqualTo(State.FENCED);
        assertThat(protocol.isKeepAliveDue(late)).isTrue();
        protocol.onKeepAliveAnswered(protocol.keepAliveSent(late), 40);
        assertThat(protocol.state(late)).isEqualTo(State.UP);
    }

    @Test
    void theEndOfTheSessionFencesAtOnceAndOnlyANewSessionLiftsIt() {
        protocol.onOpened(40, T0, 40);
        long token = protocol.keepAliveSent(T0 + 1);
        protocol.onSessionEnded();
        assertThat(protocol.state(T0 + 2)).isEqualTo(State.FENCED);
        assertThat(T0 + 2 - protocol.leaseEndNs())
                .as("the number alone says so, too")
                .isNotNegative();
        protocol.onKeepAliveAnswered(token, 40);
        assertThat(protocol.state(T0 + 2)).isEqualTo(State.FENCED);
        assertThat(protocol.isKeepAliveDue(T0 + 1000)).isFalse();
        protocol.onOpened(50, T0 + 10, 45);
        assertThat(protocol.isLeaseValid(T0 + 11)).isFalse();
        protocol.onApplied(50);
        assertThat(protocol.state(T0 + 11)).isEqualTo(State.UP);
    }

    @Test
    void anAnswerOfTheOldSessionDoesNotProlongTheNewOne() {
        protocol.onOpened(40, T0, 40);
        long old = protocol.keepAliveSent(T0 + 100);
        protocol.onOpened(50, T0 + 20, 50);
        protocol.onKeepAliveAnswered(old, 45);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + 20 + LEASE - MARGIN);
    }

    @Test
    void aSessionIsNewerThanTheLast() {
        protocol.onOpened(40, T0, 40);
        assertThatThrownBy(() -> protocol.onOpened(40, T0, 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("incarnation 40 is not newer than 40");
    }

    @Test
    void keepAlivesAreSentSixTimesPerLease() {
        protocol.onOpened(40, T0, 40);
        assertThat(protocol.isKeepAliveDue(T0 + 99)).isFalse();
        assertThat(protocol.isKeepAliveDue(T0 + 100)).isTrue();
        protocol.keepAliveSent(T0 + 120);
        assertThat(protocol.isKeepAliveDue(T0 + 219)).isFalse();
        assertThat(protocol.isKeepAliveDue(T0 + 220)).isTrue();
    }

    @Test
    void onlySoManyUnansweredKeepAlivesAreRemembered() {
        protocol.onOpened(40, T0, 1000);
        long first = protocol.keepAliveSent(T0 + 1);
        for (int sent = 0; sent < MembershipProtocol.MAX_UNANSWERED; sent++) {
            protocol.keepAliveSent(T0 + 2);
        }
        protocol.onKeepAliveAnswered(first, 41);
        assertThat(protocol.leaseEndNs()).isEqualTo(T0 + LEASE - MARGIN);
    }

    @Test
    void theMarginIsShorterThanTheLease() {
        assertThatThrownBy(() -> new MembershipProtocol(50, 50))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the lease's margin (50 ns) must be at least 0 and shorter than the lease (50 ns)");
    }

    /** One keep-alive as the model sees it. */
    private record KeepAlive(long token, long sentNs, long revision) {}

    @Property(tries = 1000)
    void theLeaseIsNeverLongerThanTheNewestAppliedAnswerAllows(@ForAll long seed) {
        Random random = new Random(seed);
        MembershipProtocol any = new MembershipProtocol(LEASE, MARGIN);
        long now = random.nextLong();
        long start = now;
        any.onOpened(1, now, 1);
        long allowed = 0; // instants as distances from the start: the clock may wrap
        long applied = 1;
        long revision = 1;
        List<KeepAlive> underWay = new ArrayList<>();
        List<KeepAlive> answered = new ArrayList<>();
        for (int step = 0; step < 100; step++) {
            now += random.nextInt(40);
            switch (random.nextInt(3)) {
                case 0 -> underWay.add(new KeepAlive(any.keepAliveSent(now), now - start, ++revision));
                case 1 -> {
                    if (!underWay.isEmpty()) {
                        KeepAlive next = underWay.remove(random.nextInt(underWay.size()));
                        any.onKeepAliveAnswered(next.token(), next.revision());
                        answered.add(next);
                    }
                }
                default -> {
                    applied = Math.max(applied, 1 + random.nextInt((int) revision));
                    any.onApplied(applied);
                }
            }
            for (KeepAlive keepAlive : answered) {
                if (keepAlive.revision() <= applied) {
                    allowed = Math.max(allowed, keepAlive.sentNs());
                }
            }
            assertThat(any.leaseEndNs() - start).isEqualTo(allowed + LEASE - MARGIN);
            assertThat(any.isLeaseValid(now)).isEqualTo(now - start < allowed + LEASE - MARGIN);
        }
    }

    /** Otherwise nobody would get the shards that it cannot run. */
    @Test
    void aNodeWhoseViewStandsStillLetsItsSessionEndUntilItMovesOn() {
        protocol.onOpened(40, T0, 40);
        long now = T0;
        long revision = 40;
        while (now - T0 < 3 * LEASE) {
            now += LEASE / 6;
            if (protocol.isKeepAliveDue(now)) {
                protocol.onKeepAliveAnswered(protocol.keepAliveSent(now), ++revision);
            }
        }
        assertThat(protocol.isBehind(T0 + LEASE / 6 + 2 * LEASE - 1)).isFalse();
        assertThat(protocol.isBehind(now)).isTrue();
        assertThat(protocol.isKeepAliveDue(now)).isFalse();
        protocol.onApplied(revision - 1);
        assertThat(protocol.isBehind(now))
                .as("it has caught up with all but the newest")
                .isFalse();
        protocol.onApplied(revision);
        assertThat(protocol.isKeepAliveDue(now + LEASE)).isTrue();
    }

    @Test
    void aSlowViewThatKeepsMovingIsNotBehind() {
        protocol.onOpened(40, T0, 40);
        long now = T0;
        for (long revision = 41; revision < 100; revision++) {
            now += LEASE / 6;
            protocol.onKeepAliveAnswered(protocol.keepAliveSent(now), revision);
            protocol.onApplied(revision - 6); // a lease old, always
            assertThat(protocol.isBehind(now)).isFalse();
        }
    }
}
