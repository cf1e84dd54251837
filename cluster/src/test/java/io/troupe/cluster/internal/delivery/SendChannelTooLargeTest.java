package io.troupe.cluster.internal.delivery;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A message that the owner's node takes not, now or later, must not hold up those behind it. */
class SendChannelTooLargeTest extends SendChannelFixture {
    private static final String WHY = "an owner that takes no message of its length has come after it left";

    @Test
    void aMessageThatNobodyHasTakenIsNotExecutedAndTheNextOneGoes() {
        longest = 4;
        openAndRoute();
        sendDurable("long message", "b");
        assertThat(outcomes).containsExactly("long message NotExecuted[reason=TOO_LARGE]");
        assertThat(sentSince()).containsExactly("1:skip@100/1", "2:b@100/1");
        ack(1, 2, 100);
        ack(2, 3, 100);
        assertThat(channel.isIdle()).isTrue();
    }

    @Test
    void oneThatHadLeftToAnEarlierOwnerMayHaveRun() {
        openAndRoute();
        sendDurable("long message", "b");
        sentSince();
        longest = 4;
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(outcomes).containsExactly("long message " + unknown(FIRST, 1, WHY));
        assertThat(sentSince()).containsExactly("1:skip@110/1", "2:b@110/1");
    }

    @Test
    void oneThatIsSentAgainToANodeThatTakesLessNowIsGivenUp() {
        openAndRoute();
        sendDurable("long message");
        sentSince();
        longest = 4;
        tickAfter(100);
        assertThat(outcomes).containsExactly("long message " + unknown(FIRST, 1, WHY));
        assertThat(sentSince()).containsExactly("1:skip@100/1");
    }
}
