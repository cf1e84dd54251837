package io.troupe.actors;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Actors that an actor has spawned: they live and die with its handler, and leave their failures to it. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class ChildrenTest extends FamilyFixture {
    ChildrenTest() {
        super("children");
    }

    private void escalating(Optional<Supervision> decision) {
        onChildFailure = decision;
        Pid<Do> root = root();
        Pid<Do> child = child(root, "a");
        child.tell(fail());
        child.tell(note("after"));
        await().until(() -> seen.stream().anyMatch(line -> line.startsWith("root hears")));
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
        grandchild.ask(nothing(), LIMIT).join(); // who has not started does not stop
        root.tell((actor, context) -> context.passivate());
        await().until(() -> system.activeActors() == 0);
        await().untilAsserted(() -> assertThat(seen)
                .containsExactly("root starts", "a starts", "b starts", "root stops", "a stops", "b stops"));
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
        await().untilAsserted(() -> assertThat(seen).hasSize(5).contains("root stops", "a stops"));
        assertThat(seen).doesNotContain("a notes after");
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
        AtomicReference<ActorContext<Do>> kept = new AtomicReference<>();
        with(root, (actor, context) -> {
            kept.set(context);
            return true;
        });
        assertThatThrownBy(() -> Objects.requireNonNull(kept.get()).spawnLocal("z", new Actor("z")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "spawnLocal of local/root works only within a call of its handler, on the thread of the call:"
                                + " send the actor a message instead");
    }
}
