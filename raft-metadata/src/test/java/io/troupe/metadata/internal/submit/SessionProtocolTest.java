package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Lives that join a further group; what all sessions have in common is in {@link SubmitSimulationTest}. */
class SessionProtocolTest implements SubmitProtocol.Output {
    private static final long NOW = 1_000_000_000;
    private static final SessionId LIFE = new SessionId("n4", 900);

    private final LeaderFinder finder = new LeaderFinder(List.of("n1", "n2", "n3"), "n1");
    private final SubmitProtocol submits = new SubmitProtocol("n4", finder, this);
    private final SessionProtocol sessions = new SessionProtocol("n4", submits, finder, this, 0);
    private final List<Message.Propose> sent = new ArrayList<>();
    private final CompletableFuture<SessionId> done = new CompletableFuture<>();

    SessionProtocolTest() {
        sessions.useStorage("disk");
    }

    @Override
    public boolean toVoter(String voter, Message message) {
        sent.add((Message.Propose) message);
        return true;
    }

    @Override
    public void onSessionEnded(SessionId session) {
        throw new AssertionError(session);
    }

    private static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.handle((result, thrown) -> thrown).join();
    }

    private static void assertHeld(CompletableFuture<?> future) {
        assertThat(failure(future))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.SESSION_HELD));
    }

    private void answer(Outcome outcome) {
        sessions.onAnswered(sent.get(sent.size() - 1).tag(), outcome, NOW);
    }

    private void join(SessionId life) {
        sessions.join(life, 5000, 7, done);
        sessions.flush(NOW);
    }

    @Test
    void aJoinIsRepeatedAsOneRequestAndOpensTheLife() {
        join(LIFE);
        sessions.flush(sessions.nextWakeNs());
        assertThat(sent).hasSize(2).allSatisfy(propose -> {
            assertThat(propose.tag().kind()).isEqualTo(Message.Kind.OPEN);
            assertThat(EntryCodec.decodeCommand(propose.command()))
                    .isEqualTo(new Command.JoinSession(LIFE, "disk", 7, 5000));
        });
        answer(new Outcome.SessionOpened(LIFE, 20));
        assertThat(done).isCompletedWithValue(LIFE);
        assertThat(submits.session()).isEqualTo(LIFE);
        assertThat(sessions.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aJoinThatIsHeldFailsAtOnceAndSaysWhatToDo() {
        join(LIFE);
        answer(new Outcome.SessionHeld(new SessionId("n4", 901), "disk", 60_000));
        assertThat(failure(done))
                .hasMessage("life n4#900 of node n4 cannot join this group, which knows n4#901 already, open or ended:"
                        + " no life joins twice, nor after a later one; open a new session in the first group, and"
                        + " join with that one");
        assertHeld(done);
        assertThat(sessions.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aJoinThatIsTooLateForWhatTheGroupRemembersSaysSo() {
        join(LIFE);
        answer(new Outcome.SessionHeld(new SessionId("n4", 901), "", 0));
        assertThat(failure(done))
                .hasMessageContaining("cannot join this group, which has forgotten all lives up to n4#901: no life");
    }

    @Test
    void aRefusedJoinLeavesTheOpenSessionAlone() {
        join(LIFE);
        answer(new Outcome.SessionOpened(LIFE, 20));
        CompletableFuture<SessionId> again = new CompletableFuture<>();
        sessions.join(LIFE, 5000, 8, again);
        sessions.flush(NOW);
        answer(new Outcome.SessionHeld(LIFE, "disk", 5000));
        assertHeld(again);
        assertThat(submits.session()).isEqualTo(LIFE);
    }

    @Test
    void aLaterLifeTakesThePlaceOfTheOneBefore() {
        join(LIFE);
        answer(new Outcome.SessionOpened(LIFE, 20));
        CompletableFuture<Long> renewal = new CompletableFuture<>();
        sessions.renew(renewal);
        SessionId later = new SessionId("n4", 950);
        CompletableFuture<SessionId> next = new CompletableFuture<>();
        sessions.join(later, 5000, 8, next);
        sessions.onAnswered(new Message.Tag(Message.Kind.OPEN, 8, 0, 1), new Outcome.SessionOpened(later, 30), NOW);
        assertThat(next).isCompletedWithValue(later);
        assertThat(submits.session()).isEqualTo(later);
        assertThat(failure(renewal)).hasMessage("session n4#900 was replaced by n4#950");
    }

    @Test
    void theLifeOfAnotherNodeIsRefusedAndNothingIsSent() {
        join(new SessionId("n5", 900));
        assertThat(failure(done))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node n4 cannot join with life n5#900 of another node: give the session that openSession of"
                        + " its own first group has opened");
        assertThat(sent).isEmpty();
    }
}
