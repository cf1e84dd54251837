package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class PassivationTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofMillis(300);

    private static final class Leaving extends Diary {
        @Override
        void act(Note note, ActorContext<Note> context) throws Exception {
            super.act(note, context);
            if (note.text().startsWith("leave")) {
                context.passivate();
            }
        }
    }

    /** A durable counter that leaves with every message. */
    private static final class Fleeting implements StatefulHandler<Counter.State, Counter.Message> {
        private final Counter counter = new Counter();

        @Override
        public Counter.State initialState(EntityId id) {
            return counter.initialState(id);
        }

        @Override
        public Effect<Counter.State> receive(
                Counter.State state, Counter.Message message, ActorContext<Counter.Message> context) {
            context.passivate();
            return counter.receive(state, message, context);
        }
    }

    private static final Kind<Diary.Note> DIARY = Kind.of("diary", Diary.Note.class, Leaving::new);
    private static final Kind<Diary.Note> IDLING =
            Kind.of("idling", Diary.Note.class, Diary::new).passivateAfter(IDLE);
    private static final Kind<Diary.Note> RESTLESS =
            Kind.of("restless", Diary.Note.class, Diary::new).passivateAfter(Duration.ofMillis(1));

    /**
     * What an actor did last is known by its turn, not by its message: one thread for all of a kind ends the turn of
     * one before that of the next begins.
     */
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor();

    private static final Kind<Diary.Note> FEW =
            Kind.of("few", Diary.Note.class, Diary::new).maxActive(3).on(THREAD);
    private static final Kind<Counter.Message> COUNTER = Kind.durable(
                    "idle-counter", Counter.Message.class, Counter.State.class, Counter::new)
            .passivateAfter(Duration.ofMillis(1));
    private static final Kind<Counter.Message> FLEETING =
            Kind.durable("fleeting", Counter.Message.class, Counter.State.class, Fleeting::new);

    /** Leaves after its first message. */
    private static final Kind<Diary.Note> SHY = Kind.of("shy", Diary.Note.class, () -> new Diary() {
        @Override
        public void preStart(ActorContext<Note> context) throws Exception {
            super.preStart(context);
            context.passivate();
        }
    });

    /** Leaves when it has failed. */
    private static final Kind<Diary.Note> ASHAMED = Kind.of("ashamed", Diary.Note.class, () -> new Diary() {
        @Override
        public Supervision onError(Note note, Throwable failure, ActorContext<Note> context) {
            context.passivate();
            return Supervision.RESUME;
        }
    });

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes(1, DIARY, IDLING, RESTLESS, FEW, COUNTER, FLEETING, SHY, ASHAMED);

    @AfterAll
    static void stop() {
        NODES.nodes().close(); // Before its executor is.
        THREAD.shutdown();
    }

    @Test
    void anIdleActorLeavesAndComesBackAnew() {
        NODES.ask(IDLING, "idle", "a");
        await().until(() -> Diary.of("idle").contains("stop"));
        assertThat(NODES.ask(IDLING, "idle", "b")).isEqualTo(1);
        assertThat(Diary.of("idle")).as("it may be idle again by now").startsWith("start", "a", "stop", "start", "b");
    }

    @Test
    void anActorThatIsUsedStays() {
        long end = System.nanoTime() + 3 * IDLE.toNanos();
        long newest = System.nanoTime();
        long longestGap = 0;
        do {
            NODES.ask(IDLING, "used", "a");
            longestGap = Math.max(longestGap, System.nanoTime() - newest);
            newest = System.nanoTime();
        } while (newest < end);
        List<String> page = List.copyOf(Diary.of("used"));
        longestGap = Math.max(longestGap, System.nanoTime() - newest);
        if (longestGap < IDLE.toNanos() / 2) { // else this machine stood still, and nothing can be said
            assertThat(page).doesNotContain("stop");
        }
    }

    @Test
    void anActorThatLeavesByItselfLeavesWhatWaitsToANewOne() {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (String text : List.of("block", "leave", "b", "c", "leave", "d")) {
            answers.add(NODES.entity(DIARY, "leaving").ask(new Diary.Note(text), LIMIT));
        }
        assertThat(answers.stream().map(CompletableFuture::join)).containsExactly(1, 2, 1, 2, 3, 1);
        assertThat(Diary.of("leaving"))
                .containsExactly("start", "block", "leave", "stop", "start", "b", "c", "leave", "stop", "start", "d");
    }

    @Test
    void anActorMayWantToLeaveBeforeItsFirstMessage() {
        assertThat(NODES.ask(SHY, "shy", "a")).isEqualTo(1);
        assertThat(NODES.ask(SHY, "shy", "b")).isEqualTo(1);
    }

    @Test
    void anActorMayLeaveBecauseItHasFailed() {
        assertThat(NODES.ask(ASHAMED, "ashamed", "a")).isEqualTo(1);
        assertThat(NODES.tell(ASHAMED, "ashamed", "resume").join()).isInstanceOf(SendOutcome.Failed.class);
        assertThat(NODES.ask(ASHAMED, "ashamed", "b")).isEqualTo(1);
        assertThat(Diary.of("ashamed")).containsExactly("start", "a", "resume", "stop", "start", "b");
    }

    @Test
    void theLeastRecentlyUsedOfTooManyLeave() {
        for (String id : List.of("l1", "l2", "l3", "l1", "l4")) {
            NODES.ask(FEW, id, "a");
        }
        await().until(() -> Diary.of("l2").contains("stop"));
        assertThat(NODES.ask(FEW, "l1", "b")).isEqualTo(3);
        assertThat(NODES.ask(FEW, "l3", "b")).isEqualTo(2);
        assertThat(NODES.ask(FEW, "l4", "b")).isEqualTo(2);
        assertThat(NODES.ask(FEW, "l2", "b")).isEqualTo(1);
        await().until(() -> Diary.of("l1").contains("stop"));
    }

    @Test
    void aDurableActorComesBackAsItWasStored() {
        Pid<Counter.Message> counter = NODES.entity(COUNTER, "stored");
        for (int i = 1; i <= 5; i++) {
            long before = NODES.node().metrics().passivations();
            counter.tell(new Counter.Add(i)).join();
            await().until(() -> NODES.node().metrics().passivations() > before);
        }
        assertThat(counter.ask(new Counter.Get(), LIMIT).join().adds()).isEqualTo(5);
    }

    @Test
    void aDurableActorThatLeavesByItselfLosesNothing() {
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        long before = NODES.node().metrics().passivations();
        for (int i = 1; i <= 500; i++) {
            outcomes.add(NODES.entity(FLEETING, "f" + i % 3).tell(new Counter.Add(i)));
            if (i % 50 == 0) {
                outcomes.get(i - 1).join();
            }
        }
        outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
        long sum = IntStream.range(0, 3)
                .mapToLong(i -> NODES.entity(FLEETING, "f" + i)
                        .ask(new Counter.Get(), LIMIT)
                        .join()
                        .sum())
                .sum();
        assertThat(sum).isEqualTo(500 * 501 / 2);
        await().until(() -> NODES.node().metrics().passivations() >= before + 3);
    }

    /** Messages keep coming while entities leave: each is handled, once, and in the order of its sender. */
    @Test
    void whoeverComesWhileAnActorLeavesIsHandledOnceAndInOrder() {
        long seed = System.nanoTime();
        long before = NODES.node().metrics().passivations();
        int senders = 4;
        int rounds = 3_000;
        int entities = 40;
        CompletableFuture.allOf(IntStream.range(0, senders)
                        .mapToObj(sender -> CompletableFuture.runAsync(
                                () -> sendToWhoeverLeaves(sender, rounds, entities, seed), Nodes::onThread))
                        .toArray(CompletableFuture[]::new))
                .join();
        long handled = 0;
        for (int entity = 0; entity < entities; entity++) {
            handled += NODES.entity(COUNTER, "s" + entity)
                    .ask(new Counter.Get(), LIMIT)
                    .join()
                    .adds();
            handled += inOrder(Diary.of("restless" + entity)) + inOrder(Diary.of("diary" + entity));
        }
        assertThat(handled).as("seed %d", seed).isEqualTo((long) senders * rounds);
        assertThat(NODES.node().metrics().passivations())
                .as("how many depends on the machine")
                .isGreaterThan(before + 100);
        await().untilAsserted(() -> assertThat(NODES.node().metrics().activations())
                .isEqualTo(NODES.node().metrics().passivations()
                        + NODES.node().metrics().actorCount()));
    }

    private static void sendToWhoeverLeaves(int sender, int rounds, int entities, long seed) {
        Random random = new Random(seed + sender);
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            int entity = random.nextInt(entities);
            boolean durable = random.nextBoolean();
            if (durable) {
                outcomes.add(NODES.entity(COUNTER, "s" + entity).tell(new Counter.Add(1)));
            } else {
                Kind<Diary.Note> kind = random.nextBoolean() ? RESTLESS : DIARY;
                String text = (random.nextInt(4) == 0 ? "leave " : "stay ") + sender + " " + i;
                outcomes.add(NODES.tell(kind, kind.name() + entity, text));
            }
            if (random.nextInt(200) == 0) {
                outcomes.get(outcomes.size() - 1).join();
                outcomes.removeIf(CompletableFuture::isDone);
            }
        }
        outcomes.forEach(outcome -> assertThat(outcome.join())
                .as("seed %d", seed)
                .isInstanceOfAny(SendOutcome.Committed.class, SendOutcome.Processed.class));
    }

    /** {@return how many messages there are} Between start and stop only, and rising for each sender. */
    private static int inOrder(List<String> page) {
        int messages = 0;
        boolean started = false;
        int[] newest = {-1, -1, -1, -1};
        for (String event : page) {
            if (event.equals("start") || event.equals("stop")) {
                assertThat(started).as("%s", page).isEqualTo(event.equals("stop"));
                started = !started;
            } else {
                String[] words = event.split(" ", -1);
                int sender = Integer.parseInt(words[1]);
                int number = Integer.parseInt(words[2]);
                assertThat(started).isTrue();
                assertThat(number).isGreaterThan(newest[sender]);
                newest[sender] = number;
                messages++;
            }
        }
        return messages;
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> DIARY.passivateAfter(Duration.ofNanos(999_999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "passivateAfter (PT0.000999999S) of kind diary must be 1 ms at least: leave it out for never");
        assertThatThrownBy(() -> COUNTER.maxActive(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxActive (0) of durable kind idle-counter must be 1 at least: leave it out for any number");
    }
}
