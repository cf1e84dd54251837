package io.troupe.metadata;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.TxnResult.SettleRefused;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What every {@link MetadataStore} promises of sessions, and of what they settle. */
abstract class SessionContract extends TransactionContract {
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
    void aTimeToLiveThatCannotBeIsRefusedAndTheSessionGoesOn() {
        for (long ttl : new long[] {-1, 0, MetadataStore.LONGEST_TTL_MILLIS + 1, Long.MAX_VALUE}) {
            assertFails(store.openSession(ttl), Code.BAD_CONFIG)
                    .hasMessage("a session cannot live for " + ttl + " ms without a keep-alive: between 1 ms and 365"
                            + " days can be kept");
            assertFails(store.joinSession(session, ttl), Code.BAD_CONFIG);
        }
        txn(put("a", "1"));
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

    // Lives of another group

    /** As another group could have given it: later than the open session, and no revision of this store. */
    private SessionId joinNext(long ttlMillis) {
        SessionId life = new SessionId(session.nodeId(), session.incarnation() + 1);
        assertThat(get(store.joinSession(life, ttlMillis))).isEqualTo(life);
        return life;
    }

    @Test
    void aLifeThatJoinsHasTheIdThatItWasGiven() {
        SessionId life = joinNext(LONG_TTL);
        long renewed = get(store.keepAlive());
        get(store.awaitRevision(renewed));
        MetadataView.Session seen = Objects.requireNonNull(store.view().session(store.nodeId()));
        assertThat(seen.id()).isEqualTo(life);
        assertThat(seen.open()).isTrue();
        assertThat(seen.ttlMillis()).isEqualTo(LONG_TTL);
        assertThat(seen.renewedAt()).isGreaterThanOrEqualTo(renewed);
        assertRefused(txn(new Op.Settle(session, 3, 1, 1, 1, NONE)), Reason.SESSION_CLOSED);
        TxnResult settled = txn(new Op.Settle(life, 3, 1, 1, 7, NONE), bound("a", life));
        assertThat(key("a", settled.revision()).session()).isEqualTo(life);
        assertRefused(txn(new Op.Settle(life, 3, 1, 1, 1, NONE)), Reason.SETTLED);
        get(store.closeSession());
        assertFails(store.txn(Txn.EMPTY), Code.NO_SESSION);
    }

    @Test
    void aLifeJoinsOnce() {
        SessionId life = joinNext(LONG_TTL);
        assertCannotJoin(life, life);
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
        get(store.closeSession());
        assertCannotJoin(life, life);
        assertFails(store.txn(Txn.EMPTY), Code.NO_SESSION);
    }

    @Test
    void aLaterLifeEndsTheOneThatHasJoinedAndNoEarlierOneDoes() {
        SessionId former = session;
        session = joinNext(LONG_TTL);
        long revision = txn(bound("a", session)).revision();
        SessionId later = joinNext(LONG_TTL);
        TxnResult after = txn(put("b", "1"));
        assertThat(after.revision()).isGreaterThan(revision);
        assertThat(keys("", after.revision())).containsExactly("b");
        assertThat(store.view().isOpen(session)).isFalse();
        assertThat(store.view().isOpen(later)).isTrue();
        assertCannotJoin(session, later);
        assertCannotJoin(former, later);
        assertThat(txn(put("c", "1")).succeeded()).isTrue();
    }

    @Test
    void onlyItsOwnLifeOpensASessionOfANode() {
        SessionId foreign = new SessionId("nobody", session.incarnation() + 1);
        assertThat(store.joinSession(foreign, LONG_TTL))
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(IllegalArgumentException.class)
                .withMessageContaining(
                        "node " + store.nodeId() + " cannot join with life " + foreign + " of another node");
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
    }

    private void assertCannotJoin(SessionId life, SessionId known) {
        assertFails(store.joinSession(life, LONG_TTL), Code.SESSION_HELD)
                .hasMessageContaining("life " + life + " of node " + store.nodeId() + " cannot join this group")
                .hasMessageContaining("knows " + known + " already")
                .hasMessageContaining("open a new session in the first group");
    }

    @Test
    void aLifeThatHasJoinedEndsWhenItIsNotRenewed() {
        SessionId life = joinNext(SHORT_TTL / 4);
        await().until(() -> Objects.requireNonNull(store.view().session(store.nodeId()))
                        .id()
                        .equals(life)
                && !store.view().isOpen(life));
        assertThat(failure(store.keepAlive()).code()).isIn(Code.SESSION_ENDED, Code.NO_SESSION);
    }

    @Test
    void aSessionLivesAsLongAsItIsRenewedAndEndsWhenItIsNot() {
        SessionId ended = BriefSession.renewedInTime(store, SHORT_TTL, brief -> {
            txn(bound("a", brief.id()));
            long until =
                    System.nanoTime() + Duration.ofMillis(3 * brief.ttlMillis()).toNanos();
            while (System.nanoTime() < until) {
                get(store.awaitRevision(brief.renew()));
                assertThat(store.view().isOpen(brief.id())).isTrue();
            }
        });
        await().until(() -> !store.view().isOpen(ended));
        assertThat(store.view().get(prefix + "a")).isNull();
        assertThat(failure(store.txn(Txn.EMPTY)).code()).isIn(Code.SESSION_ENDED, Code.NO_SESSION);
        assertThat(failure(store.keepAlive()).code()).isIn(Code.SESSION_ENDED, Code.NO_SESSION);
        session = get(store.openSession(LONG_TTL));
        assertThat(txn(put("a", "1")).succeeded()).isTrue();
    }
}
