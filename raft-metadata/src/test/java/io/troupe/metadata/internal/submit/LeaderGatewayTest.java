package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.StateView;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of a submit that is asked for again; everything else is in {@link SubmitSimulationTest}. */
class LeaderGatewayTest implements LeaderGateway.Output {
    private static final long NOW = 1_000_000_000;
    private static final long MS = 1_000_000;
    private static final long LIFE = 7;

    private record Answer(String nodeId, Message message) {}

    private final LeaderGateway gateway = new LeaderGateway("n1", 100_000_000, this);
    private final StateView state = new MetadataState().view();
    private final List<Integer> entries = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();

    @Override
    public void propose(long entry, List<byte[]> commands) {
        assertThat(entry).isEqualTo(entries.size() + 1);
        entries.add(commands.size());
    }

    @Override
    public void answer(String nodeId, Message message) {
        answers.add(new Answer(nodeId, message));
    }

    @BeforeEach
    void lead() {
        gateway.onLeading(state, NOW);
        flush();
        gateway.onApplied(1, List.of(new Outcome.Led(1, 1)), state, NOW);
        assertThat(entries).containsExactly(1);
    }

    private void flush() {
        gateway.flush(NOW, 0);
    }

    private static Message.Tag tag(long sequence, long attempt) {
        return new Message.Tag(Message.Kind.SUBMIT, LIFE, sequence, attempt);
    }

    private void ask(String origin, long sequence, long attempt) {
        byte[] command = EntryCodec.encodeSubmit(new SessionId(origin, LIFE), sequence, List.of());
        gateway.onMessage(origin, new Message.Propose(tag(sequence, attempt), command));
    }

    private static Outcome done() {
        return new Outcome.Submitted(List.of(new TxnResult.Succeeded(1, List.of())));
    }

    private static Outcome gap() {
        return new Outcome.SubmitRefused(Outcome.Refusal.GAP, 0);
    }

    @Test
    void takesNoSecondPlaceInTheLogWhileTheFirstWaits() {
        ask("n2", 1, 1);
        ask("n2", 1, 2); // before it was proposed
        flush();
        ask("n2", 1, 3); // and after
        ask("n3", 1, 1); // another node's, with the same sequence
        ask("n2", 2, 3);
        flush();
        assertThat(entries).containsExactly(1, 1, 2);

        gateway.onApplied(2, List.of(done()), state, NOW);
        assertThat(answers).containsExactly(new Answer("n2", new Message.Answered(tag(1, 1), done())));
    }

    @Test
    void isPutIntoTheLogOnceItsFirstWasAnswered() {
        ask("n2", 1, 1);
        flush();
        gateway.onApplied(2, List.of(done()), state, NOW);
        ask("n2", 1, 2);
        flush();
        assertThat(entries).containsExactly(1, 1, 1);
        gateway.onApplied(3, List.of(done()), state, NOW);
        assertThat(answers).extracting(answer -> answer.message.tag()).containsExactly(tag(1, 1), tag(1, 2));
    }

    /** The first came before what it needs; its repeat came after. */
    @Test
    void isPutIntoTheLogAfterAllIfItsFirstIsRefusedForAGap() {
        ask("n2", 2, 1);
        flush();
        ask("n2", 1, 2);
        ask("n2", 2, 3);
        ask("n2", 2, 4);
        flush();
        gateway.onApplied(2, List.of(gap()), state, NOW);
        gateway.onApplied(3, List.of(done()), state, NOW);
        assertThat(answers).containsExactly(new Answer("n2", new Message.Answered(tag(1, 2), done())));
        flush();
        assertThat(entries).containsExactly(1, 1, 1, 1);
        gateway.onApplied(4, List.of(done()), state, NOW);
        assertThat(answers.get(1)).isEqualTo(new Answer("n2", new Message.Answered(tag(2, 4), done())));
    }

    @Test
    void isAnsweredAsTheNewestQuestionIfTheOutcomeIsUnknown() {
        ask("n2", 1, 1);
        flush();
        ask("n2", 1, 2);
        gateway.onUnknown(2);
        assertThat(answers).containsExactly(new Answer("n2", new Message.NotLeading(tag(1, 2), null)));
        ask("n2", 1, 3);
        flush();
        assertThat(entries).containsExactly(1, 1, 1);
    }

    @Test
    void isNotTakenForOneOfAnEarlierLeadership() {
        ask("n2", 1, 1);
        flush();
        gateway.onNotLeading();
        assertThat(answers).containsExactly(new Answer("n2", new Message.NotLeading(tag(1, 1), null)));
        gateway.onLeading(state, NOW);
        ask("n2", 1, 2);
        flush();
        assertThat(entries).containsExactly(1, 1, 2);
    }

