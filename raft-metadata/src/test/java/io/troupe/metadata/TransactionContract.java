package io.troupe.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataException.Code;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What every {@link MetadataStore} promises of transactions. */
abstract class TransactionContract extends MetadataStoreFixture {
    @Test
    void aTransactionIsAppliedAtOneRevision() {
        TxnResult result = txn(put("a", "1"), put("b", "2"));
        assertThat(result.succeeded()).isTrue();
        KeyValue a = key("a", result.revision());
        assertThat(a.modRevision()).isEqualTo(result.revision());
        assertThat(a.createRevision()).isEqualTo(result.revision());
        assertThat(a.version()).isEqualTo(1);
        assertThat(a.session()).isNull();
        assertThat(a.value()).isEqualTo(bytes("1"));
        assertThat(key("b", 0).modRevision()).isEqualTo(result.revision());
    }

    @Test
    void rewritingKeepsTheCreationAndCountsTheVersion() {
        long created = txn(put("a", "1")).revision();
        long written = txn(put("a", "2")).revision();
        assertThat(written).isGreaterThan(created);
        KeyValue a = key("a", written);
        assertThat(a.createRevision()).isEqualTo(created);
        assertThat(a.modRevision()).isEqualTo(written);
        assertThat(a.version()).isEqualTo(2);
    }

    @Test
    void aFailedConditionAppliesTheOtherBranch() {
        txn(put("a", "1"));
        TxnResult result = get(store.txn(new Txn(
                List.of(Compare.exists(prefix + "a"), Compare.absent(prefix + "a")),
                List.of(put("then", "1")),
                List.of(put("else", "1"), new Op.Get(prefix + "a")))));
        assertThat(result).isInstanceOf(TxnResult.CompareFailed.class);
        assertThat(result.succeeded()).isFalse();
        assertThat(read(result, 0).value()).isEqualTo(bytes("1"));
        assertThat(key("else", result.revision()).modRevision()).isEqualTo(result.revision());
        assertThat(store.view().get(prefix + "then")).isNull();
    }

    @Test
    void conditionsSeeVersionsRevisionsAndValues() {
        long revision = txn(put("a", "middle")).revision();
        String a = prefix + "a";
        holds(Compare.exists(a), true);
        holds(Compare.absent(a), false);
        holds(Compare.absent(prefix + "none"), true);
        holds(Compare.modRevision(a, revision), true);
        holds(Compare.modRevision(a, revision - 1), false);
        holds(Compare.modRevision(prefix + "none", 0), true);
        holds(Compare.value(a, Compare.Relation.EQUAL, bytes("middle")), true);
        holds(Compare.value(a, Compare.Relation.LESS, bytes("upper")), true);
        holds(Compare.value(a, Compare.Relation.GREATER, bytes("lower")), true);
        holds(Compare.value(a, Compare.Relation.NOT_EQUAL, bytes("mid")), true);
        holds(Compare.valueStartsWith(a, bytes("mid")), true);
        holds(Compare.valueStartsWith(a, bytes("dle")), false);
    }

    @Test
    void readsSeeWhatTheTransactionDidBeforeThem() {
        String a = prefix + "a";
        TxnResult result = txn(new Op.Get(a), put("a", "1"), new Op.Get(a), new Op.Delete(a), new Op.Get(a));
        assertThat(result.reads()).hasSize(3);
        assertThat(result.reads().get(0)).isNull();
        assertThat(read(result, 1).value()).isEqualTo(bytes("1"));
        assertThat(result.reads().get(2)).isNull();
    }

    @Test
    void deletingARangeLeavesItsNeighbours() {
        txn(put("p/a", "1"), put("p/b", "1"), put("p", "1"), put("p0", "1"));
        long revision = txn(new Op.DeleteRange(prefix + "p/")).revision();
        assertThat(keys("", revision)).containsExactly("p", "p0");
        assertThat(keys("p", revision)).containsExactly("p", "p0");
    }

    @Test
    void whatChangesNothingTakesNoRevisionOfItsOwn() {
        long revision = txn(put("a", "1")).revision();
        TxnResult read = txn(new Op.Get(prefix + "a"));
        TxnResult empty = get(store.txn(Txn.EMPTY));
        TxnResult nothing = txn(new Op.Delete(prefix + "none"));
        // A tick may have come between.
        assertThat(read.revision()).isGreaterThanOrEqualTo(revision);
        assertThat(empty.revision()).isGreaterThanOrEqualTo(read.revision());
        assertThat(nothing.revision()).isGreaterThanOrEqualTo(empty.revision());
        assertThat(key("a", revision).modRevision()).isEqualTo(revision);
    }

