package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;

import io.troupe.cluster.DeliveryGuarantee;
import org.junit.jupiter.api.Test;

import static io.troupe.cluster.DeliveryGuarantee.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SendChannelTest extends SendChannelFixture {
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
        channel.onEnds(
                FIRST.incarnation(), 2, 1, new End(End.Code.DONE, "yes".getBytes(StandardCharsets.UTF_8)), 3, 100, now);
        assertThat(outcomes).containsExactly("a Committed[epoch=100]", "b Processed[epoch=100]yes");
        assertThat(channel.isIdle()).isTrue();
    }

    @Test
    void anAckOfSeveralEndsThoseOfItsMaskAndNoOther() {
        openAndRoute();
        sendVolatile("a", "b", "c", "d", "e");
        channel.onEnds(SECOND.incarnation(), 1, 0b1011, End.DONE, 6, 100, now);
        assertThat(outcomes).isEmpty();
        channel.onEnds(FIRST.incarnation(), 1, 0b1011, End.DONE, 6, 100, now);
        assertThat(outcomes)
                .containsExactly("a Processed[epoch=100]", "b Processed[epoch=100]", "d Processed[epoch=100]");
        assertThat(channel.floor()).isEqualTo(3);
        channel.onEnds(FIRST.incarnation(), 1, 0b1011, End.DONE, 6, 100, now);
        assertThat(outcomes).hasSize(3);
        channel.onEnds(FIRST.incarnation(), 3, -1L, End.DONE, 6, 100, now); // of messages that were never sent, too
        assertThat(outcomes)
                .containsExactly(
                        "a Processed[epoch=100]",
                        "b Processed[epoch=100]",
                        "d Processed[epoch=100]",
                        "c Processed[epoch=100]",
                        "e Processed[epoch=100]");
        assertThat(channel.isIdle()).isTrue();
    }

    @Test
    void anAckOfSeveralThatAnswersAProbeIsFollowedByAProbeOfTheNextOldest() {
        openAndRoute();
        sendVolatile("a", "b", "c");
        sentSince();
        tickAfter(100);
        assertThat(sentSince()).containsExactly("1:a@100/1");
        channel.onEnds(FIRST.incarnation(), 1, 0b11, End.DONE, 4, 100, now);
        assertThat(sentSince()).containsExactly("3:c@100/3");
    }

    @Test
    void everyEndHasItsOutcome() {
        openAndRoute();
        sendDurable("a", "b", "c", "d", "e", "f");
        byte[] why = "no stock".getBytes(StandardCharsets.UTF_8);
        channel.onEnds(5, 1, 1, new End(End.Code.REJECTED, why), 5, 100, now);
        channel.onEnds(5, 2, 1, new End(End.Code.FAILED, why), 5, 100, now);
        channel.onEnds(5, 3, 1, End.EXPIRED, 5, 100, now);
        channel.onEnds(5, 4, 1, End.SKIPPED, 5, 100, now);
        channel.onEnds(5, 5, 1, new End(End.Code.FULL, why), 6, 100, now);
        channel.onEnds(5, 6, 1, new End(End.Code.UNHOSTED, why), 7, 100, now);
        assertThat(outcomes)
                .containsExactly(
                        "a Rejected[why=no stock]",
                        "b Failed[why=no stock]",
                        "c NotExecuted[reason=DEADLINE_PASSED]",
                        "d NotExecuted[reason=CANCELLED]",
                        "e NotExecuted[reason=MAILBOX_FULL]",
                        "f NotExecuted[reason=KIND_UNAVAILABLE]");
    }

    private OutboundMessage cancellable(String name) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        OutboundMessage message = new OutboundMessage(
                EXACTLY_ONCE,
                true,
                content,
                content.length,
                NEVER,
                (outcome, reply) -> outcomes.add(name + " " + outcome));
        assertThat(channel.send(message, now)).isTrue();
        return message;
    }

    @Test
    void whatIsCancelledBeforeItLeftIsNotExecutedAndTheReceiverIsToldToSkipIt() {
        OutboundMessage first = cancellable("a");
        sendDurable("b");
        channel.cancel(first, now);
        channel.cancel(first, now);
        assertThat(outcomes).containsExactly("a NotExecuted[reason=CANCELLED]");
        openAndRoute();
        assertThat(sentSince()).containsExactly("1:skip@100/1", "2:b@100/1");
    }

    @Test
    void whatIsCancelledAfterItLeftIsUnknownAndIsNotSentAgain() {
        openAndRoute();
        OutboundMessage first = cancellable("a");
        sentSince();
        channel.cancel(first, now);
        assertThat(outcomes).containsExactly("a " + unknown(FIRST, 1, "it was cancelled after it had left"));
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        assertThat(sentSince()).containsExactly("1:skip@110/1");
        ack(1, 2, 110);
        assertThat(channel.isIdle()).isTrue();
        OutboundMessage done = cancellable("b");
        ack(2, 3, 110);
        channel.cancel(done, now);
        assertThat(outcomes).last().isEqualTo("b Committed[epoch=110]");
    }

    @Test
    void acksOfAnotherSessionAreIgnored() {
        openAndRoute();
        sendDurable("a");
        channel.onEnds(FIRST.incarnation() - 1, 1, 1, End.DONE, 2, 100, now);
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
        channel.onLinkOpened("n3", now);
        assertThat(sentSince()).isEmpty();
        channel.onLinkOpened("n2", now);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/1");
    }

    @Test
    void aLinkWithRoomAgainIsWrittenAtOnce() {
        openAndRoute();
        ringFull = true;
        sendDurable("a", "b");
        channel.onLinkWritable("n2", now);
        assertThat(sentSince()).as("still full").isEmpty();
        ringFull = false;
        channel.onLinkWritable("n3", now);
        assertThat(sentSince()).as("another link").isEmpty();
        channel.onLinkWritable("n2", now);
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
        channel.onEnds(5, 1, 1, End.SKIPPED, 2, 100, now);
        assertThat(channel.isIdle()).isTrue();
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void atMostOnceHasNoChannel() {
        assertThatThrownBy(() -> new OutboundMessage(
                        DeliveryGuarantee.AT_MOST_ONCE, false, NO_REPLY, 0, NEVER, (outcome, reply) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ONE_WAY");
    }

    @Test
    void anAnswerThatComesWithinTheTransmissionIsLikeAnyOther() {
        openAndRoute();
        answerAtOnce = End.Code.EXPIRED;
        sendVolatile("a");
        answerAtOnce = End.Code.DONE;
        sendVolatile("b");
        assertThat(outcomes).containsExactly("a NotExecuted[reason=DEADLINE_PASSED]", "b Processed[epoch=100]");
        assertThat(channel.isIdle()).isTrue();
        tickAfter(1000);
        assertThat(sentSince()).containsExactly("1:a@100/1", "2:b@100/2");
    }

    @Test
    void anAnswerOfAnEarlierOwnerIsNoAnswerToAProbe() {
        openAndRoute();
        sendDurable("a", "b");
        channel.onRoute(new Route("n3", 4, 110, 0), now);
        tickAfter(100);
        sentSince();
        channel.onAccepted(5, 1, false, 100, now);
        assertThat(sentSince()).isEmpty();
    }
}
