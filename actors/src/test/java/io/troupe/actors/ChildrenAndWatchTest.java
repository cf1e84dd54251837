package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(30)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class ChildrenAndWatchTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final NotExecuted ENDED = new NotExecuted(Reason.ENDED);

    /** A step that an actor takes when it gets it: a test writes down what it needs. */
    @FunctionalInterface
    interface Do {
        void in(Actor actor, ActorContext<Do> context) throws Exception;
    }

    record Ask(Do step) implements Do, Query<String> {
        @Override
        public void in(Actor actor, ActorContext<Do> context) throws Exception {
            step.in(actor, context);
            context.reply(this, "done");
        }
    }

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final LocalActorSystem system = ActorSystem.create("family");
    private volatile Supervision onError = Supervision.ESCALATE;
    private volatile Optional<Supervision> onChildFailure = Optional.empty();

    /** Does what it is told, and writes down its begin and end. */
    final class Actor implements Handler<Do> {
        final String name;

        Actor(String name) {
            this.name = name;
        }

        @Override
        public void preStart(ActorContext<Do> context) {
            seen.add(name + " starts");
        }

        @Override
        public void receive(Do message, ActorContext<Do> context) throws Exception {
            message.in(this, context);
        }

        @Override
        public void postStop(ActorContext<Do> context) {
            seen.add(name + " stops");
        }

        @Override
        public Supervision onError(Do message, Throwable failure, ActorContext<Do> context) {
            return onError;
        }

        @Override
        public Supervision onChildFailure(Pid<?> child, Throwable failure, ActorContext<Do> context) {
            seen.add(name + " hears that " + child + " has failed: " + failure.getMessage());
            return onChildFailure.orElseGet(() -> Handler.super.onChildFailure(child, failure, context));
        }
    }

    private Do note(String text) {
        return (actor, context) -> seen.add(actor.name + " notes " + text);
    }

    private static Do fail() {
        return (actor, context) -> {
            throw new IllegalStateException("told to");
        };
    }

    private Pid<Do> root() {
        return system.spawn(new Actor("root"), "root");
    }

    private static <T> T with(Pid<Do> actor, InContext<T> step) {
        CompletableFuture<T> result = new CompletableFuture<>();
        actor.tell((own, context) -> {
            try {
                result.complete(step.in(own, context));
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result.join();
    }

    @FunctionalInterface
    private interface InContext<T> {
        T in(Actor actor, ActorContext<Do> context);
    }

    private Pid<Do> child(Pid<Do> parent, String name) {
        return with(parent, (actor, context) -> context.spawnLocal(name, new Actor(name)));
    }

    private static Ask nothing() {
        return new Ask((actor, context) -> {});
    }

    @AfterEach
    void nothingStaysBehind() {
        system.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-family-"))
                .isEmpty());
    }

    @Test
    void aChildHasANameBelowItsParent() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        Pid<Do> grandchild = child(child, "b");
        assertThat(child).hasToString("local/root/a");
        assertThat(grandchild).hasToString("local/root/a/b");
        assertThat(grandchild.system()).isSameAs(system);
        assertThat(grandchild.ask(nothing(), LIMIT).join()).isEqualTo("done");
        assertThat(system.activeActors()).isEqualTo(1);
        assertThat(seen).containsExactly("root starts", "a starts", "b starts");
    }

    @Test
    void childrenEndWithTheirParent() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        Pid<Do> grandchild = child(child, "b");
        root.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 0);
        assertThat(seen.subList(3, 6)).containsExactly("root stops", "a stops", "b stops");
        assertThat(child.tell(note("x")).join()).isEqualTo(ENDED);
        assertThat(grandchild.tell(note("x")).join()).isEqualTo(ENDED);
    }

    @Test
    void aRestartedParentStartsWhenTheChildrenOfTheLastHandlerHaveEnded() throws InterruptedException {
        onError = Supervision.RESTART;
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Kind<Do> busy = Kind.of("busy", Do.class, () -> new Actor("busy")).on(threads);
        AtomicInteger attempts = new AtomicInteger();
        Pid<Do> root = root();
        Pid<Do> child = with(root, (actor, context) -> context.spawnLocal("c", busy));
        child.tell((actor, context) -> {
            inside.countDown();
            latch.await();
        });
        inside.await();
        root.tell((actor, context) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("restart me");
            }
            context.spawnLocal("c", new Actor("second"));
        });
        await().until(() -> seen.contains("root stops"));
        assertThat(child.tell(note("late")).join()).isEqualTo(new SendOutcome.Accepted()); // it has not heard of it yet
        latch.countDown();
        assertThat(root.ask(nothing(), LIMIT).join()).isEqualTo("done");
        await().until(() -> seen.contains("second starts"));
        assertThat(seen).doesNotContain("busy notes late");
        assertThat(seen.indexOf("busy stops")).isBetween(0, seen.lastIndexOf("root starts"));
        threads.shutdown();
    }

    @Test
    void aParentEndsAChildAndItsNameIsFree() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        child.ask(nothing(), LIMIT).join();
        with(root, (actor, context) -> {
            context.stop(child);
            context.stop(child); // once more does nothing
            return true;
        });
        await().until(() -> seen.contains("a stops"));
        await().until(() -> with(root, (actor, context) -> {
            try {
                context.stop(child);
                return context.spawnLocal("a", new Actor("next")) != child;
            } catch (IllegalArgumentException stillThere) {
                return false;
            }
        }));
        assertThat(child.tell(note("x")).join()).isEqualTo(ENDED);
    }

    private void escalating(Optional<Supervision> decision) {
        onChildFailure = decision;
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        child.tell(fail());
        child.tell(note("after"));
        await().until(() -> seen.stream().anyMatch(line -> line.startsWith("root hears")));
    }

    private static final String HEARS = "root hears that local/root/a has failed: told to";

    @Test
    void theParentOfAChildThatEscalatesMayResumeIt() {
        escalating(Optional.of(Supervision.RESUME));
        await().untilAsserted(
                        () -> assertThat(seen).containsExactly("root starts", "a starts", HEARS, "a notes after"));
    }

    @Test
    void theParentOfAChildThatEscalatesRestartsItUnlessItSaysOtherwise() {
        escalating(Optional.empty());
        await().untilAsserted(() -> assertThat(seen)
                .containsExactly("root starts", "a starts", HEARS, "a stops", "a starts", "a notes after"));
    }

    @Test
    void theParentOfAChildThatEscalatesMayEndIt() {
        escalating(Optional.of(Supervision.STOP));
        await().untilAsserted(() -> assertThat(seen).containsExactly("root starts", "a starts", HEARS, "a stops"));
        assertThat(system.activeActors()).isEqualTo(1);
    }

    @Test
    void theParentOfAChildThatEscalatesMayEscalateToo() {
        escalating(Optional.of(Supervision.ESCALATE));
        await().until(() -> system.activeActors() == 0);
        assertThat(seen).hasSize(5).contains("root stops", "a stops").doesNotContain("a notes after");
    }

    @Test
    void aFailureThatNobodyDecidesOnEndsWithTheParent() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        CountDownLatch escalated = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        root.tell((actor, context) -> {
            go.await();
            context.passivate();
        });
        child.tell((actor, context) -> {
            escalated.countDown();
            throw new IllegalStateException("told to");
        });
        CompletableFuture<String> waits = child.ask(nothing(), LIMIT);
        assertThat(escalated).satisfies(CountDownLatch::await);
        go.countDown();
        assertThatThrownBy(waits::join)
                .cause()
                .isInstanceOfSatisfying(
                        AskException.class, e -> assertThat(e.outcome()).isEqualTo(ENDED));
        await().until(() -> system.activeActors() == 0);
        assertThat(seen).noneMatch(line -> line.contains("hears"));
    }

    @Test
    void anEndIsToldOnceWithTheMessageOfTheWatcher() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        with(root, (actor, context) -> {
            context.watch(child, note("replaced"));
            context.watch(child, note("the end"));
            return true;
        });
        root.ask(nothing(), LIMIT).join();
        assertThat(seen).doesNotContain("root notes the end");
        child.tell((actor, context) -> context.passivate());
        await().until(() -> seen.contains("root notes the end"));
        root.ask(nothing(), LIMIT).join();
        assertThat(seen).containsOnlyOnce("root notes the end").doesNotContain("root notes replaced");
        assertThat(seen.indexOf("a stops")).isLessThan(seen.indexOf("root notes the end"));
    }

    @Test
    void anEndThatIsOverIsToldAtOnce() {
        Pid<Do> gone = system.spawn(new Actor("gone"), "gone");
        gone.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 0);
        Pid<Do> root = root();
        with(root, (actor, context) -> {
            context.watch(gone, note("the end"));
            return true;
        });
        await().until(() -> seen.contains("root notes the end"));
        root.ask(nothing(), LIMIT).join();
        assertThat(seen).containsOnlyOnce("root notes the end");
    }

    @Test
    void aReplacedWatchTellsNothingEvenIfItsEndIsOver() {
        Pid<Do> gone = system.spawn(new Actor("gone"), "gone");
        gone.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 0);
        Pid<Do> root = root();
        with(root, (actor, context) -> {
            context.watch(gone, note("first"));
            context.watch(gone, note("second"));
            return true;
        });
        await().until(() -> seen.contains("root notes second"));
        assertThat(seen).doesNotContain("root notes first");
    }

    @Test
    void aWithdrawnWatchTellsNothing() {
        Pid<Do> other = system.spawn(new Actor("other"), "other");
        Pid<Do> root = root();
        with(root, (actor, context) -> {
            context.watch(other, note("the end"));
            assertThat(context.unwatch(other)).isTrue();
            return true;
        });
        other.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 1);
        with(root, (actor, context) -> {
            context.watch(other, note("the end"));
            assertThat(context.unwatch(other) && !context.unwatch(other)).isTrue();
            return true;
        });
        root.ask(nothing(), LIMIT).join();
        assertThat(seen).doesNotContain("root notes the end");
    }

    @Test
    void watchesEndWithTheHandlerThatSetThem() {
        onError = Supervision.RESTART;
        Pid<Do> other = system.spawn(new Actor("other"), "other");
        Pid<Do> root = root();
        with(root, (actor, context) -> {
            context.watch(other, note("the end"));
            return true;
        });
        root.tell(fail());
        root.ask(nothing(), LIMIT).join();
        other.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 1);
        root.ask(nothing(), LIMIT).join();
        assertThat(seen).doesNotContain("root notes the end");
    }

    @Test
    void watchersAndEndsRaceAndEachWatcherHearsExactlyOnce() {
        int rounds = 300;
        int watchers = 4;
        AtomicInteger[] heard = new AtomicInteger[rounds];
        List<Pid<Do>> watching = new CopyOnWriteArrayList<>();
        for (int i = 0; i < watchers; i++) {
            watching.add(system.spawn(new Actor("w" + i), "w" + i));
        }
        for (int round = 0; round < rounds; round++) {
            AtomicInteger count = new AtomicInteger();
            heard[round] = count;
            Pid<Do> target = system.spawn(new Actor("t"), "t" + round);
            for (int i = 0; i < watchers; i++) {
                watching.get(i)
                        .tell((actor, context) -> context.watch(target, (own, later) -> count.incrementAndGet()));
                if (i == 1) {
                    target.tell((actor, context) -> context.passivate());
                }
            }
        }
        await().untilAsserted(() ->
                assertThat(heard).allSatisfy(count -> assertThat(count).hasValue(watchers)));
        watching.forEach(actor -> actor.ask(nothing(), LIMIT).join());
        assertThat(heard).allSatisfy(count -> assertThat(count).hasValue(watchers));
    }

    private static void refused(Pid<Do> actor, Class<? extends Throwable> type, String message, Do step) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        actor.ask(
                        new Ask((own, context) -> {
                            try {
                                step.in(own, context);
                            } catch (RuntimeException e) {
                                thrown.set(e);
                            }
                        }),
                        LIMIT)
                .join();
        assertThat(Objects.requireNonNull(thrown.get())).isInstanceOf(type).hasMessage(message);
    }

    @Test
    @SuppressWarnings("NullAway") // the mistakes under test
    void mistakesAreNamed() {
        Pid<Do> root = root();
        child(root, "a");
        refused(
                root,
                IllegalArgumentException.class,
                "local/root has a child named a: choose another name, or wait until that one has ended",
                (actor, context) -> context.spawnLocal("a", new Actor("a")));
        refused(
                root,
                IllegalArgumentException.class,
                "the name of a child of local/root must have 1 to 1000 bytes without '/', not 'a/b'",
                (actor, context) -> context.spawnLocal("a/b", new Actor("a")));
        refused(
                root,
                IllegalArgumentException.class,
                "durable kind counter cannot be spawned: its state is kept in the log of a cluster; start a"
                        + " ClusterActorSystem and use entity(kind, id)",
                (actor, context) -> context.spawnLocal("x", Counter.KIND));
        refused(
                root,
                NullPointerException.class,
                "spawnLocal needs a handler",
                (actor, context) -> context.spawnLocal("x", (Handler<String>) null));
        refused(
                root,
                IllegalStateException.class,
                "local/root has 1000 children, one more (c999) is too many: end some, or use entities",
                (actor, context) -> {
                    for (int i = 0; i < 1000; i++) {
                        context.spawnLocal("c" + i, (message, unused) -> {});
                    }
                });
    }

    @Test
    @SuppressWarnings("NullAway") // the mistakes under test
    void mistakesWithOthersAreNamed() {
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        Pid<Do> other = system.spawn(new Actor("other"), "other");
        String notMine =
                "local/root/a is no child of local/other: an actor is ended by its parent, or by itself; send it"
                        + " a message";
        refused(other, IllegalArgumentException.class, notMine, (actor, context) -> context.stop(child));
        refused(other, IllegalArgumentException.class, notMine, (actor, context) -> {
            context.spawnLocal("own", new Actor("own"));
            context.stop(child);
        });
        refused(
                root,
                IllegalArgumentException.class,
                "local/root cannot watch itself: use postStop",
                (actor, context) -> context.watch(root, fail()));
        refused(
                root,
                NullPointerException.class,
                "a watch needs a message",
                (actor, context) -> context.watch(other, null));
        refused(
                root,
                IllegalStateException.class,
                "local/root watches 1000 actors, one more (local/w1000) is too many: unwatch some",
                (actor, context) -> {
                    for (int i = 0; i <= 1000; i++) {
                        Pid<String> target = system.spawn((message, unused) -> {}, "w" + i);
                        context.watch(target, fail());
                    }
                });
        AtomicReference<ActorContext<Do>> kept = new AtomicReference<>();
        with(root, (actor, context) -> {
            kept.set(context);
            return true;
        });
        assertThatThrownBy(() -> kept.get().spawnLocal("z", new Actor("z")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "spawnLocal of local/root works only within a call of its handler, on the thread of the call:"
                                + " send the actor a message instead");
    }
}
