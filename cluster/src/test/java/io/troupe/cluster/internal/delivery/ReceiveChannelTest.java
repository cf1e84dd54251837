package io.troupe.cluster.internal.delivery;

import java.util.Map;

import io.troupe.metadata.SettledWindow;
import org.junit.jupiter.api.Test;

import static io.troupe.cluster.internal.delivery.Verdict.BELOW_FLOOR;
import static io.troupe.cluster.internal.delivery.Verdict.DELIVER;
import static io.troupe.cluster.internal.delivery.Verdict.GAP;
import static io.troupe.cluster.internal.delivery.Verdict.IN_PROGRESS;
import static io.troupe.cluster.internal.delivery.Verdict.SETTLED;
import static io.troupe.cluster.internal.delivery.Verdict.WINDOW_FULL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReceiveChannelTest {
    private static final SettledWindow NOTHING = SimStore.window(1, Map.of());
    private static final End REJECTED = End.rejected("no");

    @Test
    void messagesAreDeliveredOnceAndInOrder() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        assertThat(channel.onData(2, 1)).isEqualTo(GAP);
        assertThat(channel.nextExpected()).isEqualTo(1);
        assertThat(channel.onData(1, 1)).isEqualTo(DELIVER);
        assertThat(channel.onData(2, 1)).isEqualTo(DELIVER);
        assertThat(channel.onData(1, 1)).isEqualTo(IN_PROGRESS);
        assertThat(channel.nextExpected()).isEqualTo(3);
    }

    @Test
    void whatHasEndedIsAnsweredAgainAndNeverRunAgain() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        channel.onData(1, 1);
        channel.onData(2, 1);
        assertThat(channel.end(2)).isNull();
        channel.onEnd(2, REJECTED);
        assertThat(channel.onData(2, 1)).isEqualTo(SETTLED);
        assertThat(channel.end(2)).isSameAs(REJECTED);
        assertThat(channel.onData(1, 1)).isEqualTo(IN_PROGRESS);
    }

    @Test
    void whatTheSenderNoLongerWaitsForIsDropped() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        channel.onData(1, 1);
        channel.onEnd(1, End.DONE);
        assertThat(channel.onData(2, 2)).isEqualTo(DELIVER);
        assertThat(channel.onData(1, 1)).isEqualTo(BELOW_FLOOR);
        assertThat(channel.end(1)).isNull();
    }

    @Test
    void aNewOwnerStartsAtTheSendersFloor() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        assertThat(channel.onData(1_000_000_007L, 1_000_000_005L)).isEqualTo(GAP);
        assertThat(channel.nextExpected()).isEqualTo(1_000_000_005L);
        assertThat(channel.onData(1_000_000_005L, 1_000_000_005L)).isEqualTo(DELIVER);
    }

    @Test
    void anEndBelowTheFloorIsOfNoInterest() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        channel.onData(1, 1);
        channel.onData(2, 2);
        channel.onEnd(1, End.DONE);
        assertThat(channel.end(1)).isNull();
    }

    @Test
    void whatEarlierOwnersSettledIsKnownAndPassed() {
        ReceiveChannel channel =
                new ReceiveChannel(SimStore.window(3, Map.of(3L, End.DONE, 4L, REJECTED, 6L, End.SKIPPED)));
        assertThat(channel.nextExpected()).isEqualTo(5);
        assertThat(channel.onData(2, 1)).isEqualTo(BELOW_FLOOR);
        assertThat(channel.onData(4, 3)).isEqualTo(SETTLED);
        assertThat(channel.end(4)).isNotNull().satisfies(end -> {
            assertThat(end.code()).isEqualTo(End.Code.REJECTED);
            assertThat(end.reply()).isEqualTo(REJECTED.reply());
        });
        assertThat(channel.onData(6, 3)).isEqualTo(SETTLED);
        assertThat(channel.onData(7, 3)).isEqualTo(GAP);
        assertThat(channel.onData(5, 3)).isEqualTo(DELIVER);
        assertThat(channel.nextExpected()).isEqualTo(7);
        assertThat(channel.onData(7, 3)).isEqualTo(DELIVER);
    }

    @Test
    void theWindowBoundsWhatIsKept() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING, 3);
        for (long sequence = 1; sequence <= 3; sequence++) {
            assertThat(channel.onData(sequence, 1)).isEqualTo(DELIVER);
        }
        assertThat(channel.onData(4, 1)).isEqualTo(WINDOW_FULL);
        assertThat(channel.onData(4, 2)).isEqualTo(DELIVER);
    }

    @Test
    void aMessageThatFoundNoRoomIsExpectedAgain() {
        ReceiveChannel channel = new ReceiveChannel(SimStore.window(1, Map.of(2L, End.DONE)));
        assertThat(channel.onData(1, 1)).isEqualTo(DELIVER);
        channel.onNotTaken(1);
        assertThat(channel.nextExpected()).isEqualTo(1);
        assertThat(channel.onData(3, 1)).isEqualTo(GAP);
        assertThat(channel.onData(1, 1)).isEqualTo(DELIVER);
        assertThat(channel.nextExpected()).isEqualTo(3);
    }

    @Test
    void takingBackAnythingButTheNewestIsABug() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        channel.onData(1, 1);
        channel.onData(2, 1);
        assertThatThrownBy(() -> channel.onNotTaken(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sequence 2 was accepted after 1");
    }

    @Test
    void anEndOfWhatWasNeverDeliveredOrHasEndedIsABug() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        assertThatThrownBy(() -> channel.onEnd(1, End.DONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sequence 1 is not in progress");
        channel.onData(1, 1);
        channel.onEnd(1, End.DONE);
        assertThatThrownBy(() -> channel.onEnd(1, REJECTED)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFullWindowIsRememberedWhateverItsPlace() {
        ReceiveChannel channel = new ReceiveChannel(NOTHING);
        int window = DeliveryLimits.DEFAULT.maxWindow();
        for (long sequence = 1; sequence <= 5L * window; sequence++) {
            long floor = Math.max(1, sequence - window + 1);
            assertThat(channel.onData(sequence, floor)).isEqualTo(DELIVER);
            if (sequence % 2 == 0) {
                channel.onEnd(sequence, End.DONE);
            }
            assertThat(channel.onData(floor, floor)).isEqualTo(floor % 2 == 0 ? SETTLED : IN_PROGRESS);
        }
    }
}
