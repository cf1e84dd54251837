package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.Bytes;
import io.troupe.metadata.internal.state.Outcome.SessionEnded;
import io.troupe.metadata.internal.state.Outcome.SessionHeld;
import io.troupe.metadata.internal.state.Outcome.SessionOpened;
import io.troupe.metadata.internal.state.Outcome.Submitted;
import io.troupe.metadata.internal.state.Outcome.Ticked;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Lives that another group has begun. */
class JoinTest extends StateFixture {
    private static final SessionId LIFE = new SessionId("n2", 900);
    private static final long LONG_AFTER = MetadataState.SESSION_RETENTION_MILLIS + 1;

    private Outcome join(SessionId life, String storageId, long nonce) {
        return apply(new Command.JoinSession(life, storageId, nonce, 5000));
    }

    private static SessionId n2(long incarnation) {
        return new SessionId("n2", incarnation);
    }

    private void endAndForget(SessionId life) {
        apply(new Command.Tick(1000, List.of()));
        apply(new Command.CloseSession(life));
        apply(new Command.Tick(1000 + LONG_AFTER, List.of()));
        assertThat(state.view().session(life.nodeId())).isNull();
    }

    @Test
    void theLifeIsOpenedUnderItsIdAtTheNextRevision() {
        long revision = state.view().revision() + 1;
        assertThat(join(LIFE, "disk", 5)).isEqualTo(new SessionOpened(LIFE, revision));
        assertThat(session("n2")).isEqualTo(new Session(LIFE, "disk", 5000, revision, true));
        assertThat(state.view().revision()).isEqualTo(revision);
    }

    @Test
    void itSettlesIsRenewedAndExpiresAsAnyOther() {
        long opened = ((SessionOpened) join(LIFE, "disk", 5)).revision();
        Op settle = new Op.Settle(LIFE, 3, 1, 1, 1, NONE);
        assertThat(apply(new Command.Submit(LIFE, 1, List.of(Txn.of(settle)))))
                .isInstanceOfSatisfying(
                        Submitted.class,
                        submitted -> assertThat(submitted.results().get(0).succeeded())
                                .isTrue());
        assertThat(state.view().settled(LIFE, 3).isSettled(1)).isTrue();
        Ticked tick = (Ticked) apply(new Command.Tick(9, List.of(LIFE)));
        assertThat(tick.ended()).isEmpty();
        assertThat(apply(new Command.ExpireSession(LIFE, opened))).isInstanceOf(Outcome.ExpiryDropped.class);
        assertThat(apply(new Command.ExpireSession(LIFE, tick.revision()))).isInstanceOf(SessionEnded.class);
    }

    @Test
    void aRepeatedRequestIsAnsweredWithTheSameLife() {
        join(LIFE, "disk", 5);
        apply(new Command.Submit(LIFE, 1, List.of(Txn.of(put("a", "1")))));
        long before = state.view().revision();
        assertThat(join(LIFE, "disk", 5)).isEqualTo(new SessionOpened(LIFE, before));
        assertThat(state.view().revision()).isEqualTo(before);
        assertThat(apply(new Command.Submit(LIFE, 2, List.of(Txn.EMPTY)))).isInstanceOf(Submitted.class);
    }

    @Test
    void anotherRequestForAnOpenLifeIsRefused() {
        join(LIFE, "disk", 5);
        assertThat(join(LIFE, "disk", 6)).isEqualTo(new SessionHeld(LIFE, "disk", 5000));
        assertThat(state.view().isOpen(LIFE)).isTrue();
    }

    @Test
    void aLaterLifeEndsTheEarlierOneWhateverItsDirectory() {
        join(LIFE, "disk", 5);
        apply(new Command.Submit(LIFE, 1, List.of(Txn.of(new Op.Put("bound", bytes("1"), LIFE)))));
        long before = state.view().revision();
        assertThat(join(n2(901), "another disk", 5)).isEqualTo(new SessionOpened(n2(901), before + 2));
        assertThat(events).containsExactly(new WatchEvent.Delete("bound", before + 1));
        assertThat(state.view().isOpen(LIFE)).isFalse();
        assertThat(txn(Txn.of(new Op.Settle(LIFE, 3, 1, 1, 1, NONE))))
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(TxnResult.Reason.SESSION_CLOSED));
    }

    @Test
    void anEarlierLifeIsRefusedWhetherTheLaterOneIsOpenOrNot() {
        join(LIFE, "disk", 5);
        SessionHeld held = new SessionHeld(LIFE, "disk", 5000);
        assertThat(join(n2(899), "disk", 6)).isEqualTo(held);
        assertThat(state.view().isOpen(LIFE)).isTrue();
        apply(new Command.CloseSession(LIFE));
        assertThat(join(n2(899), "disk", 6)).isEqualTo(held);
        assertThat(state.view().isOpen(n2(899))).isFalse();
    }

    @Test
    void aLifeThatHasEndedNeverJoinsAgainNotEvenWithTheSameRequest() {
        join(LIFE, "disk", 5);
        apply(new Command.CloseSession(LIFE));
        assertThat(join(LIFE, "disk", 5)).isEqualTo(new SessionHeld(LIFE, "disk", 5000));
        assertThat(join(LIFE, "disk", 6)).isEqualTo(new SessionHeld(LIFE, "disk", 5000));
        assertThat(join(n2(901), "disk", 7)).isInstanceOf(SessionOpened.class);
    }

    @Test
    void norOnceItIsForgotten() {
        join(LIFE, "disk", 5);
        endAndForget(LIFE);
        state = Bytes.copy(state);
        assertThat(join(LIFE, "disk", 5)).isEqualTo(new SessionHeld(LIFE, "", 0));
        assertThat(join(n2(899), "disk", 5)).isEqualTo(new SessionHeld(LIFE, "", 0));
        assertThat(join(n2(901), "disk", 5)).isInstanceOf(SessionOpened.class);
    }

    @Test
    void aForgottenLifeThatALaterOneHasReplacedStaysForgotten() {
        join(LIFE, "disk", 5);
        SessionId opened = open("n2", "disk", 6);
        endAndForget(opened);
        assertThat(join(LIFE, "disk", 5)).isEqualTo(new SessionHeld(opened, "", 0));
    }

    /** Its ids and those of the other group are not compared: a group that nobody joins remembers nothing. */
    @Test
    void whatWasForgottenBeforeAnybodyJoinedIsInNobodysWay() {
        endAndForget(open("n3", "disk", 1));
        assertThat(state.view().joins()).isEqualTo(Joins.NONE);
        assertThat(join(n2(1), "disk", 5)).isInstanceOf(SessionOpened.class);
    }

    @Test
    void aLifeThatIsOpenedHereIsLaterThanTheOneThatJoined() {
        join(LIFE, "disk", 5);
        long before = state.view().revision();
        Command.OpenSession request = new Command.OpenSession("n2", "disk", 6, 5000);
        assertThat(apply(request)).isEqualTo(new SessionOpened(n2(901), before + 2));
        assertThat(apply(request)).isEqualTo(new SessionOpened(n2(901), before + 2));
        assertThat(session("n2").renewedAt()).isEqualTo(before + 2);
        assertThat(state.view().isOpen(LIFE)).isFalse();
    }

    @Test
    void theLifeOfAnotherDirectoryThatJoinedIsWaitedForAsAnyOther() {
        join(LIFE, "disk", 5);
        assertThat(apply(new Command.OpenSession("n2", "other", 6, 5000)))
                .isEqualTo(new SessionHeld(LIFE, "disk", 5000));
    }
}
