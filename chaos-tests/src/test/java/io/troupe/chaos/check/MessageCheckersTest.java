package io.troupe.chaos.check;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No lost acknowledgement, no doubled effect, order of a pair, epochs apart: each holds, is broken, and is not checked.
 */
class MessageCheckersTest {
    private static final List<Event> GOOD = List.of(
            tell("s", "a", 1, Event.Settlement.COMMITTED),
            tell("s", "a", 2, Event.Settlement.UNKNOWN),
            tell("s", "a", 3, Event.Settlement.COMMITTED),
            tell("s", "a", 4, Event.Settlement.FAILED),
            tell("s", "b", 1, Event.Settlement.COMMITTED),
            tell("r", "a", 1, Event.Settlement.COMMITTED),
            effect("a", 7, "s-a-1", 1),
            effect("a", 7, "r-a-1", 2),
            effect("a", 9, "s-a-3", 3),
            effect("b", 3, "s-b-1", 1));

    @Test
    void soundHistoryPassesWithWhatWasChecked() {
        assertThat(line(new NoLostAck(), GOOD))
                .isEqualTo("no-lost-ack              PASS            4 acknowledged messages");
        assertThat(line(new NoDoubledEffect(), GOOD)).isEqualTo("no-doubled-effect        PASS            4 effects");
        assertThat(line(new PairOrder(), GOOD))
                .isEqualTo("pair-order               PASS            1 successive effects of a pair");
        assertThat(line(new EpochsDoNotInterleave(), GOOD))
                .isEqualTo("epochs-do-not-interleave PASS            4 effects");
    }

    @Test
    void historyWithNothingToCheckIsInvalid() {
        assertThat(line(
                        new NoLostAck(),
                        List.of(tell("s", "a", 1, Event.Settlement.UNKNOWN), effect("a", 1, "s-a-1", 1))))
                .isEqualTo(
                        "no-lost-ack              INVALID         0 acknowledged messages: no message was acknowledged");
        assertThat(line(new NoDoubledEffect(), GOOD.subList(0, 6)))
                .isEqualTo("no-doubled-effect        INVALID         0 effects: there is no effect");
        assertThat(line(new PairOrder(), List.of(GOOD.get(0), GOOD.get(6))))
                .isEqualTo("pair-order               INVALID         0 successive effects of a pair: "
                        + "no sender has two messages with effects on one target");
        assertThat(line(new EpochsDoNotInterleave(), GOOD.subList(0, 6)))
                .isEqualTo("epochs-do-not-interleave INVALID         0 effects: there is no effect");
    }

    @Test
    void acknowledgedMessageWithoutEffectIsLost() {
        Verdict verdict = new NoLostAck()
                .check(History.of(List.of(
                        tell("s", "a", 1, Event.Settlement.COMMITTED),
                        tell("s", "a", 2, Event.Settlement.COMMITTED),
                        tell("s", "a", 3, Event.Settlement.COMMITTED),
                        effect("a", 7, "s-a-1", 1),
                        effect("b", 7, "s-a-3", 1))));
        assertThat(verdict.line())
                .isEqualTo("no-lost-ack              FAIL            3 acknowledged messages: message s-a-2 (s to a, "
                        + "sequence 2) was acknowledged and has no effect (the first of 2)");
        assertThat(verdict.evidence())
                .containsExactly(
                        "message s-a-2 (s to a, sequence 2) was acknowledged and has no effect",
                        "message s-a-3 (s to a, sequence 3) was acknowledged and has no effect");
    }

    @Test
    void messageWithTwoEffectsIsDoubled() {
        assertThat(line(new NoDoubledEffect(), List.of(effect("a", 7, "m", 1), effect("a", 9, "m", 5))))
                .isEqualTo("no-doubled-effect        FAIL            2 effects: message m has two effects: "
                        + "at a position 1 (epoch 7) and at a position 5 (epoch 9)");
    }

    @Test
    void failedMessageWithAnEffectWouldBeDoubled() {
        assertThat(line(
                        new NoDoubledEffect(),
                        List.of(tell("s", "a", 4, Event.Settlement.FAILED), effect("a", 7, "s-a-4", 1))))
                .endsWith("message s-a-4 was reported as failed and has an effect at a position 1 (epoch 7)");
    }

    @Test
    void laterMessageBeforeAnEarlierOneBreaksTheOrderOfThePair() {
        assertThat(line(
                        new PairOrder(),
                        List.of(
                                tell("s", "a", 1, Event.Settlement.UNKNOWN),
                                tell("s", "a", 2, Event.Settlement.COMMITTED),
                                effect("a", 7, "s-a-1", 2),
                                effect("a", 7, "s-a-2", 1))))
                .isEqualTo("pair-order               FAIL            1 successive effects of a pair: at a, sequence 1 "
                        + "of s (message s-a-1, position 2) came after sequence 2 (message s-a-2)");
    }

    @Test
    void onlyFirstRunsAreOrdered() {
        assertThat(line(
                        new PairOrder(),
                        List.of(
                                tell("s", "a", 1, Event.Settlement.COMMITTED),
                                tell("s", "a", 2, Event.Settlement.COMMITTED),
                                effect("a", 7, "s-a-1", 1),
                                effect("a", 7, "s-a-2", 2),
                                effect("a", 7, "s-a-1", 3))))
                .contains("PASS            1 ");
    }

    @Test
    void effectOfAnOlderEpochBehindANewerOneInterleaves() {
        assertThat(line(
                        new EpochsDoNotInterleave(),
                        List.of(effect("a", 7, "m", 1), effect("a", 9, "n", 2), effect("a", 7, "o", 3))))
                .isEqualTo(
                        "epochs-do-not-interleave FAIL            3 effects: at position 3 of a, message o of epoch 7 "
                                + "follows message n of the later epoch 9");
    }

    @Test
    void positionTakenTwiceInterleaves() {
        assertThat(line(new EpochsDoNotInterleave(), List.of(effect("a", 7, "m", 1), effect("a", 9, "n", 1))))
                .isEqualTo("epochs-do-not-interleave FAIL            2 effects: position 1 of a is taken twice: "
                        + "by message m in epoch 7 and by message n in epoch 9");
    }

    private static String line(Checker checker, List<Event> events) {
        return checker.check(History.of(events)).line();
    }

    private static Event tell(String sender, String target, long sequence, Event.Settlement outcome) {
        return new Event.Tell(1, sender, target, sequence, sender + "-" + target + "-" + sequence, outcome, null);
    }

    private static Event effect(String entity, long epoch, String op, long position) {
        return new Event.Effect(2, entity, epoch, op, position);
    }
}
