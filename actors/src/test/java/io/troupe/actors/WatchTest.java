package io.troupe.actors;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who watches an actor hears of its end, once. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class WatchTest extends FamilyFixture {
    WatchTest() {
        super("watching");
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

    @Test
    @SuppressWarnings("NullAway") // the mistakes under test
    void mistakesAreNamed() {
        Pid<Do> root = root();
        Pid<Do> other = system.spawn(new Actor("other"), "other");
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
    }
}
