package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class TimersAndStashTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(40);
    private static final Duration NEVER = Duration.ofDays(1);

    /** Does with timers and stash what its notes say; the steps of one note are done in one turn, without a timer. */
    private static final class Busy extends Diary {
        private boolean open;

        @Override
        void act(Note note, ActorContext<Note> context) throws Exception {
            boolean answer = context.messageId() != null;
            for (String step : note.text().split(", ", -1)) {
                answer &= step(step, note, context);
            }
            if (answer) {
                super.act(note, context);
            }
        }

        /** Says whether the note is still to be answered. */
        private boolean step(String step, Note note, ActorContext<Note> context) {
            switch (step) {
                case "soon" -> context.schedule("k", SOON, new Note("fired"));
                case "again" -> context.schedule("k", SOON, new Note("replaced"));
                case "other" -> context.schedule("other", SOON, new Note("other fired"));
                case "cancel" -> write("cancelled " + context.cancel("k") + " " + context.cancel("nothing"));
                case "never" -> context.schedule("k", NEVER, new Note("fired too soon"));
                case "fired", "other fired", "replaced" -> writeOf(context);
                case "fail soon" -> context.schedule("k", Duration.ZERO, new Note("resume"));
                case "restart" -> throw new IllegalStateException(step);
                case "leave" -> context.passivate();
                case "open" -> {
                    open = true;
                    context.unstashAll();
                }
                case "many timers" ->
                    IntStream.rangeClosed(0, EntityTimers.MAX_TIMERS)
                            .forEach(i -> context.schedule("t" + i, NEVER, note));
                case "endless" -> context.schedule("k", Duration.ofDays(366), note);
                case "early" -> context.schedule("k", Duration.ofNanos(-1), note);
                case "stash timer" -> context.schedule("k", Duration.ZERO, new Note("stash nothing"));
                case "stash nothing" -> refused(context::stash);
                case "stash answered" -> {
                    context.reply(note, 1);
                    refused(context::stash);
                    return false;
                }
                case "answer stashed" -> {
                    context.stash();
                    refused(() -> context.reply(note, 1));
                    context.unstashAll();
                    throw new IllegalArgumentException("it is stashed only if the call returns");
                }
                default -> {
                    if (!open && step.startsWith("w")) {
                        context.stash();
                        return false;
                    }
                }
            }
            return true;
        }

        private void writeOf(ActorContext<Note> context) {
            write("owner " + context.isOwner() + " id " + context.messageId());
        }

        private void refused(Runnable call) {
            try {
                call.run();
            } catch (IllegalStateException e) {
                write(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public Supervision onError(Note note, Throwable failure, ActorContext<Note> context) {
            return note.text().endsWith("restart") ? Supervision.RESTART : Supervision.RESUME;
        }
    }

    private static final Kind<Diary.Note> BUSY = Kind.of("busy", Diary.Note.class, Busy::new);
    private static final Kind<Diary.Note> IDLING =
            Kind.of("idling-busy", Diary.Note.class, Busy::new).passivateAfter(Duration.ofMillis(20));

    /** A durable actor that wants what it cannot have. */
    private static final Kind<Counter.Message> WISHING =
            Kind.durable("wishing", Counter.Message.class, Counter.State.class, () -> new StatefulHandler<>() {
                @Override
                public Counter.State initialState(EntityId id) {
                    return new Counter.State(0, 0, 0);
                }

                @Override
                public Effect<Counter.State> receive(
                        Counter.State state, Counter.Message message, ActorContext<Counter.Message> context) {
                    switch ((int) ((Counter.Add) message).amount()) {
                        case 1 -> context.schedule("k", SOON, message);
                        case 2 -> context.cancel("k");
                        case 3 -> context.stash();
                        default -> context.unstashAll();
                    }
                    return Effect.none();
                }
            });

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes(1, BUSY, IDLING, WISHING);

    private static CompletableFuture<SendOutcome> tell(String id, String text) {
        return NODES.tell(BUSY, id, text);
    }

    private static List<String> page(String id) {
        return Diary.of(id);
    }

    @Test
    void aTimerFiresOnceAfterItsTimeInTheTurnOfItsActor() {
        long before = System.nanoTime();
        tell("timer", "soon").join();
        await().until(() -> page("timer").contains("owner true id null"));
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SOON.toNanos());
        tell("timer", "b").join();
        assertThat(page("timer")).containsExactly("start", "soon", "fired", "owner true id null", "b");
    }

    @Test
    void aSecondTimerOfAKeyReplacesTheFirst() {
        tell("replaced", "never, soon, again").join();
        await().until(() -> page("replaced").contains("replaced"));
        tell("replaced", "other").join();
        await().until(() -> page("replaced").contains("other fired"));
        assertThat(page("replaced")).doesNotContain("fired", "fired too soon");
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        tell("cancelled", "soon, cancel, other").join();
        await().until(() -> page("cancelled").contains("other fired"));
        assertThat(page("cancelled")).contains("cancelled true false").doesNotContain("fired");
    }

    @Test
    void timersGoWithTheHandlerThatSetThem() {
        for (String end : List.of("restart", "leave")) {
            tell("dropped by " + end, "soon, " + end).join();
            tell("dropped by " + end, "other").join();
            await().until(() -> page("dropped by " + end).contains("other fired"));
            assertThat(page("dropped by " + end)).contains("stop").doesNotContain("fired");
        }
    }

    @Test
    void aTimerThatFailsIsADeadLetter() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        Subscription subscription = NODES.node().onDeadLetter(dead::add);
        tell("failing", "fail soon").join();
        await().until(() -> dead.contains(new DeadLetter(
                new EntityId("busy", "failing"), null, "failed: java.lang.IllegalStateException: resume")));
        subscription.close();
    }

    @Test
    void anActorWithATimerOrAStashedMessageIsNotIdle() {
        Pid<Diary.Note> waiting = NODES.entity(IDLING, "with timer");
        waiting.tell(new Diary.Note("never")).join();
        CompletableFuture<Integer> stashed = NODES.entity(IDLING, "with stash").ask(new Diary.Note("w"), LIMIT);
        for (int i = 0; i < 5; i++) {
            NODES.entity(IDLING, "other " + i).tell(new Diary.Note("a")).join();
            int number = i;
            await().until(() -> page("other " + number).contains("stop"));
        }
        assertThat(page("with timer")).doesNotContain("stop");
        assertThat(page("with stash")).doesNotContain("stop");
        NODES.entity(IDLING, "with stash").tell(new Diary.Note("open")).join();
        assertThat(stashed.join()).isEqualTo(3);
        await().until(() -> page("with stash").contains("stop"));
    }

    @Test
    void whatIsStashedComesBackInOrderBeforeWhatWaits() {
        Pid<Diary.Note> busy = NODES.entity(BUSY, "stashing");
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (String text : List.of("w1", "a", "w2", "w3", "open", "b")) {
            answers.add(busy.ask(new Diary.Note(text), LIMIT));
        }
        answers.forEach(CompletableFuture::join);
        List<String> page = page("stashing");
        assertThat(page.subList(page.indexOf("open"), page.size())).containsExactly("open", "w1", "w2", "w3", "b");
    }

    /** A handler that ends leaves what it has stashed to the next one, which comes before what waits. */
    @Test
    void whatIsStashedSurvivesTheHandler() {
        for (String end : List.of("restart", "leave")) {
            String id = "heir of " + end;
            CompletableFuture<SendOutcome> first = tell(id, "w1");
            CompletableFuture<SendOutcome> second = tell(id, "w2");
            tell(id, end).join();
            CompletableFuture<SendOutcome> last = tell(id, "w3");
            tell(id, "open").join();
            assertThat(first.join()).isInstanceOf(SendOutcome.Processed.class);
            assertThat(second.join()).isInstanceOf(SendOutcome.Processed.class);
            assertThat(last.join()).isInstanceOf(SendOutcome.Processed.class);
            List<String> page = page(id);
            assertThat(page.subList(page.lastIndexOf("open"), page.size())).containsExactly("open", "w1", "w2", "w3");
        }
    }

    @Test
    void aStashHasALimit() {
        List<CompletableFuture<SendOutcome>> all =
                IntStream.range(0, 1_001).mapToObj(i -> tell("full", "w" + i)).toList();
        assertThat(all.get(1_000).join())
                .isEqualTo(new SendOutcome.Failed("failed: java.lang.IllegalStateException: the stash of busy/full is"
                        + " full (1000): unstash in time, or answer that you are busy"));
        tell("full", "open").join();
        assertThat(all.subList(0, 1_000))
                .allSatisfy(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Processed.class));
    }

    @Test
    void mistakesAreNamed() {
        assertThat(tell("wrong", "many timers").join())
                .isEqualTo(new SendOutcome.Failed("failed: java.lang.IllegalStateException: busy/wrong has 1000 timers,"
                        + " one more (t1000) is too many: cancel some, or use the key of an older one"));
        String range = ") must be zero to 365 days";
        assertThat(tell("wrong", "endless").join())
                .isEqualTo(new SendOutcome.Failed("failed: java.lang.IllegalArgumentException: the delay of timer k of"
                        + " busy/wrong (PT8784H" + range));
        assertThat(tell("wrong", "early").join())
                .isEqualTo(new SendOutcome.Failed("failed: java.lang.IllegalArgumentException: the delay of timer k of"
                        + " busy/wrong (PT-0.000000001S" + range));
        tell("wrong2", "stash timer").join();
        await().until(() -> page("wrong2")
                .contains("busy/wrong2 can stash in receive only, and only what somebody has sent: schedule a timer"
                        + " again"));
        tell("wrong2", "stash answered").join();
        assertThat(page("wrong2")).contains("the message is answered already: stash it before, or not at all");
        assertThat(tell("wrong2", "answer stashed").join()).isInstanceOf(SendOutcome.Failed.class);
        assertThat(page("wrong2"))
                .contains("the message is stashed: answer it when it comes back")
                .containsOnlyOnce("answer stashed");
    }

    @Test
    void durableActorsHaveNeitherTimersNorAStash() {
        List<String> calls = List.of("schedule", "cancel", "stash", "unstashAll");
        for (int i = 0; i < calls.size(); i++) {
            assertThat(NODES.entity(WISHING, "w").tell(new Counter.Add(i + 1)).join())
                    .isEqualTo(new SendOutcome.Failed("failed 3 times: java.lang.IllegalStateException: " + calls.get(i)
                            + " is for volatile actors: wishing/w is durable, and what it does may be computed more"
                            + " than once"));
        }
    }
}
