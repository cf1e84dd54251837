package io.troupe.metadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.TxnResult.SettleRefused;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What every {@link MetadataStore} promises. All tests of a class share one store, because starting a replicated one
 * takes its time: each uses keys of its own. The store's leader must tick by itself, and faster than {@link MetadataStoreFixture#SHORT_TTL}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class MetadataStoreContract extends MetadataStoreFixture {
    // Transactions

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
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
    }

    // Settling

    @Test
    void aMessageTakesEffectOnce() {
        assertThat(txn(settle(1, 1, 7, "answer"), put("count", "1")).succeeded())
                .isTrue();
        TxnResult again = txn(put("count", "2"), settle(1, 1, 9, "other"));
        assertThat(again).isInstanceOfSatisfying(SettleRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.SETTLED);
            assertThat(refused.outcome()).isEqualTo(7);
            assertThat(refused.reply()).isEqualTo(bytes("answer"));
            assertThat(refused.reads()).isEmpty();
            assertThat(refused.succeeded()).isFalse();
        });
        assertThat(key("count", again.revision()).value()).isEqualTo(bytes("1"));
    }

    @Test
    void theFloorSettlesEverythingBelowIt() {
        assumeTrue(seesSettled());
        txn(settle(1, 1, 1, ""), settle(3, 1, 2, "three"));
        long revision = txn(settle(5, 3, 1, "")).revision();
        assertRefused(txn(settle(2, 1, 1, "")), Reason.BELOW_FLOOR);
        get(store.awaitRevision(revision));
        SettledWindow window = store.view().settled(session, 3);
        assertThat(window.floor()).isEqualTo(3);
        assertThat(window.highest()).isEqualTo(5);
        assertThat(IntStream.rangeClosed(1, 6).filter(window::isSettled)).containsExactly(1, 2, 3, 5);
        assertThat(window.settlement(1)).isNull();
        assertThat(Objects.requireNonNull(window.settlement(3)).reply()).isEqualTo(bytes("three"));
        assertThat(Objects.requireNonNull(window.settlement(5)).outcome()).isEqualTo(1);
        SettledWindow unused = store.view().settled(session, 99);
        assertThat(unused.floor()).isEqualTo(1);
        assertThat(unused.highest()).isZero();
        assertThat(unused.isSettled(1)).isFalse();
    }

    @Test
    void aWindowHasALimit() {
        assertThat(txn(settle(SettledWindow.MAX_LENGTH, 1, 1, "")).succeeded()).isTrue();
        assertRefused(txn(settle(SettledWindow.MAX_LENGTH + 1L, 1, 1, "")), Reason.WINDOW_FULL);
        assertThat(txn(settle(SettledWindow.MAX_LENGTH + 1L, 2, 1, "")).succeeded())
                .isTrue();
    }

    @Test
    void onlyTheOpenSessionOfANodeCanSettleOrBind() {
        SessionId former = session;
        SessionId fresh = get(store.openSession(LONG_TTL));
        assertThat(fresh.incarnation()).isGreaterThan(former.incarnation());
        assertRefused(txn(new Op.Settle(former, 3, 1, 1, 1, NONE), put("a", "1")), Reason.SESSION_CLOSED);
        assertRefused(txn(put("a", "1"), new Op.Put(prefix + "b", NONE, former)), Reason.SESSION_CLOSED);
        TxnResult unknown = txn(new Op.Settle(new SessionId("nobody", 1), 3, 1, 1, 1, NONE));
        assertRefused(unknown, Reason.SESSION_FORGOTTEN);
        assertThat(keys("", unknown.revision())).isEmpty();
        assertThat(txn(new Op.Settle(fresh, 3, 1, 1, 1, NONE)).succeeded()).isTrue();
    }

    // Sessions

    @Test
    void aSessionIsSeenInTheView() {
        get(store.awaitRevision(session.incarnation()));
        MetadataView.Session seen = Objects.requireNonNull(store.view().session(store.nodeId()));
        assertThat(seen.id()).isEqualTo(session);
        assertThat(seen.open()).isTrue();
        assertThat(seen.ttlMillis()).isEqualTo(LONG_TTL);
        assertThat(seen.renewedAt()).isGreaterThanOrEqualTo(session.incarnation());
        assertThat(store.view().isOpen(session)).isTrue();
        assertThat(store.view().isOpen(new SessionId(session.nodeId(), session.incarnation() - 1)))
                .isFalse();
        assertThat(store.view().session("nobody")).isNull();
    }

    @Test
    void aKeepAliveIsAnsweredWithTheRevisionThatRenewedTheSession() {
        long first = get(store.keepAlive());
        long second = get(store.keepAlive());
        assertThat(second).isGreaterThan(first).isGreaterThan(session.incarnation());
        get(store.awaitRevision(second));
        assertThat(Objects.requireNonNull(store.view().session(store.nodeId())).renewedAt())
                .isGreaterThanOrEqualTo(second);
        assertThat(store.view().clusterTimeMillis()).isPositive();
    }

    @Test
    void closingASessionDeletesItsKeysAtOneRevision() {
        Recorder recorder = new Recorder();
        txn(bound("b", session), bound("a", session), put("free", "1"), bound("freed", session));
        long revision = txn(put("freed", "2")).revision();
        get(store.awaitRevision(revision));
        watch(prefix, revision + 1, recorder);
        get(store.closeSession());
        await().until(() -> recorder.events().size() == 2);
        assertThat(recorder.events()).extracting(WatchEvent::key).containsExactly(prefix + "a", prefix + "b");
        assertThat(recorder.events()).hasOnlyElementsOfType(WatchEvent.Delete.class);
        long end = recorder.events().get(0).revision();
        assertThat(recorder.events().get(1).revision()).isEqualTo(end);
        assertThat(keys("", end)).containsExactly("free", "freed");
        assertThat(store.view().isOpen(session)).isFalse();
        get(store.closeSession());
    }

    @Test
    void withoutASessionNothingIsSubmitted() {
        get(store.closeSession());
        assertFails(store.txn(Txn.of(put("a", "1"))), Code.NO_SESSION)
                .hasMessageContaining(store.nodeId())
                .hasMessageContaining("openSession");
        assertFails(store.txnBatch(List.of(Txn.EMPTY)), Code.NO_SESSION);
        assertFails(store.keepAlive(), Code.NO_SESSION);
        session = get(store.openSession(LONG_TTL));
        assertThat(keys("", txn(put("b", "1")).revision())).containsExactly("b");
    }

    @Test
    void aNewSessionOfTheSameDirectoryEndsTheOldOneWithItsKeys() {
        long revision = txn(bound("a", session)).revision();
        assertThat(key("a", revision).session()).isEqualTo(session);
        SessionId fresh = get(store.openSession(LONG_TTL));
        get(store.awaitRevision(fresh.incarnation()));
        assertThat(store.view().isOpen(session)).isFalse();
        assertThat(store.view().isOpen(fresh)).isTrue();
        assertThat(store.view().get(prefix + "a")).isNull();
    }

    @Test
    void aSessionLivesAsLongAsItIsRenewedAndEndsWhenItIsNot() {
        SessionId brief = get(store.openSession(SHORT_TTL));
        txn(bound("a", brief));
        long until = System.nanoTime() + Duration.ofMillis(3 * SHORT_TTL).toNanos();
        while (System.nanoTime() < until) {
            get(store.awaitRevision(get(store.keepAlive())));
            assertThat(store.view().isOpen(brief)).isTrue();
        }
        await().until(() -> !store.view().isOpen(brief));
        assertThat(store.view().get(prefix + "a")).isNull();
        assertThat(failure(store.txn(Txn.EMPTY)).code()).isIn(Code.SESSION_ENDED, Code.NO_SESSION);
        assertThat(failure(store.keepAlive()).code()).isIn(Code.SESSION_ENDED, Code.NO_SESSION);
        session = get(store.openSession(LONG_TTL));
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
    }

    // Watches and revisions

    @Test
    void aWatchSeesEveryChangeUnderItsPrefixOnceAndInOrder() {
        long from = get(store.barrier()) + 1;
        Recorder recorder = new Recorder();
        List<CompletableFuture<TxnResult>> futures = new ArrayList<>();
        watch(prefix + "w/", from, recorder);
        for (int i = 0; i < 100; i++) {
            futures.add(store.txn(Txn.of(put("w/a", "" + i), put("x", "" + i), put("w/b", "" + i))));
        }
        List<Long> expected = new ArrayList<>();
        for (CompletableFuture<TxnResult> future : futures) {
            expected.addAll(Collections.nCopies(2, get(future).revision()));
        }
        await().until(() -> recorder.events().size() >= expected.size());
        assertThat(recorder.events()).extracting(WatchEvent::revision).isEqualTo(expected);
        long deleted = txn(new Op.DeleteRange(prefix + "w/")).revision();
        await().until(() -> recorder.events().size() >= expected.size() + 2);
        assertThat(recorder.events())
                .endsWith(
                        new WatchEvent.Delete(prefix + "w/a", deleted), new WatchEvent.Delete(prefix + "w/b", deleted));
        assertThat(recorder.torn).isFalse();
        assertThat(recorder.resyncs).isZero();
    }

    @Test
    void aWatchGoesOnFromAView() {
        long first = txn(put("a", "1")).revision();
        get(store.awaitRevision(first));
        MetadataView view = store.view();
        long second = txn(put("a", "2")).revision();
        Recorder later = new Recorder();
        Recorder past = new Recorder();
        watch(prefix, view.revision() + 1, later);
        watch(prefix, first, past);
        await().untilAsserted(() -> {
            assertThat(later.events()).extracting(WatchEvent::revision).containsExactly(second);
            assertThat(past.events()).extracting(WatchEvent::revision).containsExactly(first, second);
        });
        WatchEvent event = later.events().get(0);
        assertThat(event).isInstanceOfSatisfying(WatchEvent.Put.class, put -> {
            assertThat(put.entry().value()).isEqualTo(bytes("2"));
            assertThat(put.entry().version()).isEqualTo(2);
        });
        // The old view is as it was.
        assertThat(Objects.requireNonNull(view.get(prefix + "a")).value()).isEqualTo(bytes("1"));
    }

    @Test
    void aClosedWatchIsToldNothingMore() {
        Recorder closed = new Recorder();
        Recorder open = new Recorder();
        long from = get(store.barrier()) + 1;
        Watch ended = store.watch(prefix, from, closed);
        ended.close();
        ended.close();
        watch(prefix, from, open);
        txn(put("a", "1"));
        await().until(() -> open.events().size() == 1);
        assertThat(closed.events()).isEmpty();
    }

    @Test
    void aListenerThatThrowsKeepsItsWatch() {
        Recorder recorder = new Recorder();
        long from = get(store.barrier()) + 1;
        WatchListener failing = new WatchListener() {
            @Override
            public void onEvents(List<WatchEvent> events, MetadataView view) {
                recorder.onEvents(events, view);
                throw new IllegalArgumentException("the listener's own fault, as this test wants it");
            }

            @Override
            public void onResync(MetadataView view) {
                recorder.onResync(view);
            }
        };
        watch(prefix, from, failing);
        txn(put("a", "1"));
        await().until(() -> recorder.events().size() == 1);
        txn(put("a", "2"));
        await().until(() -> recorder.events().size() == 2);
    }

    @Test
    void aBarrierIsAtOrAboveEverythingThatCompletedBefore() {
        for (int i = 0; i < 20; i++) {
            long written = txn(put("a", "" + i)).revision();
            long barrier = get(store.barrier());
            assertThat(barrier).isGreaterThanOrEqualTo(written);
            assertThat(key("a", 0).value()).isEqualTo(bytes("" + i));
        }
    }

    @Test
    void aRevisionThatIsNotThereYetIsAwaited() {
        long now = get(store.barrier());
        CompletableFuture<Long> far = store.awaitRevision(now + 1_000_000);
        long written = txn(put("a", "1")).revision();
        assertThat(get(store.awaitRevision(written))).isGreaterThanOrEqualTo(written);
        assertThat(get(store.awaitRevision(0))).isGreaterThanOrEqualTo(now);
        assertThat(far).isNotDone();
        far.cancel(false);
    }

    @Test
    void aViewVisitsAPrefixInOrder() {
        List<String> names =
                IntStream.range(0, 200).mapToObj(i -> String.format("k%03d", i)).toList();
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new java.util.Random(1));
        List<TxnResult> results = get(store.txnBatch(
                shuffled.stream().map(name -> Txn.of(put(name, "1"))).toList()));
        long revision = results.get(results.size() - 1).revision();
        assertThat(keys("", revision)).isEqualTo(names);
        assertThat(keys("k01", revision)).isEqualTo(names.subList(10, 20));
    }

    // Leadership

    @Test
    void theLeaderIsKnown() {
        MetadataView.Leader leader = Objects.requireNonNull(store.view().leader());
        assertThat(leader.term()).isPositive();
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        store.onLeadership(new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                told.add("leading");
            }

            @Override
            public void onNotLeading() {
                told.add("not leading");
            }
        });
        await().until(() -> !told.isEmpty());
        if (store.isLeader()) {
            assertThat(told.get(told.size() - 1)).isEqualTo("leading");
            assertThat(leader.nodeId()).isEqualTo(store.nodeId());
        }
    }

    // The end; every test above needs the store open.

    @Test
    @Order(Integer.MAX_VALUE)
    void afterCloseEverythingFailsAndNoThreadIsLeft() {
        CompletableFuture<Long> waiting = store.awaitRevision(Long.MAX_VALUE);
        store.close();
        store.close();
        assertFails(waiting, Code.CLOSED);
        assertFails(store.txn(Txn.EMPTY), Code.CLOSED).hasMessageContaining("closed");
        assertFails(store.txnBatch(List.of()), Code.CLOSED);
        assertFails(store.keepAlive(), Code.CLOSED);
        assertFails(store.openSession(LONG_TTL), Code.CLOSED);
        assertFails(store.closeSession(), Code.CLOSED);
        assertFails(store.awaitRevision(0), Code.CLOSED);
        assertFails(store.barrier(), Code.CLOSED);
        assertThat(store.isLeader()).isFalse();
        assertThat(store.view().revision()).isPositive();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-" + store.nodeId() + "-")));
    }
}
