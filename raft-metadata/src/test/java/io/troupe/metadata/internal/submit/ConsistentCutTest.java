package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The steps of a cut, one by one; what they are for is in {@link ConsistentCutSimulationTest}. */
class ConsistentCutTest implements ConsistentCut.Output {
    private static final int GROUPS = 3;

    private final List<MetadataState> groups = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final long[] questions = new long[GROUPS];
    private final long[] sequences = new long[GROUPS];
    private final ConsistentCut cut = new ConsistentCut(GROUPS, this);
    private boolean atOnce;
    private @Nullable List<StateView> states;
    private @Nullable Throwable failure;

    ConsistentCutTest() {
        for (int group = 0; group < GROUPS; group++) {
            MetadataState state = new MetadataState();
            state.apply(1, List.of(new Command.OpenSession("n1", "d", 1, 1_000)));
            groups.add(state);
        }
    }

    @Override
    public void hold(int group, int millis) {
        said.add("hold " + group + " " + millis);
    }

    @Override
    public void ask(int group, long question) {
        said.add("ask " + group);
        questions[group] = question;
        if (atOnce) {
            cut.onPoint(group, question);
        }
    }

    @Override
    public StateView state(int group) {
        return groups.get(group).view();
    }

    @Override
    public void onCut(List<StateView> found) {
        assertThat(states == null && failure == null).isTrue();
        states = found;
    }

    @Override
    public void onNoCut(Throwable why) {
        assertThat(states == null && failure == null).isTrue();
        failure = why;
    }

    private void answer(int... answering) {
        for (int group : answering) {
            cut.onPoint(group, questions[group]);
        }
    }

    private void write(int group) {
        MetadataState state = groups.get(group);
        SessionId session = new SessionId("n1", 1);
        long sequence = ++sequences[group];
        state.apply(1, List.of(new Command.Submit(session, sequence, List.of(Txn.of(new Op.Put("k", new byte[1]))))));
    }

    private void renew(int group) {
        groups.get(group).apply(1, List.of(new Command.Tick(5, List.of(new SessionId("n1", 1)))));
    }

    private List<String> takeSaid() {
        List<String> taken = List.copyOf(said);
        said.clear();
        return taken;
    }

    @Test
    void theFirstGroupIsReadBetweenTwoReadingsOfTheOthers() {
        cut.begin();
        assertThat(takeSaid()).containsExactly("hold 1 500", "hold 2 500", "ask 1", "ask 2");
        write(1); // Before its point: it is in.
        answer(2, 1);
        assertThat(takeSaid()).containsExactly("ask 0");
        write(0);
        renew(1); // Changes its revision, not its data.
        answer(0);
        assertThat(takeSaid()).containsExactly("ask 1", "ask 2");
        write(0); // Behind the moment.
        answer(1);
        assertThat(states).isNull();
        answer(2);
        assertThat(takeSaid()).containsExactly("hold 1 0", "hold 2 0");
        assertThat(states).hasSize(GROUPS);
        assertThat(states).extracting(StateView::revision).containsExactly(2L, 2L, 1L);
    }

    @Test
    void whatChangesBeforeTheFirstGroupIsReadIsReadAnew() {
        cut.begin();
        answer(1, 2);
        write(2);
        answer(0, 1);
        takeSaid();
        answer(2);
        assertThat(takeSaid())
                .as("its own holds last twice as long now")
                .containsExactly("hold 1 1000", "hold 2 1000", "ask 1", "ask 2");
        answer(1, 2, 0, 1, 2);
        assertThat(states).extracting(StateView::revision).containsExactly(1L, 1L, 2L);
    }

    @Test
    void answersToEarlierQuestionsAreNone() {
        cut.begin();
        long early = questions[1];
        answer(1, 2);
        write(1);
        answer(0);
        cut.onPoint(1, early);
        cut.onFailure(early, new IllegalStateException("late"));
        answer(1);
        cut.onPoint(2, early);
        assertThat(states).isNull();
        assertThat(failure).isNull();
        answer(1, 2, 0, 1, 2);
        cut.onFailure(questions[2], new IllegalStateException("late"));
        answer(2);
        assertThat(states).isNotNull();
    }

    @Test
    void itIsGivenUpAfterFiveAttemptsAndNobodyIsHeldLongerThanFourSeconds() {
        cut.begin();
        for (int attempt = 1; attempt <= ConsistentCut.ATTEMPTS; attempt++) {
            answer(1, 2);
            write(1);
            answer(0, 1);
        }
        assertThat(takeSaid())
                .filteredOn(line -> line.startsWith("hold 2"))
                .containsExactly("hold 2 500", "hold 2 1000", "hold 2 2000", "hold 2 4000", "hold 2 4000", "hold 2 0");
        assertThat(failure)
                .isInstanceOfSatisfying(
                        MetadataException.class, busy -> assertThat(busy.code()).isEqualTo(Code.BUSY))
                .hasMessageContaining(
                        "no moment was found that all 3 groups have in common, because group 1 has changed"
                                + " in each of 5 attempts: ask again");
    }

    @Test
    void aGroupThatCannotBeReadEndsItAndTheHolds() {
        cut.begin();
        answer(1);
        IllegalStateException why = new IllegalStateException("no session");
        cut.onFailure(questions[2], why);
        assertThat(failure).isSameAs(why);
        assertThat(takeSaid()).containsSubsequence("ask 2", "hold 1 0", "hold 2 0");
        answer(2);
        assertThat(takeSaid()).isEmpty();
    }

    @Test
    void answersMayComeAtOnce() {
        atOnce = true;
        cut.begin();
        assertThat(states).hasSize(GROUPS);
        assertThat(takeSaid())
                .containsExactly(
                        "hold 1 500",
                        "hold 2 500",
                        "ask 1",
                        "ask 2",
                        "ask 0",
                        "ask 1",
                        "ask 2",
                        "hold 1 0",
                        "hold 2 0");
    }

    @Test
    void oneGroupAloneIsReadOnce() {
        ConsistentCut alone = new ConsistentCut(1, this);
        alone.begin();
        assertThat(takeSaid()).containsExactly("ask 0");
        alone.onPoint(0, questions[0]);
        assertThat(takeSaid()).isEmpty();
        assertThat(states).hasSize(1);
    }
}
