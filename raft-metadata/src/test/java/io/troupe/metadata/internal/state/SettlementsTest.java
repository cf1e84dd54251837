package io.troupe.metadata.internal.state;

import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

import io.troupe.metadata.Op.Settle;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.SettledWindow.Settlement;
import io.troupe.metadata.TxnResult.Reason;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettlementsTest {
    private static final SessionId SENDER = new SessionId("n1", 1);
    private static final byte[] NOTHING = {};

    @Property(tries = 100)
    void remembersExactlyWhatWasSettledAboveTheFloor(@ForAll long seed) {
        Random random = new Random(seed);
        Settlements window = Settlements.EMPTY;
        TreeMap<Long, Settlement> model = new TreeMap<>();
        long floor = 1;
        for (int step = 0; step < 300; step++) {
            long sequence = Math.max(1, floor - 5 + random.nextInt(200));
            long sendersFloor = Math.max(1, floor - 10 + random.nextInt(14));
            int outcome = random.nextInt(4);
            byte[] reply = new byte[random.nextInt(4) == 0 ? random.nextInt(5) : 0];
            Settle settle = new Settle(SENDER, 3, sequence, sendersFloor, outcome, reply);
            Reason expected = sequence < Math.max(floor, sendersFloor)
                    ? Reason.BELOW_FLOOR
                    : model.containsKey(sequence) ? Reason.SETTLED : null;
            assertThat(window.refusal(settle)).isEqualTo(expected);
            if (expected == null) {
                window = window.with(settle);
                floor = Math.max(floor, sendersFloor);
                model.put(sequence, new Settlement(outcome, reply));
                model.headMap(floor).clear();
            }
            if (step % 30 != 0) {
                continue;
            }
            check(window, floor, model);
            check(Settlements.of(window.floor(), window.words(), unusual(window)), floor, model);
        }
    }

    private static void check(Settlements window, long floor, NavigableMap<Long, Settlement> model) {
        assertThat(window.floor()).isEqualTo(floor);
        assertThat(window.highest()).isEqualTo(model.isEmpty() ? floor - 1 : model.lastKey());
        for (long sequence = Math.max(1, floor - 70); sequence < floor + 300; sequence++) {
            Settlement expected = model.get(sequence);
            assertThat(window.isSettled(sequence)).isEqualTo(sequence < floor || expected != null);
            Settlement found = window.settlement(sequence);
            assertThat(found == null).isEqualTo(expected == null);
            if (found != null && expected != null) {
                assertThat(found.outcome()).isEqualTo(expected.outcome());
                assertThat(found.reply()).isEqualTo(expected.reply());
            }
        }
    }

    @Example
    void aGapThatClosesDoesNotRaiseTheFloor() {
        Settlements window = Settlements.EMPTY;
        for (long sequence : new long[] {1, 2, 3}) {
            window = window.with(usual(sequence, 1));
        }
        assertThat(window.floor()).isEqualTo(1);
        assertThat(window.settlement(2)).isNotNull();
    }

    @Example
    void usualOutcomesCostABitEach() {
        Settlements window = Settlements.EMPTY;
        for (long sequence = 1; sequence <= SettledWindow.MAX_LENGTH; sequence++) {
            window = window.with(usual(sequence, 1));
        }
        assertThat(window.unusualCount()).isZero();
        assertThat(window.words().length).isLessThanOrEqualTo(SettledWindow.MAX_LENGTH / Long.SIZE + 1);
        assertThat(window.refusal(usual(SettledWindow.MAX_LENGTH + 1L, 1))).isEqualTo(Reason.WINDOW_FULL);
        assertThat(window.refusal(usual(SettledWindow.MAX_LENGTH + 1L, 2))).isNull();
    }

    @Example
    void repliesAreBoundedAndRaisingTheFloorMakesRoom() {
        Settlements window = Settlements.EMPTY;
        byte[] reply = new byte[Settle.MAX_REPLY_LENGTH];
        long sequence = 1;
        while (window.refusal(new Settle(SENDER, 3, sequence, 1, 1, reply)) == null) {
            window = window.with(new Settle(SENDER, 3, sequence, 1, 1, reply));
            sequence++;
        }
        assertThat(sequence - 1).isEqualTo(SettledWindow.MAX_REPLY_BYTES / reply.length);
        Settle next = new Settle(SENDER, 3, sequence, 1, 1, reply);
        assertThat(window.refusal(next)).isEqualTo(Reason.WINDOW_FULL);
        Settle raising = new Settle(SENDER, 3, sequence, 2, 1, reply);
        assertThat(window.refusal(raising)).isNull();
        assertThat(window.with(raising).unusualCount()).isEqualTo(sequence - 1);
    }

    @Example
    void floorFarAheadForgetsEverything() {
        Settlements window = Settlements.EMPTY.with(new Settle(SENDER, 3, 5, 1, 9, new byte[7]));
        long far = Long.MAX_VALUE - 5;
        Settlements ahead = window.with(usual(far + 2, far));
        assertThat(ahead.floor()).isEqualTo(far);
        assertThat(ahead.highest()).isEqualTo(far + 2);
        assertThat(ahead.unusualCount()).isZero();
        assertThat(ahead.isSettled(5)).isTrue();
        assertThat(ahead.settlement(5)).isNull();
    }

    @Example
    void partsThatMakeNoWindowAreRefused() {
        KeyIndex<Long, Settlement> none = KeyIndex.empty();
        assertThatThrownBy(() -> Settlements.of(0, new long[0], none)).hasMessageContaining("floor 0");
        assertThatThrownBy(() -> Settlements.of(5, new long[] {1}, none)).hasMessageContaining("below the floor 5");
        assertThatThrownBy(() -> Settlements.of(1, new long[] {2, 0}, none)).hasMessageContaining("empty last word");
        assertThatThrownBy(() -> Settlements.of(1, new long[1026], none)).hasMessageContaining("1026 words");
        KeyIndex.Editor<Long, Settlement> stray =
                KeyIndex.<Long, Settlement>empty().edit();
        stray.put(2L, new Settlement(3, NOTHING));
        assertThatThrownBy(() -> Settlements.of(1, new long[] {2}, stray.snapshot()))
                .hasMessageContaining("sequence 2, which is not settled");
    }

    private static Settle usual(long sequence, long floor) {
        return new Settle(SENDER, 3, sequence, floor, Settlements.USUAL_OUTCOME, NOTHING);
    }

    private static KeyIndex<Long, Settlement> unusual(Settlements window) {
        KeyIndex.Editor<Long, Settlement> unusual =
                KeyIndex.<Long, Settlement>empty().edit();
        window.forEachUnusual(unusual::put);
        return unusual.snapshot();
    }
}
