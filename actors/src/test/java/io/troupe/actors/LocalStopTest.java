package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.actors.Scribe.Add;
import io.troupe.actors.Scribe.Get;
import io.troupe.actors.Scribe.Hold;
import io.troupe.actors.Scribe.Note;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** How a system without a cluster is stopped: what it waits for, what it takes no more, and when it gives up. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalStopTest extends LocalActorsFixture {
    LocalStopTest() {
        super("local-stop");
    }

    @Test
    void aStopWaitsUntilTheLastOfAChainHasHandledWhatTheFirstHasSent() {
        int length = 50;
        Pid<Integer> next = system.spawn((message, context) -> heard.add("" + message), "last");
        for (int i = 0; i < length; i++) {
            Pid<Integer> behind = next;
            next = system.spawn(
                    (message, context) -> {
                        behind.tell(message + 1);
                    },
                    "c" + i);
        }
        for (int i = 0; i < 20; i++) {
            next.tell(i * 1000);
        }
        StopReport report = system.stop(LIMIT).join();
        assertThat(report.complete()).isTrue();
        assertThat(report.actors()).isEqualTo(length + 1);
        assertThat(report.abandoned()).isZero();
        assertThat(heard).hasSize(20).allMatch(number -> Integer.parseInt(number) % 1000 == length);
        assertThat(system.stop(LIMIT).join()).isSameAs(report);
    }

    @Test
    void nothingIsQuietWhileAHandlerRunsOrATurnHasNotBegun() throws InterruptedException {
        ActorRuntime runtime = new ActorRuntime(Cluster.threads("local-stop"));
        LocalActors actors = new LocalActors(system, "quiet", runtime);
        List<Runnable> turns = new CopyOnWriteArrayList<>();
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        Pid<Note> pid = actors.spawn(kind.on(turns::add), "a");
        assertThat(turns).hasSize(1); // it is to start
        turns.remove(0).run();
        assertThat(actors.isQuiet()).isTrue();
        pid.tell(new Hold(latch, inside));
        assertThat(actors.isQuiet()).isFalse(); // its turn has not begun
        Thread thread = new Thread(turns.remove(0));
        thread.start();
        inside.await();
        assertThat(actors.isQuiet()).isFalse(); // its mailbox is empty, and its handler runs
        latch.countDown();
        thread.join();
        assertThat(actors.isQuiet()).isTrue();
        actors.stop();
        runtime.close();
    }

    @Test
    void aStopTakesNothingFromOutside() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        Pid<Note> pid = blocked(kind, latch);
        CompletableFuture<StopReport> stop = system.stop(LIMIT);
        assertThat(pid.tell(new Add(1)).join()).isEqualTo(notExecuted(Reason.CLOSED));
        assertThat(Scribe.outcomeOf(pid.ask(new Get(), LIMIT))).isEqualTo(notExecuted(Reason.CLOSED));
        assertThatThrownBy(() -> system.spawn(kind.mailbox(1, Overflow.REJECT), "late"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> system.spawn(new Scribe(), "late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("system local-stop is being stopped: it cannot spawn local/late");
        assertThat(stop).isNotDone();
        latch.countDown();
        assertThat(stop.join().complete()).isTrue();
        assertThat(scribes.get(0).seen).containsExactly("start", "stop");
        assertThat(pid.tell(new Add(1)).join()).isEqualTo(notExecuted(Reason.CLOSED));
    }

    @Test
    void aStopEndsAtItsLimitAndLeavesNobodyWaiting() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        record Stuck(CountDownLatch never) implements Query<String> {}
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Pid<Object> pid = system.spawn(
                Kind.of("stuck", Object.class, () -> (message, context) -> {
                            inside.countDown();
                            never.await();
                        })
                        .on(threads),
                "s");
        CompletableFuture<String> begun = pid.ask(new Stuck(never), LIMIT);
        inside.await();
        pid.tell("waits");
        CompletableFuture<String> waiting = pid.ask(new Stuck(never), LIMIT);
        StopReport report = system.stop(Duration.ofMillis(50)).join();
        assertThat(report.complete()).isFalse();
        assertThat(report.actors()).isEqualTo(1);
        assertThat(report.abandoned()).isEqualTo(2);
        assertThat(Scribe.outcomeOf(begun))
                .isInstanceOfSatisfying(
                        SendOutcome.Unknown.class,
                        unknown -> assertThat(unknown.why())
                                .isEqualTo("its handler has begun, and the system was closed"));
        assertThat(Scribe.outcomeOf(waiting)).isEqualTo(notExecuted(Reason.ENDED));
        never.countDown();
        threads.shutdown();
    }

    @Test
    void anActorCannotCloseItsOwnSystem() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Pid<String> pid = system.spawn(
                (message, context) -> {
                    try {
                        context.self().system().close();
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                },
                "a");
        pid.tell("close");
        await().untilAsserted(() -> assertThat(thrown.get())
                .hasMessage("close of system local-stop waits until its actors are idle, so none of them can call it:"
                        + " call stop(limit) and do not wait"));
    }
}
