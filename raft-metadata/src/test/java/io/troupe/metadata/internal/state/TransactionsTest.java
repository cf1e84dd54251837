package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.Compare;
import io.troupe.metadata.Compare.Relation;
import io.troupe.metadata.Compare.Target;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TransactionsTest extends StateFixture {
    @Test
    void allWritesOfATransactionShareOneRevision() {
        long before = state.view().revision();
        TxnResult result = txn(Txn.of(put("a", "1"), put("b", "2")));
        assertThat(result).isInstanceOf(TxnResult.Succeeded.class);
        assertThat(result.revision())
                .isEqualTo(before + 1)
                .isEqualTo(state.view().revision());
        assertThat(events).extracting(WatchEvent::revision).containsExactly(before + 1, before + 1);
        assertThat(key("a").createRevision()).isEqualTo(before + 1);
        assertThat(key("a").modRevision()).isEqualTo(before + 1);
        assertThat(key("a").version()).isEqualTo(1);
    }

    @Test
    void rewritingKeepsTheCreationAndCountsTheVersion() {
        long created = txn(Txn.of(put("a", "1"))).revision();
        long written = txn(Txn.of(put("a", "2"))).revision();
        assertThat(key("a").createRevision()).isEqualTo(created);
        assertThat(key("a").modRevision()).isEqualTo(written);
        assertThat(key("a").version()).isEqualTo(2);
        txn(Txn.of(new Op.Delete("a")));
        long again = txn(Txn.of(put("a", "3"))).revision();
        assertThat(key("a").createRevision()).isEqualTo(again);
        assertThat(key("a").version()).isEqualTo(1);
    }

    @Test
    void aFailedConditionAppliesTheOtherBranch() {
        txn(Txn.of(put("a", "1")));
        Txn txn = new Txn(List.of(Compare.absent("a")), List.of(put("b", "then")), List.of(put("c", "else")));
        assertThat(txn(txn)).isInstanceOf(TxnResult.CompareFailed.class);
        assertThat(state.view().get("b")).isNull();
        assertThat(text("c")).isEqualTo("else");
    }

    @Test
    void whatChangesNothingTakesNoRevision() {
        txn(Txn.of(put("a", "1")));
        long before = state.view().revision();
        for (Txn idle : List.of(
                Txn.EMPTY,
                Txn.of(new Op.Get("a")),
                Txn.of(new Op.Delete("gone")),
                Txn.of(new Op.DeleteRange("gone")),
                Txn.guarded(List.of(Compare.absent("a")), List.of(put("b", "2"))))) {
            assertThat(txn(idle).revision()).isEqualTo(before);
            assertThat(events).isEmpty();
        }
        assertThat(state.view().revision()).isEqualTo(before);
    }

    @Test
    void readsSeeWhatTheTransactionDidBefore() {
        txn(Txn.of(put("a", "old")));
        TxnResult result = txn(Txn.of(
                new Op.Get("a"),
                put("a", "new"),
                new Op.Get("a"),
                new Op.Delete("a"),
                new Op.Get("a"),
                put("a", "again"),
                put("a", "twice")));
        assertThat(result.reads()).hasSize(3);
        assertThat(Objects.requireNonNull(result.reads().get(0)).value()).isEqualTo(bytes("old"));
        assertThat(Objects.requireNonNull(result.reads().get(1)).value()).isEqualTo(bytes("new"));
        assertThat(Objects.requireNonNull(result.reads().get(1)).modRevision()).isEqualTo(result.revision());
        assertThat(result.reads().get(2)).isNull();
        assertThat(text("a")).isEqualTo("twice");
        assertThat(key("a").version()).isEqualTo(2);
        assertThat(events).hasSize(4);
    }

    @Test
    void deleteRangeDeletesThePrefixInOrderAndNothingElse() {
        txn(Txn.of(put("p/b", "1"), put("p/a", "1"), put("p0", "1"), put("p.", "1"), put("p/a/x", "1")));
        long revision = txn(Txn.of(new Op.DeleteRange("p/"))).revision();
        assertThat(events)
                .containsExactly(
                        new WatchEvent.Delete("p/a", revision),
                        new WatchEvent.Delete("p/a/x", revision),
                        new WatchEvent.Delete("p/b", revision));
        List<String> left = new ArrayList<>();
        state.view().forEach("", entry -> left.add(entry.key()));
        assertThat(left).containsExactly("p.", "p0");
    }

    @Test
    void conditionsCompareEveryTarget() {
        long created = txn(Txn.of(put("k", "m"))).revision();
        long written = txn(Txn.of(put("k", "mm"))).revision();
        holds(Compare.exists("k"), true);
        holds(Compare.exists("x"), false);
        holds(Compare.absent("x"), true);
        holds(Compare.modRevision("k", written), true);
        holds(Compare.modRevision("k", created), false);
        holds(Compare.modRevision("x", 0), true);
        holds(new Compare("k", Target.CREATE_REVISION, Relation.EQUAL, created, NONE), true);
        holds(new Compare("k", Target.VERSION, Relation.GREATER, 2, NONE), false);
        holds(new Compare("k", Target.VERSION, Relation.LESS, 3, NONE), true);
        holds(Compare.value("k", Relation.EQUAL, bytes("mm")), true);
        holds(Compare.value("k", Relation.NOT_EQUAL, bytes("m")), true);
        holds(Compare.value("k", Relation.GREATER, bytes("m")), true);
        holds(Compare.value("k", Relation.LESS, new byte[] {(byte) 0xFF}), true);
        holds(Compare.value("x", Relation.EQUAL, NONE), true);
        holds(Compare.valueStartsWith("k", bytes("m")), true);
        holds(Compare.valueStartsWith("k", bytes("mmm")), false);
        holds(Compare.valueStartsWith("x", bytes("m")), false);
        holds(new Compare("k", Target.VALUE_PREFIX, Relation.LESS, 0, bytes("n")), true);
        holds(new Compare("k", Target.VALUE_PREFIX, Relation.GREATER, 0, bytes("l")), true);
    }

    private void holds(Compare compare, boolean expected) {
        assertThat(txn(Txn.guarded(List.of(compare), List.of())).succeeded())
                .as(compare.toString())
                .isEqualTo(expected);
    }
}
