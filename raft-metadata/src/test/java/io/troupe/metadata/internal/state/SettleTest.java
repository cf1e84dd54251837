package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.internal.codec.Bytes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettleTest extends StateFixture {
    @Test
    void aMessageIsSettledOnceAndItsEffectWithIt() {
        assertThat(txn(Txn.of(settle(1, 1, 7, "reply"), put("a", "1"))).succeeded())
                .isTrue();
        byte[] before = Bytes.snapshot(state.view());
        TxnResult again = txn(Txn.of(put("a", "2"), settle(1, 1, 9, "other")));
        assertThat(again).isInstanceOfSatisfying(TxnResult.SettleRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.SETTLED);
            assertThat(refused.outcome()).isEqualTo(7);
            assertThat(refused.reply()).isEqualTo(bytes("reply"));
            assertThat(refused.revision()).isEqualTo(state.view().revision());
            assertThat(refused.reads()).isEmpty();
        });
        assertThat(text("a")).isEqualTo("1");
        assertThat(events).isEmpty();
        assertThat(keysOnly(before)).isEqualTo(keysOnly(Bytes.snapshot(state.view())));
    }

    @Test
    void theSessionOfAnOutboxIsAlwaysOpenAndNeverForgets() {
        Op settle = new Op.Settle(SessionId.outbox(17), 17, 1, 1, 1, bytes("kept"));
        assertThat(txn(Txn.of(settle, put("a", "1"))).succeeded()).isTrue();
        assertThat(txn(Txn.of(settle, put("a", "2"))))
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reply()).isEqualTo(bytes("kept")));
        assertThat(text("a")).isEqualTo("1");
        assertThat(state.view().settled(SessionId.outbox(17), 17).isSettled(1)).isTrue();
        assertThat(state.view().settled(SessionId.outbox(18), 17).isSettled(1))
                .as("another outbox")
                .isFalse();
    }

    @Test
    void aMessageIsSettledAsLateOnceTheTimeInTheLogHasReachedItsDeadline() {
        Op.Deadline deadline = new Op.Deadline(1_000, 4);
        apply(new Command.Tick(999, List.of(own)));
        assertThat(txn(Txn.of(settle(1, 1, 7, "in time").before(deadline), put("a", "1")))
                        .succeeded())
                .isTrue();
        apply(new Command.Tick(1_000, List.of(own)));
        long before = state.view().revision();
        TxnResult late = txn(Txn.of(
                put("a", "2"), settle(3, 1, 7, ""), settle(2, 1, 7, "too late").before(deadline)));
        assertThat(late).isInstanceOfSatisfying(TxnResult.SettleRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.SETTLED);
            assertThat(refused.outcome()).isEqualTo(4);
            assertThat(refused.reply()).isEmpty();
            assertThat(refused.revision()).isEqualTo(before + 1);
        });
        assertThat(text("a")).as("nothing else of it is applied").isEqualTo("1");
        assertThat(window().isSettled(3)).isFalse();
        assertThat(Objects.requireNonNull(window().settlement(2)).outcome()).isEqualTo(4);
        assertThat(txn(Txn.of(settle(2, 1, 7, ""), put("a", "3"))))
                .as("no later copy takes effect, with a deadline or without")
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.outcome()).isEqualTo(4));
        assertThat(txn(Txn.of(settle(1, 1, 7, "").before(deadline))))
                .as("what was settled in time stays so")
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reply()).isEqualTo(bytes("in time")));
    }

    /** It would stand in a snapshot that nobody can read. */
    @Test
    void aLateMessageIsNotSettledWhereItHasNoRoomWithoutWhatIsRefusedWithIt() {
        Op.Deadline deadline = new Op.Deadline(1_000, 4);
        apply(new Command.Tick(1_000, List.of(own)));
        TxnResult late = txn(
                Txn.of(settle(70_000, 70_000, 7, ""), settle(70_001, 1, 7, "").before(deadline)));
        assertThat(late)
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.WINDOW_FULL));
        assertThat(window().highest()).isZero();
        assertThat(window().floor()).isEqualTo(1);
    }

    @Test
    void aLateMessageOfAnEndedSessionIsNotSettled() {
        apply(new Command.Tick(1_000, List.of(own)));
        apply(new Command.CloseSession(own));
        assertThat(state.view().settled(own, 3).isSettled(1)).isFalse();
        assertThatThrownBy(() -> new Op.Deadline(-1, 4))
                .hasMessage("a deadline at -1 ms with outcome 4: the time is at least 0, the outcome 0 to 255");
    }

    @Test
    void settlingAloneTakesARevisionButNoEvent() {
        long before = state.view().revision();
        assertThat(txn(Txn.of(settle(1, 1, 1, ""))).revision()).isEqualTo(before + 1);
        assertThat(events).isEmpty();
    }

    @Test
    void belowTheFloorIsRefused() {
        txn(Txn.of(settle(5, 4, 1, "")));
        refused(settle(3, 1, 1, ""), Reason.BELOW_FLOOR);
        // The floor it carries counts too, and a refused settle does not raise it.
        refused(settle(8, 9, 1, ""), Reason.BELOW_FLOOR);
        assertThat(window().floor()).isEqualTo(4);
        assertThat(txn(Txn.of(settle(4, 1, 1, ""))).succeeded()).isTrue();
    }

    @Test
    void theFloorForgetsWhatIsBelowItAndKeepsTheRest() {
        txn(Txn.of(settle(1, 1, 1, "one"), settle(2, 1, 2, "two"), settle(4, 1, 3, "four")));
        txn(Txn.of(settle(5, 3, 1, "")));
        assertThat(window().floor()).isEqualTo(3);
        assertThat(window().settlement(2)).isNull();
        assertThat(window().isSettled(2)).isTrue();
        assertThat(window().isSettled(3)).isFalse();
        assertThat(Objects.requireNonNull(window().settlement(4)).reply()).isEqualTo(bytes("four"));
        assertThat(window().highest()).isEqualTo(5);
    }

    @Test
    void onlyTheVeryOpenSessionMaySettle() {
        refused(new Op.Settle(new SessionId("n1", own.incarnation() - 1), 3, 1, 1, 1, NONE), Reason.SESSION_FORGOTTEN);
        refused(new Op.Settle(new SessionId("n1", own.incarnation() + 1), 3, 1, 1, 1, NONE), Reason.SESSION_FORGOTTEN);
        refused(new Op.Settle(new SessionId("n7", 1), 3, 1, 1, 1, NONE), Reason.SESSION_FORGOTTEN);
        SessionId sender = open("n2", "disk", 1);
        Op.Settle settle = new Op.Settle(sender, 3, 1, 1, 1, NONE);
        apply(new Command.CloseSession(sender));
        refused(settle, Reason.SESSION_CLOSED);
    }

    @Test
    void whatAnEndedSessionSettledIsToldAsLongAsItIsKept() {
        SessionId sender = open("n2", "disk", 1);
        txn(Txn.of(new Op.Settle(sender, 3, 2, 1, 3, bytes("why"))));
        apply(new Command.CloseSession(sender));
        TxnResult told = txn(Txn.of(new Op.Settle(sender, 3, 2, 1, 5, NONE)));
        assertThat(told).isInstanceOfSatisfying(TxnResult.SettleRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.SETTLED);
            assertThat(refused.outcome()).isEqualTo(3);
            assertThat(refused.reply()).isEqualTo(bytes("why"));
        });
        refused(new Op.Settle(sender, 3, 1, 1, 5, NONE), Reason.SESSION_CLOSED);
        refused(new Op.Settle(sender, 4, 1, 1, 5, NONE), Reason.SESSION_CLOSED);
        open("n2", "disk", 2);
        refused(new Op.Settle(sender, 3, 1, 1, 5, NONE), Reason.SESSION_CLOSED);
    }

    @Test
    void whatAnEndedSessionSettledBelowItsFloorIsNotCalledUnsettled() {
        SessionId sender = open("n2", "disk", 1);
        txn(Txn.of(new Op.Settle(sender, 3, 1, 1, 1, NONE), new Op.Settle(sender, 3, 2, 2, 1, NONE)));
        apply(new Command.CloseSession(sender));
        refused(new Op.Settle(sender, 3, 1, 1, 5, NONE), Reason.BELOW_FLOOR);
    }

    @Test
    void twoSettlesOfOneTransactionSeeEachOther() {
        refused(settle(1, 1, 6, "first"), settle(1, 1, 1, ""), Reason.SETTLED);
        refused(settle(9, 8, 6, ""), settle(3, 1, 1, ""), Reason.BELOW_FLOOR);
        assertThat(window()).isSameAs(Settlements.EMPTY);
        assertThat(txn(Txn.of(settle(1, 1, 1, ""), settle(2, 1, 1, ""))).succeeded())
                .isTrue();
    }

    @Test
    void oneTransactionSettlesInManyChannels() {
        Op[] settles = new Op[6];
        for (int i = 0; i < settles.length; i++) {
            settles[i] =
                    new Op.Settle(own, 3 - i % 3, 1 + i / 3, 1, 1, NONE); // each channel twice, in a row of its own
        }
        assertThat(txn(Txn.of(settles)).succeeded()).isTrue();
        for (int shard = 1; shard <= 3; shard++) {
            assertThat(state.view().settled(own, shard).highest()).isEqualTo(2);
            assertThat(state.view().settled(own, shard).isSettled(1)).isTrue();
        }
        settles[5] = new Op.Settle(own, 1, 1, 1, 1, NONE);
        refused(new Op.Settle(own, 2, 3, 1, 1, NONE), settles[5], Reason.SETTLED);
        assertThat(state.view().settled(own, 2).highest())
                .as("nothing of a refused one")
                .isEqualTo(2);
    }

    @Test
    void aWindowThatIsTooWideIsRefused() {
        long last = SettledWindow.MAX_LENGTH;
        assertThat(txn(Txn.of(settle(last, 1, 1, ""))).succeeded()).isTrue();
        refused(settle(last + 1, 1, 1, ""), Reason.WINDOW_FULL);
        assertThat(txn(Txn.of(settle(last + 1, 2, 1, ""))).succeeded()).isTrue();
    }

    @Test
    void channelsOfOneSenderAreApart() {
        txn(Txn.of(settle(1, 1, 1, "")));
        assertThat(txn(Txn.of(new Op.Settle(own, 4, 1, 1, 1, NONE))).succeeded())
                .isTrue();
        assertThat(state.view().settled(own, 4).isSettled(1)).isTrue();
        assertThat(state.view().settled(own, 5).isSettled(1)).isFalse();
        assertThat(state.view().settled(own, 5).floor()).isEqualTo(1);
    }

    private void refused(Op.Settle settle, Reason reason) {
        refused(settle, settle, reason);
    }

    private void refused(Op first, Op second, Reason reason) {
        long before = state.view().revision();
        Txn txn = first == second ? Txn.of(put("x", "1"), second) : Txn.of(put("x", "1"), first, second);
        TxnResult result = txn(txn);
        assertThat(result)
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
        assertThat(state.view().revision()).isEqualTo(before);
        assertThat(state.view().get("x")).isNull();
    }

    private Op.Settle settle(long sequence, long floor, int outcome, String reply) {
        return new Op.Settle(own, 3, sequence, floor, outcome, bytes(reply));
    }

    private SettledWindow window() {
        return state.view().settled(own, 3);
    }

    private List<String> keysOnly(byte[] snapshot) {
        List<String> found = new ArrayList<>();
        Bytes.restore(snapshot).forEach("", entry -> found.add(entry.key() + "@" + entry.modRevision()));
        return found;
    }
}
