package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.TxnResult.Reason;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.Bytes;
import io.troupe.metadata.internal.state.Outcome.ExpiryDropped;
import io.troupe.metadata.internal.state.Outcome.SessionEnded;
import io.troupe.metadata.internal.state.Outcome.SessionHeld;
import io.troupe.metadata.internal.state.Outcome.SessionOpened;
import io.troupe.metadata.internal.state.Outcome.Ticked;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SessionsTest extends StateFixture {
    @Test
    void theIncarnationIsTheRevisionOfTheOpening() {
        long before = state.view().revision();
        SessionId opened = open("n2", "disk", 5);
        assertThat(opened).isEqualTo(new SessionId("n2", before + 1));
        assertThat(state.view().revision()).isEqualTo(before + 1);
        assertThat(state.view().session("n2")).isEqualTo(new Session(opened, "disk", 5000, before + 1, true));
    }

    @Test
    void aRepeatedRequestIsAnsweredWithTheSameSession() {
        Outcome first = apply(new Command.OpenSession("n2", "disk", 5, 5000));
        apply(new Command.Tick(9, List.of()));
        long before = state.view().revision();
        assertThat(apply(new Command.OpenSession("n2", "disk", 5, 5000))).isEqualTo(first);
        assertThat(state.view().revision()).isEqualTo(before);
    }

    @Test
    void anotherRequestFromTheSameDiskEndsTheOldSessionFirst() {
        SessionId old = open("n2", "disk", 5);
        txn(Txn.of(new Op.Put("bound", bytes("1"), old)));
        long before = state.view().revision();
        SessionId fresh = open("n2", "disk", 6);
        assertThat(fresh.incarnation()).isEqualTo(before + 2);
        assertThat(events).containsExactly(new WatchEvent.Delete("bound", before + 1));
        assertThat(state.view().isOpen(old)).isFalse();
        assertThat(state.view().isOpen(fresh)).isTrue();
    }

    @Test
    void anotherDiskMustWaitForTheEnd() {
        SessionId holder = open("n2", "disk", 5);
        Command other = new Command.OpenSession("n2", "other", 5, 5000);
        assertThat(apply(other)).isEqualTo(new SessionHeld(holder, "disk", 5000));
        assertThat(state.view().isOpen(holder)).isTrue();
        apply(new Command.CloseSession(holder));
        assertThat(apply(other)).isInstanceOf(SessionOpened.class);
    }

    @Test
    void boundKeysEndWithTheirSessionInOneRevision() {
        SessionId other = open("n2", "disk", 1);
        txn(Txn.of(new Op.Put("b", bytes("1"), other), new Op.Put("a", bytes("1"), other), put("free", "1")));
        txn(Txn.of(new Op.Put("mine", bytes("1"), own), new Op.Put("freed", bytes("1"), other)));
        txn(Txn.of(put("freed", "2")));
        long revision = state.view().revision() + 1;
        assertThat(apply(new Command.CloseSession(other))).isEqualTo(new SessionEnded(revision));
        assertThat(events).containsExactly(new WatchEvent.Delete("a", revision), new WatchEvent.Delete("b", revision));
        assertThat(key("mine").session()).isEqualTo(own);
        assertThat(key("freed").session()).isNull();
        assertThat(apply(new Command.CloseSession(other))).isEqualTo(new SessionEnded(revision));
    }

    @Test
    void aKeyIsBoundOnlyToTheVeryOpenSession() {
        TxnResult result = txn(Txn.of(put("a", "1"), new Op.Put("b", NONE, new SessionId("n1", 999))));
        assertThat(result)
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.SESSION_CLOSED));
        assertThat(state.view().get("a")).isNull();
    }

    @Test
    void boundKeysAreKnownAfterARestoreToo() {
        txn(Txn.of(new Op.Put("bound", bytes("1"), own)));
        state = Bytes.copy(state);
        apply(new Command.CloseSession(own));
        assertThat(state.view().get("bound")).isNull();
    }

    @Test
    void expiryIsDroppedWhenTheSessionWasRenewedLater() {
        long openedAt = own.incarnation();
        Ticked tick = (Ticked) apply(new Command.Tick(100, List.of(own)));
        assertThat(session("n1").renewedAt()).isEqualTo(tick.revision());
        assertThat(apply(new Command.ExpireSession(own, openedAt))).isEqualTo(new ExpiryDropped(tick.revision()));
        assertThat(state.view().isOpen(own)).isTrue();
        assertThat(apply(new Command.ExpireSession(own, tick.revision())))
                .isEqualTo(new SessionEnded(tick.revision() + 1));
        assertThat(state.view().isOpen(own)).isFalse();
        assertThat(apply(new Command.ExpireSession(own, 0))).isEqualTo(new SessionEnded(tick.revision() + 1));
    }

    @Test
    void expiryOfAnEarlierLifeIsDropped() {
        SessionId fresh = open("n1", "disk", 99);
        assertThat(apply(new Command.ExpireSession(own, own.incarnation()))).isInstanceOf(ExpiryDropped.class);
        assertThat(apply(new Command.ExpireSession(new SessionId("n8", 1), 1))).isInstanceOf(ExpiryDropped.class);
        assertThat(state.view().isOpen(fresh)).isTrue();
    }

    @Test
    void aTickNamesRenewalsThatCameTooLate() {
        SessionId other = open("n2", "disk", 1);
        apply(new Command.CloseSession(other));
        SessionId never = new SessionId("n8", 1);
        long before = state.view().revision();
        assertThat(apply(new Command.Tick(5, List.of(other, own, never, own))))
                .isEqualTo(new Ticked(before + 1, List.of(other, never)));
        assertThat(session("n2").open()).isFalse();
    }

    @Test
    void timeNeverGoesBack() {
        apply(new Command.Tick(100, List.of()));
        apply(new Command.Tick(50, List.of()));
        assertThat(state.view().clusterTimeMillis()).isEqualTo(100);
        apply(new Command.Tick(Long.MIN_VALUE, List.of()));
        apply(new Command.Tick(Long.MAX_VALUE, List.of()));
        assertThat(state.view().clusterTimeMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void settledMessagesOutliveTheirSessionForAnHour() {
        apply(new Command.Tick(1000, List.of()));
        txn(Txn.of(new Op.Settle(own, 3, 1, 1, 1, NONE)));
        apply(new Command.CloseSession(own));
        apply(new Command.Tick(1000 + MetadataState.SESSION_RETENTION_MILLIS, List.of()));
        assertThat(state.view().settled(own, 3).isSettled(1)).isTrue();
        assertThat(state.view().session("n1")).isNotNull();
        apply(new Command.Tick(1001 + MetadataState.SESSION_RETENTION_MILLIS, List.of()));
        assertThat(state.view().settled(own, 3).isSettled(1)).isFalse();
        assertThat(state.view().session("n1")).isNull();
        assertThat(state.view().channels().size()).isZero();
        assertThat(state.view().ended().size()).isZero();
    }

    @Test
    void whatEndedBeforeTheFirstTickIsKeptForAnHourFromThere() {
        txn(Txn.of(new Op.Settle(own, 3, 1, 1, 1, NONE)));
        SessionId fresh = open("n1", "disk", 99);
        apply(new Command.Tick(1_700_000_000_000L, List.of()));
        assertThat(state.view().settled(own, 3).isSettled(1)).isTrue();
        apply(new Command.Tick(1_700_000_000_001L + MetadataState.SESSION_RETENTION_MILLIS, List.of()));
        assertThat(state.view().settled(own, 3).isSettled(1)).isFalse();
        // The record of the node goes only with its newest session.
        assertThat(state.view().isOpen(fresh)).isTrue();
    }
}
