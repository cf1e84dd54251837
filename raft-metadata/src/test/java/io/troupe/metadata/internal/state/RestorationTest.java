package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.codec.Bytes;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class RestorationTest {
    private static StateView state(long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        state.apply(9, List.of(new Command.Lead("n1")));
        for (int step = 0; step < 120; step++) {
            state.apply(9, random.next(state.view()));
        }
        return state.view();
    }

    private static List<KeyValue> keys(StateView view) {
        List<KeyValue> all = new ArrayList<>();
        view.forEach("", all::add);
        return all;
    }

    @Property(tries = 100)
    void whatBelongsToNobodysLifeSurvivesAndAllLivesAreOver(@ForAll long seed) {
        StateView old = state(seed);
        StateView restored = Restoration.of(old);
        restored.forEachSession(session -> assertThat(session.open()).isFalse());
        assertThat(keys(restored))
                .isEqualTo(keys(old).stream()
                        .filter(entry -> entry.session() == null)
                        .toList());
        assertThat(restored.clusterTimeMillis()).isEqualTo(old.clusterTimeMillis());
        assertThat(restored.leader()).isNull();
        old.channels().visitFrom(null, (channel, window) -> {
            assertThat(restored.channels().get(channel)).isSameAs(window);
            return true;
        });
        old.forEachSession(session -> {
            if (session.open()) {
                assertThat(restored.ended().get(new EndedSession(old.clusterTimeMillis(), session.id())))
                        .isTrue();
            }
        });
    }

    @Property(tries = 50)
    void noRevisionThatTheOldClusterHasGivenOutComesAgain(@ForAll long seed) {
        StateView old = state(seed);
        long aWhileLater = old.revision() + 1_000_000_000_000L;
        assertThat(Restoration.of(old).revision()).isGreaterThan(aWhileLater);
        MetadataState again = new MetadataState(Restoration.of(old));
        SessionId session = open(again, "n1");
        assertThat(session.incarnation()).isGreaterThan(aWhileLater);
        assertThat(submit(again, session, new Op.Put("epoch", new byte[0])).revision())
                .isGreaterThan(aWhileLater);
    }

    @Property(tries = 50)
    void everyVoterComesToTheSameBytes(@ForAll long seed) {
        StateView old = state(seed);
        byte[] here = Bytes.snapshot(Restoration.of(old));
        byte[] there = Bytes.snapshot(Restoration.of(Bytes.restore(Bytes.snapshot(old))));
        assertThat(there).isEqualTo(here);
    }

    /** The log of the new cluster starts with term 1 again. */
    @Example
    void theFirstLeaderOfTheNewClusterIsAccepted() {
        MetadataState again = new MetadataState(Restoration.of(state(1)));
        again.apply(1, List.of(new Command.Lead("n2")));
        assertThat(again.view().leader()).isEqualTo(new Leader("n2", 1));
    }

    @Example
    void settledMessagesStaySettledAndOthersOfTheOldLifeAreRefused() {
        MetadataState before = new MetadataState();
        before.apply(1, List.of(new Command.Tick(1_000, List.of())));
        SessionId sender = open(before, "n1");
        submit(before, sender, settle(sender, 1));
        MetadataState after = new MetadataState(Restoration.of(before.view()));
        SessionId owner = open(after, "n2");
        assertThat(submit(after, owner, settle(sender, 1)))
                .isInstanceOfSatisfying(TxnResult.SettleRefused.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(TxnResult.Reason.SETTLED);
                    assertThat(refused.outcome()).isEqualTo(7);
                });
        assertThat(submit(after, open(after, "n3"), settle(sender, 2)))
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(TxnResult.Reason.SESSION_CLOSED));
    }

    @Example
    void whatAnOutboxHasSettledStaysAndItMaySettleMore() {
        MetadataState before = new MetadataState();
        SessionId outbox = SessionId.outbox(5);
        submit(before, open(before, "n1"), settle(outbox, 1));
        MetadataState after = new MetadataState(Restoration.of(before.view()));
        assertThat(submit(after, open(after, "n2"), settle(outbox, 1)))
                .isInstanceOfSatisfying(
                        TxnResult.SettleRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(TxnResult.Reason.SETTLED));
        assertThat(submit(after, open(after, "n3"), settle(outbox, 2)).succeeded())
                .isTrue();
    }

    private static Op settle(SessionId sender, long sequence) {
        return new Op.Settle(sender, 3, sequence, 1, 7, new byte[0]);
    }

    private static SessionId open(MetadataState state, String nodeId) {
        return ((Outcome.SessionOpened) state.apply(1, List.of(new Command.OpenSession(nodeId, "disk", 1, 1000)))
                        .outcomes()
                        .get(0))
                .session();
    }

    private static TxnResult submit(MetadataState state, SessionId session, Op op) {
        return ((Outcome.Submitted) state.apply(1, List.of(new Command.Submit(session, 1, List.of(Txn.of(op)))))
                        .outcomes()
                        .get(0))
                .results()
                .get(0);
    }
}
