package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;

import static io.troupe.cluster.DeliveryGuarantee.AT_LEAST_ONCE;
import static io.troupe.cluster.DeliveryGuarantee.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SendChannelTest {
    private static final SessionId FIRST = new SessionId("n1", 5);
    private static final SessionId SECOND = new SessionId("n1", 9);
    private static final Route TO_N2 = new Route("n2", 3, 100, 0);
    private static final byte[] NO_REPLY = {};
    private static final long NEVER = OutboundMessage.NO_DEADLINE;
    private static final int SHARD = 7;

    private final DeliveryLimits limits = new DeliveryLimits(8, 100, 400, 4, 8);
    /** What went out since the last look: "sequence:content@epoch/floor", "skip" for the content of a Skip. */
    private final List<String> wire = new ArrayList<>();

    private final List<String> outcomes = new ArrayList<>();
    private boolean ringFull;
    private long now = Long.MAX_VALUE - 150; // the clock wraps in the middle of most tests
    private final SendChannel channel = new SendChannel(SHARD, limits, this::transmit);

    private boolean transmit(Route route, OutboundMessage message, long floor, SessionId session) {
        if (ringFull) {
            return false;
        }
        String content = message.abandoned() ? "skip" : new String(message.content(), StandardCharsets.UTF_8);
        wire.add(message.sequence() + ":" + content + "@" + route.epoch() + "/" + floor);
        return true;
    }

    private boolean send(DeliveryGuarantee guarantee, boolean durable, String name, long deadlineNs) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        return channel.send(
                new OutboundMessage(
                        guarantee,
                        durable,
                        content,
                        content.length,
                        deadlineNs,
                        (outcome, reply) ->
                                outcomes.add(name + " " + outcome + new String(reply, StandardCharsets.UTF_8))),
                now);
    }

    private void sendDurable(String... names) {
        for (String name : names) {
            assertThat(send(EXACTLY_ONCE, true, name, NEVER)).isTrue();
        }
    }

    private void sendVolatile(String... names) {
        for (String name : names) {
            assertThat(send(EXACTLY_ONCE, false, name, NEVER)).isTrue();
        }
    }

    private void ack(long sequence, long nextExpected, long epoch) {
        channel.onAck(FIRST.incarnation(), sequence, nextExpected, End.Code.DONE, NO_REPLY, epoch, now);
    }

    private void tickAfter(long ns) {
        now += ns;
        channel.onTick(now, 0);
    }

    private List<String> sentSince() {
        List<String> since = List.copyOf(wire);
        wire.clear();
        return since;
    }

    private void openAndRoute() {
        channel.open(FIRST, now);
        channel.onRoute(TO_N2, now);
    }

    private static String unknown(SessionId session, long sequence, String why) {
        return new SendOutcome.Unknown(new MessageId(session, SHARD, sequence), why).toString();
    }

    @Test
    void messagesWaitForSessionAndRouteAndThenGoOutInOrderFromOne() {
        sendDurable("a", "b");
        channel.onRoute(TO_N2, now);
        assertThat(sentSince()).isEmpty();
        channel.open(FIRST, now);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1");
        sendDurable("c");
        assertThat(sentSince()).containsExactly("3:c@100/1");
        assertThat(channel.nextSequence()).isEqualTo(4);
        assertThat(channel.unsettled()).isEqualTo(3);
    }

    @Test
    void floorIsTheLowestUnsettledSequenceAndTravelsWithEveryFrame() {
        openAndRoute();
        sendDurable("a", "b", "c");
        ack(2, 4, 100);
        assertThat(channel.floor()).isEqualTo(1);
        ack(1, 4, 100);
        assertThat(channel.floor()).isEqualTo(3);
        sentSince();
        sendDurable("d");
        assertThat(sentSince()).containsExactly("4:d@100/3");
    }

    @Test
    void anAckEndsItsMessageOnceAndIsHarmlessWhenRepeated() {
        openAndRoute();
        sendDurable("a");
        sendVolatile("b");
        ack(1, 3, 100);
        ack(1, 3, 100);
        channel.onAck(FIRST.incarnation(), 2, 3, End.Code.DONE, "yes".getBytes(StandardCharsets.UTF_8), 100, now);
        assertThat(outcomes).containsExactly("a Committed[epoch=100]", "b Processed[epoch=100]yes");
        assertThat(channel.isIdle()).isTrue();
    }

    @Test
    void everyEndHasItsOutcome() {
        openAndRoute();
        sendDurable("a", "b", "c", "d");
        byte[] why = "no stock".getBytes(StandardCharsets.UTF_8);
        channel.onAck(5, 1, 5, End.Code.REJECTED, why, 100, now);
        channel.onAck(5, 2, 5, End.Code.FAILED, why, 100, now);
        channel.onAck(5, 3, 5, End.Code.EXPIRED, NO_REPLY, 100, now);
        channel.onAck(5, 4, 5, End.Code.SKIPPED, NO_REPLY, 100, now);
        assertThat(outcomes)
                .containsExactly(
                        "a Rejected[why=no stock]",
                        "b Failed[why=no stock]",
                        "c NotExecuted[reason=DEADLINE_PASSED]",
                        "d NotExecuted[reason=CANCELLED]");
    }

    @Test
    void acksOfAnotherSessionAreIgnored() {
        openAndRoute();
        sendDurable("a");
        channel.onAck(FIRST.incarnation() - 1, 1, 2, End.Code.DONE, NO_REPLY, 100, now);
        assertThat(outcomes).isEmpty();
        assertThat(channel.unsettled()).isEqualTo(1);
    }

    @Test
    void nothingIsKeptBeyondTheLimitOfUnsettledMessages() {
        sendDurable("1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(send(EXACTLY_ONCE, true, "9", NEVER)).isFalse();
        assertThat(channel.unsettled()).isEqualTo(8);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void transmissionStopsAtTheWindowAndGoesOnWhenTheFloorRises() {
        openAndRoute();
        sendDurable("a", "b", "c", "d", "e", "f");
        assertThat(sentSince()).hasSize(4);
        ack(2, 5, 100);
        assertThat(sentSince()).isEmpty();
        ack(1, 5, 100);
        assertThat(sentSince()).containsExactly("5:e@100/3", "6:f@100/3");
    }

    @Test
    void aFullRingStopsTransmissionUntilTheNextTickAndKeepsTheOrder() {
        openAndRoute();
        ringFull = true;
        sendDurable("a", "b");
        ringFull = false;
        sendDurable("c");
        assertThat(sentSince()).isEmpty();
        tickAfter(1);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1", "3:c@100/1");
    }

    @Test
    void aNewOwnerGetsEverythingUnsettledAgainFromTheFloor() {
        openAndRoute();
        sendDurable("a", "b", "c");
        ack(1, 4, 100);
        sentSince();
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(sentSince()).containsExactly("2:b@110/2", "3:c@110/2");
        assertThat(channel.retransmissions()).isEqualTo(2);
        assertThat(outcomes).containsExactly("a Committed[epoch=100]");
    }

    @Test
    void aNewOwnerGetsASkipForWhatTheOldOneSettledOutOfOrder() {
        openAndRoute();
        sendDurable("a", "b", "c");
        ack(2, 4, 100);
        sentSince();
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(sentSince()).containsExactly("1:a@110/1", "2:skip@110/1", "3:c@110/1");
    }

    @Test
    void aRouteOfAnOlderEpochIsLateNews() {
        channel.open(FIRST, now);
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        channel.onRoute(TO_N2, now);
        sendDurable("a");
        assertThat(sentSince()).containsExactly("1:a@110/1");
    }

    @Test
    void nothingGoesOutWhileThereIsNoOwner() {
        openAndRoute();
        channel.onRoute(null, now);
        sendDurable("a");
        tickAfter(1000);
        assertThat(sentSince()).isEmpty();
        channel.onRoute(TO_N2, now);
        assertThat(sentSince()).containsExactly("1:a@100/1");
    }

    @Test
    void aLinkThatComesUpAnewMakesTransmissionStartAtTheFloor() {
        openAndRoute();
        sendDurable("a", "b");
        sentSince();
        channel.onLink("n3", true, now);
        channel.onLink("n2", false, now);
        assertThat(sentSince()).isEmpty();
        channel.onLink("n2", true, now);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1");
    }

    @Test
    void aReportedGapIsFilledFromTheReceiversNextExpectedOnce() {
        openAndRoute();
        sendDurable("a", "b", "c", "d");
        sentSince();
        channel.onAccepted(5, 2, true, 100, now);
        assertThat(sentSince()).containsExactly("2:b@100/1", "3:c@100/1", "4:d@100/1");
        channel.onAccepted(5, 2, true, 100, now);
        assertThat(sentSince())
                .as("the same gap, reported by the frames behind it")
                .isEmpty();
    }

    @Test
    void howFarAnEarlierOwnerWasDoesNotMatterToTheNextOne() {
        openAndRoute();
        sendDurable("a", "b");
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        sentSince();
        channel.onAccepted(5, 1, true, 100, now);
        assertThat(sentSince()).isEmpty();
    }

    @Test
    void onlyTheOldestIsSentAgainOnATimerWithGrowingWaits() {
        openAndRoute();
        sendDurable("a", "b");
        sentSince();
        // Without jitter (random 0) a wait is half of its bound: 50, then 50 again, 100, 200, 200 (the limit).
        for (long wait : new long[] {50, 50, 100, 200, 200}) {
            tickAfter(wait - 1);
            assertThat(sentSince()).isEmpty();
            tickAfter(1);
            assertThat(sentSince()).containsExactly("1:a@100/1");
        }
    }

    @Test
    void jitterSpreadsTheWaitOverItsUpperHalf() {
        channel.onTick(now, 25 * 2);
        openAndRoute();
        sendDurable("a");
        sentSince();
        now += 74;
        channel.onTick(now, 0);
        assertThat(sentSince()).isEmpty();
        now += 1;
        channel.onTick(now, 0);
        assertThat(sentSince()).hasSize(1);
    }

    @Test
    void theAnswerToAProbeBringsBackWhatTheReceiverNeverGot() {
        openAndRoute();
        sendDurable("a", "b", "c");
        tickAfter(100);
        sentSince();
        channel.onAccepted(5, 2, false, 100, now);
        assertThat(sentSince()).containsExactly("2:b@100/1", "3:c@100/1");
    }

    @Test
    void afterALostAckTheNextOldestIsProbedAtOnce() {
        openAndRoute();
        sendDurable("a", "b", "c");
        tickAfter(100);
        sentSince();
        ack(1, 4, 100);
        assertThat(sentSince()).containsExactly("2:b@100/2");
        ack(2, 4, 100);
        assertThat(sentSince()).containsExactly("3:c@100/3");
    }

    @Test
    void aNackOfAnOlderEpochIsIgnored() {
        openAndRoute();
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        sendDurable("a");
        channel.onNack(Nack.Reason.NOT_OWNER, "n3", 109, now);
        sendDurable("b");
        assertThat(sentSince()).containsExactly("1:a@110/1", "2:b@110/1");
    }

    @Test
    void aNackParksTheChannelUntilTheBackoffHasPassed() {
        openAndRoute();
        sendDurable("a");
        sentSince();
        channel.onNack(Nack.Reason.BUSY, "n2", 100, now);
        sendDurable("b");
        tickAfter(49);
        assertThat(sentSince()).isEmpty();
        tickAfter(1);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1");
    }

    @Test
    void aParkedChannelWaitsLongerEachTime() {
        openAndRoute();
        sendDurable("a");
        for (long wait : new long[] {50, 100, 200, 200}) {
            channel.onNack(Nack.Reason.FENCED, "n2", 100, now);
            sentSince();
            tickAfter(wait - 1);
            assertThat(sentSince()).isEmpty();
            tickAfter(1);
            assertThat(sentSince()).containsExactly("1:a@100/1");
        }
    }

    @Test
    void aParkedChannelGoesOnWithTheNextRoute() {
        openAndRoute();
        sendDurable("a");
        sentSince();
        channel.onNack(Nack.Reason.NOT_OWNER, "n3", 120, now);
        channel.onRoute(new Route("n3", 4, 120, 0), now);
        assertThat(sentSince()).containsExactly("1:a@120/1");
    }

    @Test
    void aChannelThatWasParkedWhenItsLastMessageSettledIsOpenForTheNext() {
        openAndRoute();
        sendDurable("a");
        channel.onNack(Nack.Reason.BUSY, "n2", 100, now);
        ack(1, 2, 100);
        sentSince();
        sendDurable("b");
        assertThat(sentSince()).containsExactly("2:b@100/2");
    }

    @Test
    void aDeadlineThatPassesBeforeTransmissionIsProvenNotExecutedAndLeavesASkip() {
        send(EXACTLY_ONCE, true, "a", now + 10);
        sendDurable("b");
        tickAfter(10);
        assertThat(outcomes).containsExactly("a NotExecuted[reason=DEADLINE_PASSED]");
        openAndRoute();
        assertThat(sentSince()).containsExactly("1:skip@100/1", "2:b@100/1");
    }

    @Test
    void aDeadlineIsLookedAtBeforeTheContentLeaves() {
        channel.open(FIRST, now);
        send(EXACTLY_ONCE, true, "a", now + 10);
        now += 10;
        channel.onRoute(TO_N2, now);
        assertThat(sentSince()).containsExactly("1:skip@100/1");
        assertThat(outcomes).containsExactly("a NotExecuted[reason=DEADLINE_PASSED]");
    }

    @Test
    void aDeadlineThatPassesAfterTransmissionIsUnknownAndStaysAsASkipUntilAcknowledged() {
        openAndRoute();
        send(EXACTLY_ONCE, true, "a", now + 10);
        tickAfter(10);
        assertThat(outcomes)
                .containsExactly("a " + unknown(FIRST, 1, "the deadline passed before the message was settled"));
        assertThat(channel.unsettled()).isEqualTo(1);
        sentSince();
        tickAfter(100);
        assertThat(sentSince()).containsExactly("1:skip@100/1");
        channel.onAck(5, 1, 2, End.Code.SKIPPED, NO_REPLY, 100, now);
        assertThat(channel.isIdle()).isTrue();
        assertThat(outcomes).hasSize(1);
    }

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
        channel.onAck(9, 1, 2, End.Code.EXPIRED, NO_REPLY, 100, now);
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
    void atMostOnceHasNoChannel() {
        assertThatThrownBy(() -> new OutboundMessage(
                        DeliveryGuarantee.AT_MOST_ONCE, false, NO_REPLY, 0, NEVER, (outcome, reply) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ONE_WAY");
    }
}
