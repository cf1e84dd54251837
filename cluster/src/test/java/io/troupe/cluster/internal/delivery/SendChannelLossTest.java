package io.troupe.cluster.internal.delivery;

import org.junit.jupiter.api.Test;

import static io.troupe.cluster.DeliveryGuarantee.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What becomes of messages when their session, their owner or their node is lost. */
class SendChannelLossTest extends SendChannelFixture {
    @Test
    void whenTheSessionIsLostExactlyOnceThatWentOutIsUnknownAndTheRestGoesOnInOrder() {
        openAndRoute();
        sendDurable("exact");
        send(AT_LEAST_ONCE, true, "least1", NEVER);
        send(AT_LEAST_ONCE, true, "least2", NEVER);
        ringFull = true;
        sendDurable("unsent");
        ringFull = false;
        channel.close(now);
        assertThat(outcomes)
                .containsExactly("exact " + unknown(FIRST, 1, "session n1#5 ended before the message was settled"));
        sendDurable("later");
        tickAfter(1000);
        sentSince();
        channel.open(SECOND, now);
        assertThat(sentSince()).containsExactly("1:least1@100/1", "2:least2@100/1", "3:unsent@100/1", "4:later@100/1");
    }

    @Test
    void aNewSessionWithoutACloseIsALossOfTheOldOne() {
        openAndRoute();
        sendDurable("a");
        channel.open(SECOND, now);
        assertThat(outcomes).hasSize(1);
        assertThat(channel.isIdle()).isTrue();
        assertThat(channel.nextSequence()).isEqualTo(1);
    }

    @Test
    void aSessionIsNeverOpenedAgain() {
        openAndRoute();
        channel.close(now);
        assertThatThrownBy(() -> channel.open(FIRST, now))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n1#5 is not newer than incarnation 5");
    }

    @Test
    void whatMayHaveRunInAnEarlierSessionIsNeverCalledNotExecuted() {
        openAndRoute();
        send(AT_LEAST_ONCE, true, "a", now + 500);
        channel.close(now);
        channel.open(SECOND, now);
        channel.onEnds(9, 1, 1, End.EXPIRED, 2, 100, now);
        assertThat(outcomes).hasSize(1).first().asString().startsWith("a Unknown[messageId=n1#9/7/1");
    }

    @Test
    void aDeadlineBetweenSessionsNamesTheMessageAsItWentOut() {
        openAndRoute();
        sendDurable("x");
        ack(1, 2, 100);
        send(AT_LEAST_ONCE, true, "a", now + 500);
        channel.close(now);
        tickAfter(500);
        assertThat(outcomes)
                .last()
                .isEqualTo("a " + unknown(FIRST, 2, "the deadline passed before the message was settled"));
    }

    @Test
    void volatileExactlyOnceFollowsAnUnbrokenChain() {
        openAndRoute();
        sendVolatile("a");
        channel.onRoute(new Route("n3", 4, 110, 100), now);
        channel.onRoute(new Route("n2", 3, 120, 110), now);
        assertThat(sentSince()).containsExactly("1:a@100/1", "1:a@110/1", "1:a@120/1");
        assertThat(outcomes).isEmpty();
    }

    @Test
    void volatileExactlyOnceIsUnknownWhenTheChainIsBroken() {
        openAndRoute();
        sendVolatile("a");
        send(AT_LEAST_ONCE, false, "b", NEVER);
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(outcomes)
                .containsExactly(
                        "a " + unknown(FIRST, 1, "the activation that may have run it was lost with epoch 100"));
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1", "1:skip@110/1", "2:b@110/1");
    }

    @Test
    void aChainThatSkipsAnEpochOfOurViewIsBroken() {
        openAndRoute();
        sendVolatile("a");
        channel.onRoute(new Route("n3", 4, 120, 110), now);
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void aChainCountsFromTheFirstTransmission() {
        channel.open(FIRST, now);
        sendVolatile("a");
        channel.onRoute(TO_N2, now);
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        sendVolatile("b");
        channel.onRoute(new Route("n2", 3, 120, 110), now);
        assertThat(outcomes).hasSize(1).first().asString().startsWith("a Unknown");
        assertThat(sentSince()).last().isEqualTo("2:b@120/1");
    }

    @Test
    void whenTheNodeStopsEveryMessageEnds() {
        openAndRoute();
        sendDurable("sent");
        send(AT_LEAST_ONCE, true, "least", NEVER);
        ringFull = true;
        sendDurable("unsent");
        channel.stop(now);
        sendDurable("late");
        assertThat(outcomes)
                .containsExactly(
                        "sent " + unknown(FIRST, 1, "session n1#5 ended before the message was settled"),
                        "least " + unknown(FIRST, 2, "the node closed before the message was settled"),
                        "unsent NotExecuted[reason=CLOSED]",
                        "late NotExecuted[reason=CLOSED]");
        assertThat(channel.isIdle()).isTrue();
    }

    @Test
    void aListenerThatSendsLetsNothingOutThatIsAboutToBeGivenUp() {
        openAndRoute();
        sendFollowedBy("a", "after");
        sendVolatile("b");
        sentSince();
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(sentSince()).containsExactly("1:skip@110/1", "2:skip@110/1", "3:after@110/1");
    }

    @Test
    void anOwnerProvesThatAVolatileMessageNeverRanOnlyIfItTookOverFromAllBeforeIt() {
        openAndRoute();
        send(AT_LEAST_ONCE, false, "a", NEVER);
        send(AT_LEAST_ONCE, false, "b", NEVER);
        channel.onRoute(new Route("n3", 4, 110, 100), now);
        channel.onEnds(5, 1, 1, End.EXPIRED, 3, 110, now);
        channel.onRoute(new Route("n2", 3, 120, 0), now);
        channel.onEnds(5, 2, 1, End.EXPIRED, 3, 120, now);
        assertThat(outcomes)
                .containsExactly(
                        "a NotExecuted[reason=DEADLINE_PASSED]",
                        "b " + unknown(FIRST, 2, "the deadline passed, and an earlier owner may have run it"));
    }

    @Test
    void whatAnEarlierOwnerDidNotRunIsSaidByTheOneItWentToLater() {
        openAndRoute();
        send(AT_LEAST_ONCE, false, "a", NEVER);
        sendVolatile("b");
        channel.onRoute(new Route("n3", 4, 110, 100), now);
        End full = new End(End.Code.FULL, new byte[0]);
        channel.onEnds(5, 1, 0b11, full, 3, 100, now);
        assertThat(outcomes).isEmpty();
        channel.onEnds(5, 1, 1, End.DONE, 3, 110, now);
        channel.onEnds(5, 2, 1, full, 3, 110, now);
        assertThat(outcomes).containsExactly("a Processed[epoch=110]", "b NotExecuted[reason=MAILBOX_FULL]");
    }
}
