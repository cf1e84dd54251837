package io.troupe.metadata.internal.state;

import java.util.List;
import java.util.stream.Stream;

import io.troupe.metadata.Compare;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.state.Outcome.Refusal;
import io.troupe.metadata.internal.state.Outcome.SubmitRefused;
import io.troupe.metadata.internal.state.Outcome.Submitted;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SubmitTest extends StateFixture {
    @Test
    void aRepeatedSubmitIsAnsweredFromMemoryAndNotApplied() {
        Command submit = new Command.Submit(own, 1, List.of(Txn.of(put("a", "1")), Txn.of(new Op.Get("a"))));
        Outcome first = apply(submit);
        long revision = state.view().revision();
        assertThat(apply(submit)).usingRecursiveComparison().isEqualTo(first);
        assertThat(state.view().revision()).isEqualTo(revision);
        assertThat(events).isEmpty();
        assertThat(key("a").version()).isEqualTo(1);
    }

    @Test
    void everyTransactionOfASubmitHasItsOwnRevisionAndFate() {
        Submitted outcome = (Submitted) apply(new Command.Submit(
                own,
                1,
                List.of(
                        Txn.of(put("a", "1")),
                        Txn.guarded(List.of(Compare.absent("a")), List.of(put("b", "2"))),
                        Txn.of(put("c", "3")))));
        assertThat(outcome.results()).extracting(TxnResult::succeeded).containsExactly(true, false, true);
        assertThat(key("c").modRevision()).isEqualTo(key("a").modRevision() + 1);
    }

    @Test
    void aGapIsRefusedAndChangesNothing() {
        long before = state.view().revision();
        assertThat(apply(new Command.Submit(own, 2, List.of(Txn.of(put("a", "1"))))))
                .isEqualTo(new SubmitRefused(Refusal.GAP, 0));
        assertThat(state.view().get("a")).isNull();
        assertThat(state.view().revision()).isEqualTo(before);
        apply(new Command.Submit(own, 1, List.of()));
        assertThat(apply(new Command.Submit(own, 3, List.of()))).isEqualTo(new SubmitRefused(Refusal.GAP, 1));
    }

    @Test
    void resultsOfOldSubmitsAreForgottenAndNeverASuccess() {
        for (int i = 1; i <= 10; i++) {
            apply(new Command.Submit(own, i, List.of(Txn.of(put("a", "" + i)))));
        }
        assertThat(apply(new Command.Submit(own, 2, List.of())))
                .isEqualTo(new SubmitRefused(Refusal.RESULT_FORGOTTEN, 10));
        assertThat(apply(new Command.Submit(own, 3, List.of()))).isInstanceOf(Submitted.class);
        assertThat(apply(new Command.Submit(own, 0, List.of())))
                .isEqualTo(new SubmitRefused(Refusal.RESULT_FORGOTTEN, 10));
        assertThat(apply(new Command.Submit(own, Long.MIN_VALUE, List.of())))
                .isEqualTo(new SubmitRefused(Refusal.RESULT_FORGOTTEN, 10));
    }

    @Test
    void resultsThatAreTooLargeToKeepCanBeHadOnlyOnce() {
        apply(new Command.Submit(own, 1, List.of(Txn.of(new Op.Put("big", new byte[1 << 20])))));
        Op[] reads = Stream.generate(() -> new Op.Get("big")).limit(5).toArray(Op[]::new);
        assertThat(apply(new Command.Submit(own, 2, List.of(Txn.of(reads))))).isInstanceOf(Submitted.class);
        assertThat(apply(new Command.Submit(own, 2, List.of(Txn.of(reads)))))
                .isEqualTo(new SubmitRefused(Refusal.RESULT_FORGOTTEN, 2));
        assertThat(apply(new Command.Submit(own, 3, List.of()))).isInstanceOf(Submitted.class);
    }

    @Test
    void anEndedSessionSubmitsNoMoreEvenWhatItSubmittedBefore() {
        apply(new Command.Submit(own, 1, List.of(Txn.of(put("a", "1")))));
        apply(new Command.CloseSession(own));
        for (int i = 1; i <= 2; i++) {
            assertThat(apply(new Command.Submit(own, i, List.of(Txn.of(put("a", "2"))))))
                    .isEqualTo(new SubmitRefused(Refusal.SESSION_CLOSED, 0));
        }
        assertThat(text("a")).isEqualTo("1");
    }
}
