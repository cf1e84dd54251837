package io.troupe.metadata.internal.submit;

import java.util.List;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.state.Command;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LeaseTableTest {
    private static final long MS = 1_000_000;
    private static final long TICK = 100 * MS;
    private static final long TTL_MS = 1_000;

    /** The lease, stretched for clocks that differ by 1 % each way, and the margin. */
    private static final long DEADLINE = (long) (TTL_MS * MS * 1.0201) + LeaseTable.MARGIN_NS;

    private final LeaseTable table = new LeaseTable(TICK);

    private static Session session(long renewedAt) {
        return new Session(new SessionId("n1", 7), "disk", TTL_MS, renewedAt, true);
    }

    /** Ticks as a leader that never pauses; answers the first expiry and when it came. */
    private long firstExpiry(long from, long to) {
        for (long now = from; now <= to; now += TICK) {
            List<Command.ExpireSession> overdue = table.overdue(now);
            if (!overdue.isEmpty()) {
                assertThat(overdue).hasSize(1);
                return now;
            }
        }
        return -1;
    }

    @Test
    void aSessionIsOverdueOnlyAfterItsStretchedLease() {
        table.begin(List.of(session(7)), 0);
        assertThat(firstExpiry(TICK, 20 * TICK)).isGreaterThan(DEADLINE).isLessThanOrEqualTo(DEADLINE + TICK);
    }

    @Test
    void aRenewalGivesAFullLease() {
        table.begin(List.of(session(7)), 0);
        assertThat(firstExpiry(TICK, 9 * TICK)).isEqualTo(-1);
        table.renewed(session(9), 9 * TICK);
        assertThat(firstExpiry(10 * TICK, 40 * TICK)).isGreaterThan(9 * TICK + DEADLINE);
    }

    @Test
    void anExpiryComparesTheRenewalThatIsKnownAndIsProposedOnce() {
        table.begin(List.of(session(7)), 0);
        long at = firstExpiry(TICK, 20 * TICK);
        assertThat(firstExpiry(at + TICK, 30 * TICK)).isEqualTo(-1);
        table.expiryUnknown(session(7).id());
        assertThat(table.overdue(30 * TICK + TICK))
                .containsExactly(new Command.ExpireSession(session(7).id(), 7));
    }

    @Test
    void aLeaderThatFindsThatItHasPausedGivesEverybodyAFullLeaseAnew() {
        table.begin(List.of(session(7)), 0);
        assertThat(table.overdue(TICK)).isEmpty();
        long woken = 50 * TICK;
        assertThat(table.overdue(woken)).as("on waking").isEmpty();
        assertThat(firstExpiry(woken + TICK, woken + 20 * TICK)).isGreaterThan(woken + DEADLINE);
    }

    @Test
    void aNewLeaderGivesEverybodyAFullLease() {
        table.begin(List.of(session(7)), 0);
        table.begin(List.of(session(7)), 9 * TICK);
        assertThat(firstExpiry(10 * TICK, 40 * TICK)).isGreaterThan(9 * TICK + DEADLINE);
    }

    @Test
    void anEndedSessionIsForgottenAndALaterLifeIsNot() {
        table.begin(List.of(session(7)), 0);
        table.ended(new SessionId("n1", 6));
        assertThat(table.isEmpty()).isFalse();
        table.ended(new SessionId("n1", 7));
        assertThat(table.isEmpty()).isTrue();
        assertThat(firstExpiry(TICK, 40 * TICK)).isEqualTo(-1);
    }
}