    @Test
    void aQueueNumbersItsEntriesWithoutHolesWhateverIsDeletedMeanwhile() {
        String queue = prefix + "queue";
        assertThat(read(txn(new Op.Append(queue, bytes("one"))), 0).key()).isEqualTo(Op.Append.entry(queue, 1));
        TxnResult two = txn(new Op.Append(queue, bytes("two")), new Op.Append(queue, bytes("three")));
        assertThat(two.reads())
                .extracting(KeyValue::key)
                .containsExactly(Op.Append.entry(queue, 2), Op.Append.entry(queue, 3));
        assertThat(read(two, 0).modRevision()).isEqualTo(two.revision());
        get(store.txn(Txn.guarded(List.of(Compare.absent(queue)), List.of(new Op.Append(queue, bytes("refused"))))));
        txn(new Op.DeleteRange(queue + "/"));
        TxnResult four = txn(new Op.Append(queue, bytes("four")));
        assertThat(read(four, 0).key()).isEqualTo(queue + "/0000000000000004");
        assertThat(Op.Append.sequence(read(four, 0).key())).isEqualTo(4);
        assertThat(key("queue/0000000000000004", four.revision()).value()).isEqualTo(bytes("four"));
        assertThatThrownBy(() -> Op.Append.sequence("queue/4")).hasMessage("queue/4 is no key of a queue's entry");
    }

    @Test
    void aRevisionIsReadWithoutTheValue() {
        long created = txn(put("dated", "one")).revision();
        long changed = txn(put("dated", "two")).revision();
        TxnResult looked = txn(new Op.GetRevision(prefix + "dated"), new Op.GetRevision(prefix + "missing"));
        assertThat(read(looked, 0).key()).isEqualTo(prefix + "dated");
        assertThat(read(looked, 0).value()).isEmpty();
        assertThat(read(looked, 0).createRevision()).isEqualTo(created);
        assertThat(read(looked, 0).modRevision()).isEqualTo(changed);
        assertThat(read(looked, 0).version()).isEqualTo(2);
        assertThat(looked.reads().get(1)).isNull();
        assertThat(key("dated", changed).value()).isEqualTo(bytes("two"));
    }

    @Test
    void aRangeIsReadInPartsAsTheTransactionSeesIt() {
        TxnResult all = txn(
                put("r", "0"),
                put("r/a", "1"),
                put("r/b", "2"),
                put("r/c", "3"),
                put("r0", "4"),
                new Op.GetRange(prefix + "r/", "", 10));
        assertThat(all.reads())
                .extracting(KeyValue::key)
                .containsExactly(prefix + "r/a", prefix + "r/b", prefix + "r/c");
        TxnResult part = txn(new Op.GetRange(prefix + "r/", prefix + "r/a", 1), new Op.GetRange(prefix + "r0", "", 10));
        assertThat(part.reads()).extracting(KeyValue::key).containsExactly(prefix + "r/b", prefix + "r0");
        txn(new Op.Put(prefix + "r/a", new byte[Op.GetRange.MAX_BYTES]));
        assertThat(txn(new Op.GetRange(prefix + "r/", "", 10)).reads())
                .as("ends early behind much")
                .extracting(KeyValue::key)
                .containsExactly(prefix + "r/a");
        assertThatThrownBy(() -> new Op.GetRange("r", "", 1_001))
                .hasMessage("limit (1001) must be between 1 and 1000: ask for the next part behind the last key");
    }