    private static Message.Tag renewal(long number) {
        return new Message.Tag(Message.Kind.RENEW, LIFE, number, 1);
    }

    private void renew(long number) {
        gateway.onMessage("n2", new Message.Renew(renewal(number), new SessionId("n2", LIFE)));
    }

    @Test
    void submitsWaitForTheEndOfAHoldAndKeepTheirOrder() {
        ask("n2", 1, 1);
        gateway.onHold("n3", 500 * MS, NOW);
        flush();
        assertThat(entries).as("what came before it goes on").containsExactly(1, 1);
        ask("n2", 2, 1);
        ask("n3", 1, 1);
        ask("n2", 2, 2); // Repeated, for it takes so long.
        flush();
        assertThat(gateway.nextWakeNs()).isEqualTo(NOW + 500 * MS);
        gateway.flush(NOW + 499 * MS, 0);
        assertThat(entries).containsExactly(1, 1);
        gateway.flush(NOW + 500 * MS, 0);
        assertThat(entries).containsExactly(1, 1, 2);
        gateway.onApplied(3, List.of(done(), done()), state, NOW);
        assertThat(answers)
                .extracting(answer -> answer.message.tag())
                .containsExactly(tag(2, 1), new Message.Tag(Message.Kind.SUBMIT, LIFE, 1, 1));
        ask("n2", 3, 1);
        flush();
        assertThat(entries).containsExactly(1, 1, 2, 1);
    }

    @Test
    void aHoldIsTakenBackByTheNodeThatAskedForIt() {
        gateway.onHold("n2", 500 * MS, NOW);
        gateway.onHold("n3", 100 * MS, NOW);
        ask("n2", 1, 1);
        gateway.onHold("n2", 0, NOW);
        flush();
        assertThat(entries).as("that of n3 stands").containsExactly(1);
        gateway.onHold("n3", 0, NOW);
        flush();
        assertThat(entries).containsExactly(1, 1);
        gateway.onHold("n3", 0, NOW);
        assertThat(gateway.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nobodyHoldsAGroupForLongerThanFiveSeconds() {
        gateway.onHold("n2", Long.MAX_VALUE, NOW);
        ask("n2", 1, 1);
        gateway.flush(NOW + 5_000 * MS - 1, 0);
        assertThat(entries).containsExactly(1);
        gateway.flush(NOW + 5_000 * MS, 0);
        assertThat(entries).containsExactly(1, 1);
    }

    /** A hold waits for a renewal, and transactions wait for the hold. */
    @Test
    void renewalsDoNotWaitForTheTickWhileThereIsAHold() {
        renew(1);
        flush();
        assertThat(entries).containsExactly(1);
        gateway.onHold("n2", 500 * MS, NOW);
        flush();
        assertThat(entries).containsExactly(1, 1);
        renew(2);
        flush();
        renew(3);
        flush();
        assertThat(entries).as("two ticks are in flight").containsExactly(1, 1, 1);
        gateway.onApplied(2, List.of(new Outcome.Ticked(1, List.of())), state, NOW);
        flush();
        assertThat(entries).containsExactly(1, 1, 1, 1);
        gateway.onHold("n2", 0, NOW);
        renew(4);
        flush();
        assertThat(entries).containsExactly(1, 1, 1, 1);
    }

    @Test
    void aHoldEndsWithTheLeadershipAndWhatWaitsIsUnknown() {
        gateway.onHold("n2", 500 * MS, NOW);
        ask("n2", 1, 1);
        flush();
        gateway.onNotLeading();
        assertThat(answers).containsExactly(new Answer("n2", new Message.NotLeading(tag(1, 1), null)));
        gateway.onHold("n2", 500 * MS, NOW);
        assertThat(gateway.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
        gateway.onLeading(state, NOW);
        ask("n2", 1, 2);
        flush();
        assertThat(entries).containsExactly(1, 2);
    }

    /** Else a hold would be a way round the limit of what waits. */
    @Test
    void whatIsHeldCountsAmongWhatWaits() {
        gateway.onHold("n2", 500 * MS, NOW);
        byte[] command = new byte[LeaderGateway.MAX_WAITING_LENGTH / 2 + 1];
        gateway.onMessage("n2", new Message.Propose(tag(1, 1), command));
        gateway.onMessage("n2", new Message.Propose(tag(2, 1), command));
        assertThat(gateway.dropped()).isEqualTo(1);
        gateway.onHold("n2", 0, NOW);
        flush();
        gateway.onMessage("n2", new Message.Propose(tag(2, 2), command));
        assertThat(gateway.dropped()).isEqualTo(1);
    }
}
