package io.troupe.actors.internal.durable;

import io.troupe.actors.internal.durable.Rendezvous.Step;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RendezvousTest {
    private final Rendezvous<String> meeting = new Rendezvous<>(3);

    @Test
    void theLastOneTakesWhatAllCameWithInTheirOrder() {
        assertThat(meeting.arrive(2, "c")).isEqualTo(Step.WAIT);
        assertThat(meeting.arrive(0, "a")).isEqualTo(Step.WAIT);
        assertThat(meeting.arrive(1, "b")).isEqualTo(Step.ALL);
        assertThat(meeting.takeAll()).containsExactly("a", "b", "c");
    }

    @Test
    void whoWasRefusedMeetsOnceMore() {
        meeting.arrive(0, "a");
        meeting.arrive(1, "b");
        meeting.arrive(2, "c");
        meeting.takeAll();
        assertThat(meeting.arrive(1, "b2")).isEqualTo(Step.WAIT);
        assertThat(meeting.arrive(0, "a2")).isEqualTo(Step.WAIT);
        assertThat(meeting.arrive(2, "c2")).isEqualTo(Step.ALL);
        assertThat(meeting.takeAll()).containsExactly("a2", "b2", "c2");
    }

    @Test
    void whoHasSomethingElseToDoLeavesAndComesBack() {
        meeting.arrive(0, "a");
        meeting.arrive(1, "b");
        assertThat(meeting.isWaiting(0)).isTrue();
        assertThat(meeting.leave(0)).isTrue();
        assertThat(meeting.isWaiting(0)).isFalse();
        assertThat(meeting.leave(0)).isFalse();
        assertThat(meeting.arrive(2, "c")).isEqualTo(Step.WAIT);
        assertThat(meeting.arrive(0, "a2")).isEqualTo(Step.ALL);
        assertThat(meeting.leave(0)).as("all are about to go on").isFalse();
        assertThat(meeting.takeAll()).containsExactly("a2", "b", "c");
        assertThat(meeting.leave(1)).as("it is not here any more").isFalse();
    }

    @Test
    void whenItIsOverWhoWaitsIsNamedOnceAndWhoComesLaterGoesOn() {
        meeting.arrive(1, "b");
        assertThat(meeting.isOver()).isFalse();
        assertThat(meeting.end()).containsExactly("b");
        assertThat(meeting.isOver()).isTrue();
        assertThat(meeting.end()).isEmpty();
        assertThat(meeting.arrive(0, "a")).isEqualTo(Step.OVER);
        assertThat(meeting.arrive(1, "b")).isEqualTo(Step.OVER);
        assertThat(meeting.arrive(2, "c")).isEqualTo(Step.OVER);
        assertThat(meeting.end()).isEmpty();
    }

    @Test
    void whoComesTwiceIsAMistakeOfOurs() {
        meeting.arrive(1, "b");
        assertThatThrownBy(() -> meeting.arrive(1, "again"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("entity 1 of a transaction has come twice: with b and with again");
    }

    @Test
    void nobodyGoesOnBeforeTheLastHasCome() {
        meeting.arrive(1, "b");
        assertThatThrownBy(meeting::takeAll)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("2 entities of a transaction have yet to come");
    }
}
