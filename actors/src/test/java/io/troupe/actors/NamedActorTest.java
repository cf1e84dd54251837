package io.troupe.actors;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A spawned actor and a registry whose copy is as far behind as each test says. */
@Timeout(60)
class NamedActorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private record Say(String what) implements Query<String> {}

    private static final Kind<Say> KIND =
            Kind.of("parrot", Say.class, () -> (say, context) -> context.reply(say, say.what()));

    /** What the node's copy has, and the barriers that were asked for. */
    private static final class Names implements NamedActor.Names {
        final Map<String, Registration> applied = new ConcurrentHashMap<>();
        final List<CompletableFuture<Long>> barriers = new CopyOnWriteArrayList<>();

        @Override
        public @Nullable Registration find(String name) {
            return applied.get(name);
        }

        @Override
        public CompletableFuture<Long> barrier() {
            CompletableFuture<Long> barrier = new CompletableFuture<>();
            barriers.add(barrier);
            return barrier;
        }

        void register(String name, String kind) {
            applied.put(name, new Registration(name, kind, null, 7));
        }

        CompletableFuture<Long> awaitBarrier(int number) {
            return awaitBarrier(number, new CompletableFuture<>());
        }

        CompletableFuture<Long> awaitBarrier(int number, CompletableFuture<?> unanswered) {
            try {
                await().atMost(LIMIT)
                        .failFast("it is answered before", unanswered::isDone)
                        .until(() -> barriers.size() >= number);
            } catch (ConditionTimeoutException e) {
                throw new AssertionError(
                        "there are " + barriers + ", number " + number + " was awaited, and its threads are "
                                + Thread.getAllStackTraces().entrySet().stream()
                                        .filter(thread ->
                                                thread.getKey().getName().startsWith("troupe-"))
                                        .map(thread -> thread.getKey() + " " + Arrays.toString(thread.getValue()))
                                        .toList(),
                        e);
            }
            return barriers.get(number - 1);
        }
    }

    /** Tells which messages have been seen, whatever became of them. */
    private static final class Seen implements Handler<Object> {
        final NamedActor<Say> actor;
        final List<Object> messages = new CopyOnWriteArrayList<>();

        Seen(Names names) {
            actor = new NamedActor<>(KIND, names);
        }

        @Override
        public void preStart(ActorContext<Object> context) throws Exception {
            actor.preStart(context);
        }

        @Override
        public void receive(Object message, ActorContext<Object> context) throws Exception {
            actor.receive(message, context);
            messages.add(message);
        }

        @Override
        public Supervision onError(Object message, Throwable failure, ActorContext<Object> context) {
            return actor.onError(message, failure, context);
        }
    }

    private final ActorSystem system = ActorSystem.create("names");
    private final Names names = new Names();
    private final Seen seen = new Seen(names);

    @AfterEach
    void close() {
        system.close();
    }

    private CompletableFuture<String> ask(Pid<Object> actor, String what) {
        return actor.ask(new Say(what), LIMIT);
    }

    private static void assertRefused(CompletableFuture<String> answer) {
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AskException.class)
                .hasMessageContaining("no actor of kind parrot is named anna: spawn it first");
    }

    @Test
    void anActorThatIsRegisteredAsksNobody() {
        names.register("anna", "parrot");
        assertThat(ask(system.spawn(seen, "anna"), "a").join()).isEqualTo("a");
        assertThat(names.barriers).isEmpty();
    }

    @Test
    void whatComesBeforeTheCopyHasTheNameWaitsForTheLogAndIsHandledInOrder() {
        Pid<Object> actor = system.spawn(seen, "anna");
        List<CompletableFuture<String>> answers = List.of(ask(actor, "a"), ask(actor, "b"), ask(actor, "c"));
        CompletableFuture<Long> barrier = names.awaitBarrier(1);
        await().atMost(LIMIT).until(() -> seen.messages.containsAll(List.of(new Say("a"), new Say("b"), new Say("c"))));
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        names.register("anna", "parrot");
        barrier.complete(9L);
        assertThat(answers.stream().map(CompletableFuture::join)).containsExactly("a", "b", "c");
        assertThat(seen.messages.stream().filter(Say.class::isInstance).skip(3))
                .as("what was handled after the stash was taken back")
                .containsExactly(new Say("a"), new Say("b"), new Say("c"));
    }

    @Test
    void whatABarrierShowsHoldsOnlyForWhatCameBeforeIt() {
        Pid<Object> actor = system.spawn(seen, "anna");
        CompletableFuture<String> early = ask(actor, "early");
        CompletableFuture<Long> first = names.awaitBarrier(1);
        // Its sender may know that the actor is spawned: later than the barrier began, and not applied here.
        CompletableFuture<String> later = ask(actor, "later");
        await().atMost(LIMIT).until(() -> seen.messages.contains(new Say("later")));
        first.complete(9L);
        assertRefused(early);
        CompletableFuture<Long> second = names.awaitBarrier(2, later);
        assertThat(later).isNotDone();
        names.register("anna", "parrot");
        second.complete(10L);
        assertThat(later.join()).isEqualTo("later");
    }

    @Test
    void aStashedQuestionThatNobodyWaitsForIsNotRefusedInThePlaceOfALaterMessage() {
        Pid<Object> actor = system.spawn(seen, "anna");
        CompletableFuture<String> brief = actor.ask(new Say("brief"), Duration.ofMillis(20));
        CompletableFuture<Long> first = names.awaitBarrier(1);
        await().atMost(LIMIT).until(brief::isCompletedExceptionally);
        CompletableFuture<String> later = ask(actor, "later");
        await().atMost(LIMIT).until(() -> seen.messages.contains(new Say("later")));
        first.complete(9L);
        CompletableFuture<Long> second = names.awaitBarrier(2, later);
        names.register("anna", "parrot");
        second.complete(10L);
        assertThat(later.join()).isEqualTo("later");
        assertThat(brief).isCompletedExceptionally();
    }

    @Test
    void aBarrierThatFailsIsAskedForAgain() {
        Pid<Object> actor = system.spawn(seen, "anna");
        CompletableFuture<String> answer = ask(actor, "a");
        names.awaitBarrier(1).completeExceptionally(new IllegalStateException("no leader"));
        names.register("anna", "parrot");
        names.awaitBarrier(2).complete(9L);
        assertThat(answer.join()).isEqualTo("a");
    }

    @Test
    void theStopOfAnEarlierLifeThatComesLateEndsNobody() {
        names.register("anna", "parrot");
        Pid<Object> actor = system.spawn(seen, "anna");
        assertThat(ask(actor, "a").join()).isEqualTo("a");
        CompletableFuture<?> early = actor.tell(NamedActor.stop(6));
        assertThat(ask(actor, "b").join()).isEqualTo("b");
        CompletableFuture<?> due = actor.tell(NamedActor.stop(7));
        assertThat(early).isDone();
        assertThat(due).isDone();
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(((LocalActorSystem) system).activeActors()).isZero());
    }

    @Test
    void nobodyIsThereForANameOfAnotherKindAndNothingStaysInTheMemory() {
        names.register("anna", "horse");
        CompletableFuture<String> answer = ask(system.spawn(seen, "anna"), "a");
        names.awaitBarrier(1).complete(9L);
        assertRefused(answer);
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(((LocalActorSystem) system).activeActors()).isZero());
    }
}