    @Test
    void transactionsOfOneNodeAreAppliedInTheOrderOfTheCalls() {
        List<CompletableFuture<TxnResult>> futures = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            futures.add(store.txn(new Txn(
                    List.of(new Compare(prefix + "a", Compare.Target.VERSION, Compare.Relation.EQUAL, i, NONE)),
                    List.of(put("a", "" + i)),
                    List.of())));
        }
        long last = 0;
        for (CompletableFuture<TxnResult> future : futures) {
            TxnResult result = get(future);
            assertThat(result.succeeded()).isTrue();
            assertThat(result.revision()).isGreaterThan(last);
            last = result.revision();
        }
        assertThat(key("a", last).version()).isEqualTo(300);
    }

    @Test
    void transactionsOfABatchShareNoFate() {
        List<TxnResult> results = get(store.txnBatch(List.of(
                Txn.of(put("a", "1")),
                Txn.guarded(List.of(Compare.absent(prefix + "a")), List.of(put("b", "1"))),
                Txn.of(settle(1, 1, 1, ""), put("c", "1")),
                Txn.of(settle(1, 1, 1, ""), put("d", "1")),
                Txn.of(put("e", "1")))));
        assertThat(results)
                .extracting(result -> result.getClass().getSimpleName())
                .containsExactly("Succeeded", "CompareFailed", "Succeeded", "SettleRefused", "Succeeded");
        assertThat(results).extracting(TxnResult::revision).isSorted();
        assertThat(keys("", results.get(4).revision())).containsExactly("a", "c", "e");
        assertThat(get(store.txnBatch(List.of()))).isEmpty();
    }

    @Test
    void aLargeValueIsKept() {
        byte[] large = new byte[900_000];
        Arrays.fill(large, (byte) 7);
        long revision = txn(new Op.Put(prefix + "large", large)).revision();
        assertThat(key("large", revision).value()).isEqualTo(large);
        txn(new Op.Delete(prefix + "large"));
    }

    private static Txn reads(int number, Op read) {
        return new Txn(List.of(), Collections.nCopies(number, read), List.of());
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeItIsSubmittedAndHarmsNothing() {
        byte[] large = new byte[MetadataStore.MAX_VALUE_LENGTH + 1];
        assertFails(store.txn(Txn.of(new Op.Put(prefix + "large", large))), Code.TOO_LARGE)
                .hasMessageContaining("key " + prefix + "large has 1048577 bytes, the limit is 1048576");
        byte[] half = new byte[MetadataStore.MAX_TXN_LENGTH / 2];
        assertFails(store.txn(Txn.of(new Op.Put("x", half), new Op.Put("y", half))), Code.TOO_LARGE)
                .hasMessageContaining("the limit is 1048576: split it into several transactions");
        byte[] reply = new byte[Op.Settle.MAX_REPLY_LENGTH + 1];
        assertFails(
                        store.txnBatch(List.of(Txn.EMPTY, Txn.of(new Op.Settle(session, 1, 1, 1, 1, reply)))),
                        Code.TOO_LARGE)
                .hasMessageContaining("has 65537 bytes, the limit is 65536");
        // An answer of so many values of a MiB each would be longer than what one node tells another.
        assertFails(store.txn(reads(65, new Op.Get(prefix + "a"))), Code.TOO_LARGE)
                .hasMessageContaining("may read 65 values of any length, the limit is 64");
        assertThat(get(store.txn(reads(64, new Op.Get(prefix + "a")))).reads()).hasSize(64);
        assertThat(get(store.txn(reads(2_000, Op.Get.ofSmall(prefix + "a")))).reads())
                .hasSize(2_000);
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
    }

    @Test
    void singleWritesAndDeletesSayWhenAndWhether() {
        long first = get(store.put(prefix + "a", bytes("1")));
        long both = get(store.putAll(Map.of(prefix + "b", bytes("2"), prefix + "c", bytes("3"))));
        assertThat(key("a", first).modRevision()).isEqualTo(first);
        assertThat(key("b", both).modRevision()).isEqualTo(both).isGreaterThan(first);
        assertThat(key("c", both).modRevision()).isEqualTo(both);
        assertThat(get(store.delete(prefix + "a"))).isTrue();
        assertThat(get(store.delete(prefix + "a"))).isFalse();
        get(store.awaitRevision(get(store.deleteRange(prefix))));
        assertThat(store.view().keys(prefix, "", 10).keys()).isEmpty();
    }

    @Test
    void keysAreListedInPartsWithoutAHoleOrADouble() {
        Map<String, byte[]> values = new TreeMap<>();
        for (int i = 0; i < 25; i++) {
            values.put(prefix + "k/" + (char) ('a' + i), bytes("v"));
        }
        values.put(prefix + "k", bytes("before"));
        values.put(prefix + "k0", bytes("behind"));
        get(store.putAll(values));
        List<String> listed = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String after = "";
        while (after != null) {
            KeyList part = get(store.listKeys(prefix + "k/", after, 10));
            assertThat(part.revision()).isGreaterThanOrEqualTo(key("k", 0).modRevision());
            listed.addAll(part.keys());
            sizes.add(part.keys().size());
            after = part.next();
        }
        assertThat(sizes).containsExactly(10, 10, 5);
        assertThat(listed)
                .isEqualTo(values.keySet().stream()
                        .filter(key -> key.startsWith(prefix + "k/"))
                        .toList());
        KeyList all = store.view().keys(prefix + "k/", "", 25);
        assertThat(all.keys()).isEqualTo(listed);
        assertThat(all.next()).as("a part that is just full is the last").isNull();
        assertThat(store.view().keys(prefix + "k/", prefix + "k/b+", 1).keys())
                .as("behind a key that is not there")
                .containsExactly(prefix + "k/c");
        assertThatThrownBy(() -> store.view().keys(prefix, "", 0))
                .hasMessage("limit (0) must be between 1 and 10000: ask for the next part behind the last key");
        assertThatThrownBy(() -> store.view().keys(prefix, "", 10_001))
                .hasMessageStartingWith("limit (10001) must be between 1 and 10000");
    }
}
