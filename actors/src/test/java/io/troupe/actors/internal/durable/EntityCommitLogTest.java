package io.troupe.actors.internal.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import io.troupe.actors.internal.durable.EntityCommitLog.Answer;
import io.troupe.actors.internal.durable.EntityCommitLog.Place;
import io.troupe.actors.internal.durable.EntityCommitLog.Step;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EntityCommitLogTest {
    private static EntityCommitLog<String, Integer> fresh() {
        return new EntityCommitLog<>(null, 0, 7, 1);
    }

    @Test
    void theNextMessageRunsOnTheUncommittedState() {
        EntityCommitLog<String, Integer> log = fresh();
        log.propose("a", 1);
        assertThat(log.state()).isEqualTo(1);
        assertThat(log.inFlight()).isEqualTo(1);
    }

    @Test
    void eachCommitNamesTheVeryCommitItWasComputedOn() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> first = log.propose("a", 1);
        Place<String, Integer> look = log.propose("look", null);
        Place<String, Integer> second = log.propose("b", 2);
        assertThat(first.predecessor()).isNull();
        assertThat(look.predecessor()).isEqualTo(first.id());
        assertThat(look.id()).isNull();
        assertThat(second.predecessor()).isEqualTo(first.id());
        assertThat(second.id()).isEqualTo(new CommitId(7, 1, 2));
    }

    @Test
    void aRefusedCommitDiscardsWhatWasComputedOnItInOrder() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> kept = log.propose("kept", 1);
        Place<String, Integer> refused = log.propose("refused", 2);
        Place<String, Integer> look = log.propose("look", null);
        Place<String, Integer> later = log.propose("later", 3);
        assertThat(log.onAnswer(kept, Answer.COMMITTED)).isEqualTo(Step.TELL);
        assertThat(log.onAnswer(refused, Answer.SETTLED_BEFORE)).isEqualTo(Step.TELL_AS_SETTLED);
        assertThat(log.mayPropose()).isFalse();
        assertThat(log.onAnswer(look, Answer.NOT_THE_SUCCESSOR)).isEqualTo(Step.NOTHING);
        assertThat(log.takeDiscarded()).as("not before the last answer is in").isEmpty();
        assertThat(log.onAnswer(later, Answer.NOT_THE_SUCCESSOR)).isEqualTo(Step.NOTHING);
        assertThat(log.takeDiscarded()).containsExactly("look", "later");
        assertThat(log.state()).isEqualTo(1);
        assertThat(log.propose("again", 4).predecessor()).isEqualTo(kept.id());
    }

    @Test
    void aSettledMessageThatChangedNothingDiscardsNothing() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> look = log.propose("look", null);
        Place<String, Integer> later = log.propose("later", 3);
        assertThat(log.onAnswer(look, Answer.SETTLED_BEFORE)).isEqualTo(Step.TELL_AS_SETTLED);
        assertThat(log.mayPropose()).isTrue();
        assertThat(log.onAnswer(later, Answer.COMMITTED)).isEqualTo(Step.TELL);
    }

    @Test
    void aTransactionThatAnotherEntityRefusesRunsAgainBeforeWhatCameAfterIt() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> kept = log.propose("kept", 1);
        Place<String, Integer> together = log.propose("together", 2);
        Place<String, Integer> later = log.propose("later", 3);
        assertThat(log.onAnswer(kept, Answer.COMMITTED)).isEqualTo(Step.TELL);
        assertThat(log.onAnswer(together, Answer.REFUSED_TOGETHER)).isEqualTo(Step.NOTHING);
        assertThat(log.mayPropose()).isFalse();
        assertThat(log.onAnswer(later, Answer.NOT_THE_SUCCESSOR)).isEqualTo(Step.NOTHING);
        assertThat(log.takeDiscarded()).containsExactly("together", "later");
        assertThat(log.state()).isEqualTo(1);
    }

    @Test
    void aRefusedTransactionThatChangedNothingHereKeepsItsPlaceBeforeTheNext() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> look = log.propose("look together", null);
        Place<String, Integer> second = log.propose("second together", 2);
        Place<String, Integer> third = log.propose("third", 3);
        assertThat(log.onAnswer(look, Answer.REFUSED_TOGETHER)).isEqualTo(Step.NOTHING);
        assertThat(log.mayPropose()).as("else it would overtake the second one").isFalse();
        assertThat(log.onAnswer(second, Answer.REFUSED_TOGETHER)).isEqualTo(Step.NOTHING);
        assertThat(log.onAnswer(third, Answer.NOT_THE_SUCCESSOR)).isEqualTo(Step.NOTHING);
        assertThat(log.takeDiscarded()).containsExactly("look together", "second together", "third");
        assertThat(log.state()).isZero();
        assertThat(log.mayPropose()).isTrue();
    }

    @Test
    void whatWasRightAllTheSameIsKeptWhenATransactionIsRefused() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> look = log.propose("look together", null);
        Place<String, Integer> later = log.propose("later", 1);
        log.onAnswer(look, Answer.REFUSED_TOGETHER);
        assertThat(log.onAnswer(later, Answer.COMMITTED)).isEqualTo(Step.TELL);
        assertThat(log.takeDiscarded()).containsExactly("look together");
        assertThat(log.state()).isEqualTo(1);
        assertThat(log.propose("next", 2).predecessor()).isEqualTo(later.id());
    }

    @Test
    void aFencedEntityStops() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> place = log.propose("a", 1);
        Place<String, Integer> later = log.propose("b", 2);
        assertThat(log.onAnswer(place, Answer.FENCED)).isEqualTo(Step.STOP);
        assertThat(log.onAnswer(later, Answer.COMMITTED))
                .as("never told any more")
                .isEqualTo(Step.NOTHING);
        assertThatThrownBy(() -> log.propose("c", 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nothing may be proposed while lost");
    }

    @Test
    void anAnswerOutOfOrderIsLoud() {
        EntityCommitLog<String, Integer> log = fresh();
        log.propose("a", 1);
        Place<String, Integer> second = log.propose("b", 2);
        assertThatThrownBy(() -> log.onAnswer(second, Answer.COMMITTED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the oldest place is");
    }

    @Test
    void anUnknownPredecessorWithoutARefusalIsLoud() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> first = log.propose("a", 1);
        assertThatThrownBy(() -> log.onAnswer(first, Answer.NOT_THE_SUCCESSOR))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no place before was refused");
    }

    @Test
    void aCommitIdSurvivesItsBytes() {
        CommitId id = new CommitId(1L << 60, 3, Long.MAX_VALUE);
        assertThat(CommitId.decode(id.withState(new byte[] {1, 2}))).isEqualTo(id);
        assertThat(id.withState(new byte[] {1, 2})).startsWith(id.encode()).hasSize(CommitId.LENGTH + 2);
        assertThatThrownBy(() -> CommitId.decode(new byte[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has at least 24 bytes, this one 5");
    }

    /** The store as this entity sees it: one value, its commit id, and the messages that are settled. */
    private static final class StoreModel {
        private final Set<Integer> settled = new HashSet<>();
        private final List<Integer> effects = new ArrayList<>();
        private @Nullable CommitId id;
        private long state;

        Answer apply(Place<Integer, Long> place) {
            if (!java.util.Objects.equals(id, place.predecessor())) {
                return Answer.NOT_THE_SUCCESSOR;
            }
            if (!settled.add(place.message())) {
                return Answer.SETTLED_BEFORE;
            }
            Long next = place.next();
            if (next != null) {
                id = place.id();
                state = next;
                effects.add(place.message());
            }
            return Answer.COMMITTED;
        }
    }

    /**
     * Messages come more than once, answers come late: every effect once, in order, and the state always the store's.
     */
    @Property
    void everyEffectHappensOnceWhateverIsSentTwice(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StoreModel store = new StoreModel();
        EntityCommitLog<Integer, Long> log = new EntityCommitLog<>(null, 0L, 1, 1);
        ArrayDeque<Integer> mailbox = new ArrayDeque<>();
        for (int message = 1; message <= 40; message++) {
            mailbox.add(message);
            if (random.nextInt(4) == 0) {
                mailbox.add(1 + random.nextInt(message)); // a copy of an earlier one slips through
            }
        }
        ArrayDeque<Place<Integer, Long>> proposed = new ArrayDeque<>();
        Set<Integer> told = new HashSet<>();
        while (!mailbox.isEmpty() || !proposed.isEmpty()) {
            if (!proposed.isEmpty() && (mailbox.isEmpty() || !log.mayPropose() || random.nextBoolean())) {
                Place<Integer, Long> place = proposed.remove();
                Step step = log.onAnswer(place, store.apply(place));
                if (step == Step.TELL) {
                    assertThat(told.add(place.message())).isTrue();
                }
                List<Integer> again = log.takeDiscarded();
                for (int i = again.size() - 1; i >= 0; i--) {
                    mailbox.addFirst(again.get(i));
                }
            } else {
                Integer message = mailbox.remove();
                boolean looks = message % 5 == 0;
                proposed.add(log.propose(message, looks ? null : log.state() * 31 + message));
            }
        }
        long expected = 0;
        List<Integer> effects = new ArrayList<>();
        for (int message = 1; message <= 40; message++) {
            if (message % 5 != 0) {
                expected = expected * 31 + message;
                effects.add(message);
            }
        }
        assertThat(store.effects).isEqualTo(effects);
        assertThat(store.state).isEqualTo(expected);
        assertThat(log.state()).isEqualTo(expected);
        assertThat(told).hasSize(40);
    }

    @Test
    void aPlaceThatTheStoreDidNotTakeWasNeverThere() {
        EntityCommitLog<String, Integer> log = fresh();
        Place<String, Integer> first = log.propose("a", 1);
        Place<String, Integer> second = log.propose("b", 2);
        log.withdraw(second, 1);
        assertThat(log.state()).isEqualTo(1);
        assertThat(log.inFlight()).isEqualTo(1);
        Place<String, Integer> again = log.propose("b", 2);
        assertThat(again.predecessor()).isEqualTo(first.id());
        assertThat(log.onAnswer(first, Answer.COMMITTED)).isEqualTo(Step.TELL);
        assertThat(log.onAnswer(again, Answer.COMMITTED)).isEqualTo(Step.TELL);
        assertThatThrownBy(() -> log.withdraw(again, 1)).hasMessageContaining("cannot be withdrawn");
    }
}
