package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.troupe.cluster.NodeState;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class SupervisionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofMillis(150);

    private static final Kind<Diary.Note> DIARY = Kind.of("diary", Diary.Note.class, Diary::new);
    private static final Kind<Diary.Note> ONCE = Kind.of("once", Diary.Note.class, Diary::new)
            .restarts(new RestartLimit(1, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO));
    private static final Kind<Diary.Note> SLOW = Kind.of("slow", Diary.Note.class, Diary::new)
            .restarts(new RestartLimit(10, Duration.ofMinutes(1), WAIT, WAIT));
    private static final Kind<Diary.Note> PAUSING = Kind.of("pausing", Diary.Note.class, Diary::new)
            .restarts(new RestartLimit(10, Duration.ofMinutes(1), Duration.ofDays(1), Duration.ofDays(1)));

    /** Replies when nobody asks, on another thread, and leaves its context to the test. */
    private static final class Keeping implements Handler<Diary.Note> {
        static final CompletableFuture<ActorContext<Diary.Note>> KEPT = new CompletableFuture<>();
        static final CompletableFuture<Throwable> ELSEWHERE = new CompletableFuture<>();
        static final CompletableFuture<Throwable> UNASKED = new CompletableFuture<>();

        @Override
        public void preStart(ActorContext<Diary.Note> context) {
            assertThat(context.messageId()).isNull();
            try {
                context.reply(new Diary.Note("?"), 1);
            } catch (IllegalStateException e) {
                UNASKED.complete(e);
            }
        }

        @Override
        public void receive(Diary.Note note, ActorContext<Diary.Note> context) throws Exception {
            Thread other = new Thread(() -> {
                try {
                    context.reply(note, 1);
                } catch (IllegalStateException e) {
                    ELSEWHERE.complete(e);
                }
            });
            other.start();
            other.join();
            KEPT.complete(context);
            context.reply(note, 7);
        }
    }

    private static final Kind<Diary.Note> KEEPING = Kind.of("keeping", Diary.Note.class, Keeping::new);

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes(1, DIARY, ONCE, SLOW, PAUSING, KEEPING);

    private static SendOutcome tell(Kind<Diary.Note> kind, String id, String text) {
        return NODES.tell(kind, id, text).join();
    }

    private static void fails(SendOutcome outcome, String why) {
        assertThat(outcome).isEqualTo(new SendOutcome.Failed(why));
    }

    @Test
    void anActorStartsBeforeItsFirstMessage() {
        assertThat(NODES.ask(DIARY, "first", "a")).isEqualTo(1);
        assertThat(NODES.ask(DIARY, "first", "b")).isEqualTo(2);
        assertThat(Diary.of("first")).containsExactly("start", "a", "b");
    }

    @Test
    void aResumedActorKeepsItsStateAndItsMessageHasFailed() {
        NODES.ask(DIARY, "resumed", "a");
        fails(tell(DIARY, "resumed", "resume"), "failed: java.lang.IllegalStateException: resume");
        assertThat(NODES.ask(DIARY, "resumed", "b")).isEqualTo(3);
        assertThat(Diary.of("resumed")).containsExactly("start", "a", "resume", "error resume", "b");
    }

    @Test
    void aRestartedActorTriesItsMessageThreeTimesWithANewHandlerEach() {
        NODES.ask(DIARY, "restarted", "a");
        fails(tell(DIARY, "restarted", "restart"), "failed 3 times: java.lang.IllegalStateException: restart");
        assertThat(NODES.ask(DIARY, "restarted", "b")).isEqualTo(1);
        assertThat(Diary.of("restarted"))
                .containsExactly(
                        "start",
                        "a",
                        "restart",
                        "error restart",
                        "stop",
                        "start",
                        "restart",
                        "error restart",
                        "stop",
                        "start",
                        "restart",
                        "error restart",
                        "stop",
                        "start",
                        "b");
    }

    @Test
    void aStoppedActorBeginsAnewWithTheNextMessage() {
        NODES.ask(DIARY, "stopped", "a");
        fails(tell(DIARY, "stopped", "stop"), "failed, and stopped its actor: java.lang.IllegalStateException: stop");
        assertThat(NODES.ask(DIARY, "stopped", "b")).isEqualTo(1);
        assertThat(Diary.of("stopped")).containsExactly("start", "a", "stop", "error stop", "stop", "start", "b");
    }

    @Test
    void anEscalatedFailureStopsTheActorAndIsTold() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        Subscription subscription = NODES.node().onDeadLetter(letter -> {
            if (new EntityId("diary", "escalated").equals(letter.target())) {
                dead.add(letter);
            }
        });
        String why = "failed, escalated to nobody, and stopped its actor: java.lang.IllegalStateException: escalate";
        fails(tell(DIARY, "escalated", "escalate"), why);
        assertThat(NODES.ask(DIARY, "escalated", "b")).isEqualTo(1);
        await().untilAsserted(() -> assertThat(dead)
                .singleElement()
                .satisfies(letter -> assertThat(letter.why()).isEqualTo(why)));
        subscription.close();
    }

    @Test
    void whatOnErrorThrowsIsARestart() {
        fails(tell(DIARY, "undecided", "undecided"), "failed 3 times: java.lang.IllegalStateException: undecided");
    }

    /** Endless recursion is a failure like any other: neither the thread nor another actor notices. */
    @Test
    void anActorThatRecursesForEverFailsAlone() {
        assertThat(tell(DIARY, "recursing", "recurse"))
                .isEqualTo(new SendOutcome.Failed("failed 3 times: java.lang.StackOverflowError"));
        assertThat(NODES.ask(DIARY, "recursing", "b")).isEqualTo(1);
    }

    @Test
    void anActorThatCannotStartIsTriedAgainWithTheSameMessage() {
        assertThat(tell(DIARY, "broken-1", "a"))
                .isEqualTo(new SendOutcome.Failed("failed 3 times: java.lang.IllegalStateException: cannot start"));
        assertThat(NODES.ask(DIARY, "broken-1", "b")).isEqualTo(1);
        assertThat(Diary.of("broken-1"))
                .as("what has not started is not stopped")
                .containsExactly("start", "start", "start", "start", "b");
    }

    @Test
    void anActorThatCannotStopIsLeftBehind() {
        tell(DIARY, "clumsy", "stop");
        assertThat(NODES.ask(DIARY, "clumsy", "b")).isEqualTo(1);
    }

    @Test
    void moreRestartsThanTheLimitStopTheActor() {
        fails(
                tell(ONCE, "often", "restart"),
                "failed 2 times, and its actor was restarted too often: java.lang.IllegalStateException: restart");
        assertThat(NODES.ask(ONCE, "often", "b")).isEqualTo(1);
        assertThat(Diary.of("often"))
                .containsExactly(
                        "start",
                        "restart",
                        "error restart",
                        "stop",
                        "start",
                        "restart",
                        "error restart",
                        "stop",
                        "start",
                        "b");
    }

    /** More of them than the node has threads, and each for longer than this test. */
    @Test
    void nobodyElseWaitsWithARestartedActor() {
        List<CompletableFuture<SendOutcome>> failing = IntStream.rangeClosed(
                        0, Runtime.getRuntime().availableProcessors())
                .mapToObj(i -> NODES.tell(PAUSING, "pausing-" + i, "restart"))
                .toList();
        for (int i = 0; i < failing.size(); i++) {
            String id = "pausing-" + i;
            await().until(() -> Diary.of(id).contains("stop"));
        }
        assertThat(NODES.ask(PAUSING, "other", "x")).isEqualTo(1);
        assertThat(failing).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void aRestartedActorWaitsAndHandlesWhatCameMeanwhileInOrder() {
        long before = System.nanoTime();
        CompletableFuture<SendOutcome> failing = NODES.tell(SLOW, "waiting", "restart");
        CompletableFuture<Integer> behind = NODES.entity(SLOW, "waiting").ask(new Diary.Note("b"), LIMIT);
        fails(failing.join(), "failed 3 times: java.lang.IllegalStateException: restart");
        assertThat(behind.join()).isEqualTo(1);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(3 * WAIT.toNanos());
    }

    /** Every started handler ends once, also those that a closing node finds in the middle of a call. */
    @Test
    void aClosingNodeEndsItsActors(@TempDir Path other) throws InterruptedException {
        AtomicInteger started = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Kind<Diary.Note> kind = Kind.of("ending", Diary.Note.class, () -> new Handler<Diary.Note>() {
            @Override
            public void preStart(ActorContext<Diary.Note> context) {
                started.incrementAndGet();
            }

            @Override
            public void receive(Diary.Note note, ActorContext<Diary.Note> context) throws Exception {
                if (note.text().equals("block")) {
                    inside.countDown();
                    goOn.await();
                }
            }

            @Override
            public void postStop(ActorContext<Diary.Note> context) {
                assertThat(context.isOwner()).isFalse();
                ended.incrementAndGet();
            }
        });
        try (Nodes alone = new Nodes(other, 1)) {
            ClusterActorSystem system =
                    alone.start(alone.config("n1").build(), kind).join();
            for (int i = 0; i < 200; i++) {
                system.entity(kind, "e" + i).tell(new Diary.Note("a")).join();
            }
            CompletableFuture<SendOutcome> blocked =
                    system.entity(kind, "blocked").tell(new Diary.Note("block"));
            inside.await();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(system::close, Nodes::onThread);
            // A node that stands still has no lease for a moment, too, and is not closed.
            await().until(() -> system.cluster().state() == NodeState.LEFT
                    && !system.cluster().inCluster());
            goOn.countDown();
            closing.join();
            await().untilAsserted(() -> assertThat(ended).hasValue(201).hasValue(started.get()));
            await().until(blocked::isDone);
        }
    }

    @Test
    void aContextIsGoodForTheCallOnly() {
        assertThat(NODES.ask(KEEPING, "e", "a")).isEqualTo(7);
        String message = "reply of keeping/e works only within a call of its handler, on the thread of the call:"
                + " send the actor a message instead";
        assertThat(Keeping.ELSEWHERE.join()).hasMessage(message);
        assertThatThrownBy(() -> Keeping.KEPT.join().reply(new Diary.Note("late"), 2))
                .hasMessage(message);
        assertThat(Keeping.KEPT.join().self().actorId()).isEqualTo("e");
        assertThat(Keeping.UNASKED.join())
                .hasMessage("nobody has asked keeping/e: reply only in receive, to a message");
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new RestartLimit(-1, second, second, second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("restarts (-1) must be 0 to 1000");
        assertThatThrownBy(() -> new RestartLimit(1001, second, second, second))
                .hasMessage("restarts (1001) must be 0 to 1000");
        assertThatThrownBy(() -> new RestartLimit(1, Duration.ZERO, second, second))
                .hasMessage("the period of restarts (PT0S) must be longer than zero");
        assertThatThrownBy(() -> new RestartLimit(1, second, second.negated(), second))
                .hasMessage("backoff (PT-1S) must be zero to maxBackoff (PT1S)");
        assertThatThrownBy(() -> new RestartLimit(1, second, second.plusNanos(1), second))
                .hasMessage("backoff (PT1.000000001S) must be zero to maxBackoff (PT1S)");
        assertThatThrownBy(() -> Counter.KIND.restarts(RestartLimit.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "durable kind counter is never restarted: a message that fails is tried 3 times on the state"
                                + " before it; leave restarts out");
    }
}
