package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class MailboxAndExecutorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final SendOutcome FULL = new SendOutcome.NotExecuted(SendOutcome.Reason.MAILBOX_FULL);
    private static final int CAPACITY = 5;

    /** What handlers wait for, and how many of them do. */
    private static final class Barrier {
        final AtomicInteger inside = new AtomicInteger();
        final CountDownLatch open = new CountDownLatch(1);

        void pass() {
            inside.incrementAndGet();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final Barrier REJECTING_BARRIER = new Barrier();
    private static final Barrier DROPPING_BARRIER = new Barrier();
    private static final Barrier DURABLE_BARRIER = new Barrier();
    private static final Barrier CROWD = new Barrier();
    private static final Barrier TURN_BEGINS = new Barrier();
    private static final Barrier TURN_GOES_ON = new Barrier();

    private static Handler<Diary.Note> behind(Barrier barrier) {
        return new Diary() {
            @Override
            void act(Note note, ActorContext<Note> context) throws Exception {
                barrier.pass();
                super.act(note, context);
            }
        };
    }

    private static StatefulHandler<Counter.State, Counter.Message> counterBehind(Barrier barrier) {
        Counter counter = new Counter();
        return new StatefulHandler<>() {
            @Override
            public Counter.State initialState(EntityId id) {
                return counter.initialState(id);
            }

            @Override
            public Effect<Counter.State> receive(
                    Counter.State state, Counter.Message message, ActorContext<Counter.Message> context) {
                barrier.pass();
                return counter.receive(state, message, context);
            }
        };
    }

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static final AtomicInteger REFUSALS = new AtomicInteger();

    private static final Kind<Diary.Note> REJECTING = Kind.of(
                    "rejecting", Diary.Note.class, () -> behind(REJECTING_BARRIER))
            .mailbox(CAPACITY, Overflow.REJECT)
            .on(THREADS);
    private static final Kind<Diary.Note> DROPPING = Kind.of(
                    "dropping", Diary.Note.class, () -> behind(DROPPING_BARRIER))
            .mailbox(CAPACITY, Overflow.DROP_OLDEST)
            .on(THREADS);
    private static final Kind<Counter.Message> DROPPING_COUNTER = Kind.durable(
                    "dropping-counter",
                    Counter.Message.class,
                    Counter.State.class,
                    () -> counterBehind(DURABLE_BARRIER))
            .mailbox(CAPACITY, Overflow.DROP_OLDEST)
            .on(THREADS);
    private static final Kind<Diary.Note> BLOCKING =
            Kind.of("blocking", Diary.Note.class, () -> behind(CROWD)).on(THREADS);
    private static final Kind<Diary.Note> REFUSED = Kind.of("refused", Diary.Note.class, Diary::new)
            .on(turn -> {
                switch (REFUSALS.incrementAndGet()) {
                    case 1 -> throw new RejectedExecutionException("not now");
                    case 2 -> throw new IllegalStateException("broken");
                    case 3 -> throw new OutOfMemoryError("unable to create native thread");
                    default -> THREADS.execute(turn);
                }
            });
    private static final Kind<Diary.Note> LONG_TURN = Kind.of("long-turn", Diary.Note.class, () -> new Diary() {
                @Override
                void act(Note note, ActorContext<Note> context) throws Exception {
                    switch (note.text()) {
                        case "0" -> TURN_BEGINS.pass();
                        case "3" -> TURN_GOES_ON.pass();
                        default -> {
                            // done at once, and without an answer
                        }
                    }
                }
            })
            .on(THREADS);
    private static final Kind<Diary.Note> PLAIN = Kind.of("plain", Diary.Note.class, Diary::new);

    @RegisterExtension
    static final SharedNodes NODES =
            new SharedNodes(1, REJECTING, DROPPING, DROPPING_COUNTER, BLOCKING, REFUSED, LONG_TURN, PLAIN);

    @AfterAll
    static void stop() {
        NODES.nodes().close(); // Before its executor is.
        THREADS.shutdownNow();
    }

    /** Senders are told of several ends at once, but one that takes its time must not hold up those before it. */
    @Test
    void whatHasEndedIsToldAlthoughTheTurnGoesOn() {
        List<CompletableFuture<SendOutcome>> outcomes = flood(LONG_TURN, TURN_BEGINS, 4);
        TURN_BEGINS.open.countDown();
        await().until(() -> TURN_GOES_ON.inside.get() == 1);
        for (int i = 0; i < 3; i++) {
            assertThat(outcomes.get(i)).succeedsWithin(LIMIT).isInstanceOf(SendOutcome.Processed.class);
        }
        assertThat(outcomes.get(3)).isNotDone();
        TURN_GOES_ON.open.countDown();
        assertThat(outcomes.get(3)).succeedsWithin(LIMIT).isInstanceOf(SendOutcome.Processed.class);
    }

    /** The first is at hand, the others wait or have no place. */
    private static List<CompletableFuture<SendOutcome>> flood(Kind<Diary.Note> kind, Barrier barrier, int count) {
        Pid<Diary.Note> target = NODES.entity(kind, kind.name());
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        outcomes.add(target.tell(new Diary.Note("0")));
        await().until(() -> barrier.inside.get() == 1);
        for (int i = 1; i < count; i++) {
            outcomes.add(target.tell(new Diary.Note("" + i)));
        }
        return outcomes;
    }

    @Test
    void aFullMailboxRejectsWhatComesOnTop() {
        List<CompletableFuture<SendOutcome>> outcomes = flood(REJECTING, REJECTING_BARRIER, CAPACITY + 3);
        for (int i = CAPACITY + 1; i < CAPACITY + 3; i++) {
            assertThat(outcomes.get(i).join()).isEqualTo(FULL);
        }
        assertThat(outcomes.subList(0, CAPACITY + 1)).noneMatch(CompletableFuture::isDone);
        REJECTING_BARRIER.open.countDown();
        assertThat(outcomes.subList(0, CAPACITY + 1))
                .allSatisfy(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Processed.class));
        assertThat(Diary.of("rejecting")).containsExactly("start", "0", "1", "2", "3", "4", "5");
    }

    @Test
    void aFullMailboxDropsWhatHasWaitedLongest() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        Subscription subscription = NODES.node().onDeadLetter(letter -> {
            if (new EntityId("dropping", "dropping").equals(letter.target())) {
                dead.add(letter);
            }
        });
        List<CompletableFuture<SendOutcome>> outcomes = flood(DROPPING, DROPPING_BARRIER, CAPACITY + 3);
        assertThat(outcomes.get(1).join()).isEqualTo(FULL);
        assertThat(outcomes.get(2).join()).isEqualTo(FULL);
        assertThat(NODES.entity(DROPPING, "dropping")
                        .tell(new Diary.Note("last"), DeliveryGuarantee.AT_MOST_ONCE)
                        .join())
                .isEqualTo(new SendOutcome.Accepted());
        assertThat(outcomes.get(3).join()).isEqualTo(FULL);
        await().untilAsserted(() -> assertThat(dead)
                .hasSize(3)
                .allMatch(letter -> letter.id() != null)
                .allMatch(letter -> letter.why()
                        .equals("the mailbox of dropping/dropping is full (5), and a newer message took its place")));
        DROPPING_BARRIER.open.countDown();
        outcomes.get(CAPACITY + 2).join();
        await().untilAsserted(() ->
                assertThat(Diary.of("dropping")).containsExactly("start", "0", "4", "5", "6", "7", "last"));
        subscription.close();
    }

    @Test
    void whatADurableActorHasDroppedTakesNoEffect() {
        Pid<Counter.Message> counter = NODES.entity(DROPPING_COUNTER, "c");
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        outcomes.add(counter.tell(new Counter.Add(1)));
        await().until(() -> DURABLE_BARRIER.inside.get() == 1);
        for (int i = 1; i < CAPACITY + 3; i++) {
            outcomes.add(counter.tell(new Counter.Add(1L << i)));
        }
        for (int i = 1; i <= 2; i++) {
            assertThat(outcomes.get(i).join()).isEqualTo(FULL);
        }
        DURABLE_BARRIER.open.countDown();
        outcomes.subList(3, outcomes.size())
                .forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
        assertThat(counter.ask(new Counter.Get(), LIMIT).join().sum()).isEqualTo(0b1111_1001);
    }

    @Test
    void handlersThatBlockOnTheirOwnExecutorHoldUpNobodyElse() {
        List<CompletableFuture<Integer>> blocked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            blocked.add(NODES.entity(BLOCKING, "b" + i).ask(new Diary.Note("a"), LIMIT));
        }
        await().until(() -> CROWD.inside.get() == 100);
        for (int i = 0; i < 50; i++) {
            assertThat(NODES.entity(PLAIN, "p" + i)
                            .ask(new Diary.Note("a"), LIMIT)
                            .join())
                    .isEqualTo(1);
        }
        assertThat(blocked).noneMatch(CompletableFuture::isDone);
        CROWD.open.countDown();
        assertThat(blocked).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(1));
    }

    @Test
    void aTurnThatTheExecutorRefusesIsTriedAgain() {
        assertThat(NODES.entity(REFUSED, "r").ask(new Diary.Note("a"), LIMIT).join())
                .isEqualTo(1);
        assertThat(REFUSALS).hasValueGreaterThan(3);
    }

    @Test
    @SuppressWarnings("NullAway") // the mistake under test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> PLAIN.mailbox(0, Overflow.REJECT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mailbox of kind plain must hold 1 to 1000000 messages, not 0");
        assertThatThrownBy(() -> PLAIN.mailbox(1_000_001, Overflow.REJECT))
                .hasMessage("the mailbox of kind plain must hold 1 to 1000000 messages, not 1000001");
        assertThatThrownBy(() -> PLAIN.on(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("on needs an executor: leave it out for the node's own");
    }
}
