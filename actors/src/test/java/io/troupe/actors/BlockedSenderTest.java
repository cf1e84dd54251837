package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Senders wait for room, as long as they were told to, and never where somebody waits for them. */
@Timeout(50)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class BlockedSenderTest {
    private static final SendOutcome FULL = new NotExecuted(Reason.MAILBOX_FULL);
    private static final SendOutcome ACCEPTED = new SendOutcome.Accepted();
    private static final Duration LONG = Kind.LONGEST_BLOCK; // longer than the test may take

    private final LocalActorSystem system = ActorSystem.create("blocking");
    private final List<Integer> seen = new CopyOnWriteArrayList<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final ExecutorService own = Executors.newSingleThreadExecutor();

    private Kind<Integer> slow(Duration limit) {
        return Kind.of("slow", Integer.class, () -> (message, context) -> {
                    inside.countDown();
                    open.await();
                    if (message < 0) {
                        context.passivate();
                    }
                    seen.add(message);
                })
                .mailboxBlocking(2, limit)
                .on(own);
    }

    /** One is at hand, two wait. */
    private Pid<Integer> full(Duration limit, int first) throws InterruptedException {
        Pid<Integer> pid = system.spawn(slow(limit), "s");
        pid.tell(first);
        inside.await();
        pid.tell(1);
        pid.tell(2);
        return pid;
    }

    @AfterEach
    void close() {
        open.countDown();
        system.close();
        own.shutdownNow();
    }

    private static Thread started(Runnable step) {
        Thread thread = new Thread(step, "sender");
        thread.start();
        return thread;
    }

    private static void awaitBlocked(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }

    @Test
    void sendersWaitForRoomAndKeepTheirOrder() throws InterruptedException {
        Pid<Integer> pid = full(LONG, 0);
        List<SendOutcome> outcomes = new CopyOnWriteArrayList<>();
        List<Thread> senders = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            int number = i * 100;
            senders.add(started(() -> {
                for (int k = 0; k < 20; k++) {
                    outcomes.add(pid.tell(number + k).join());
                }
            }));
        }
        senders.forEach(BlockedSenderTest::awaitBlocked);
        assertThat(outcomes).isEmpty();
        open.countDown();
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(outcomes).hasSize(80).containsOnly(ACCEPTED);
        await().until(() -> seen.size() == 83);
        for (int i = 1; i <= 4; i++) {
            int hundred = i;
            assertThat(seen.stream().filter(number -> number / 100 == hundred)).isSorted();
        }
        assertThat(system.deadLetters()).isZero();
    }

    @Test
    void aSenderWaitsNoLongerThanItsLimit() throws InterruptedException {
        Pid<Integer> pid = full(Duration.ofMillis(50), 0);
        long beginNs = System.nanoTime();
        assertThat(pid.tell(3).join()).isEqualTo(FULL);
        assertThat(System.nanoTime() - beginNs).isGreaterThanOrEqualTo(50_000_000L);
        await().until(() -> system.deadLetters() == 1);
        open.countDown();
        await().until(() -> seen.equals(List.of(0, 1, 2)));
    }

    @Test
    void aSenderThatIsInterruptedStopsWaiting() throws InterruptedException {
        Pid<Integer> pid = full(LONG, 0);
        AtomicReference<Object> result = new AtomicReference<>();
        Thread sender = started(() -> {
            SendOutcome outcome = pid.tell(3).getNow(ACCEPTED);
            result.set(outcome + " " + Thread.currentThread().isInterrupted());
        });
        awaitBlocked(sender);
        sender.interrupt();
        sender.join();
        assertThat(result).hasValue(FULL + " true");
    }

    @Test
    void sendersHearOfTheEndThatTheyWaitFor() throws InterruptedException {
        Pid<Integer> pid = full(LONG, -1);
        List<SendOutcome> outcomes = new CopyOnWriteArrayList<>();
        Thread one = started(() -> outcomes.add(pid.tell(3).join()));
        Thread two = started(() -> outcomes.add(pid.tell(4).join()));
        awaitBlocked(one);
        awaitBlocked(two);
        open.countDown();
        one.join();
        two.join();
        assertThat(outcomes).containsExactly(new NotExecuted(Reason.ENDED), new NotExecuted(Reason.ENDED));
    }

    @Test
    void aHandlerNeverWaits() throws InterruptedException {
        Pid<Integer> pid = full(LONG, 0);
        ExecutorService threads = Executors.newSingleThreadExecutor(); // its name says nothing
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        system.spawn(
                        Kind.of(
                                        "forwarder",
                                        Integer.class,
                                        () -> (Integer message, ActorContext<Integer> context) -> outcome.complete(
                                                pid.tell(message).join()))
                                .on(threads),
                        "f")
                .tell(3);
        assertThat(outcome.join()).isEqualTo(FULL);
        threads.shutdown();
    }

    @Test
    void aThreadOfTheSystemNeverWaits() throws InterruptedException {
        Pid<Integer> pid = full(LONG, 0);
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        system.onDeadLetter(letter -> outcome.complete(pid.tell(4).join()));
        Pid<String> gone = system.spawn((message, context) -> context.passivate(), "gone");
        gone.tell("go");
        await().until(() -> system.activeActors() == 1);
        gone.tell("x"); // its dead letter calls the listener, outside of any handler
        assertThat(outcome.join()).isEqualTo(FULL);
    }

    @Test
    void limitsThatMakeNoSenseAreRefusedAndEntitiesCannotBlock(@TempDir Path directory) {
        assertThat(slow(LONG)
                        .mailbox(5, Overflow.BLOCK_SENDER)
                        .options()
                        .mailbox()
                        .blockNs())
                .isEqualTo(1_000_000_000);
        for (Duration limit : List.of(Duration.ZERO, Duration.ofSeconds(61))) {
            assertThatThrownBy(() -> slow(limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("senders of kind slow can wait for 1 ms to 60 s, not for " + limit);
        }
        try (Nodes nodes = new Nodes(directory, 1)) {
            CompletableFuture<ClusterActorSystem> start =
                    nodes.start(nodes.config("n1").build(), Echo.KIND.mailbox(5, Overflow.BLOCK_SENDER));
            assertThatThrownBy(start::join)
                    .cause()
                    .isInstanceOf(ClusterException.class)
                    .hasMessage(
                            "kind echo makes its senders wait when a mailbox is full, which works within one process"
                                    + " only: use REJECT or DROP_OLDEST for entities, or spawn local actors of it");
        }
    }

    @Test
    void anActorDoesNotWaitEvenBehindTheTurnOfAnotherOneOnItsThread() {
        Kind<Integer> nested = Kind.of("nested", Integer.class, () -> (message, context) -> seen.add(message))
                .on(Runnable::run);
        Pid<Integer> inner = system.spawn(nested, "inner");
        Kind<Integer> narrow = Kind.of("narrow", Integer.class, () -> (message, context) -> {})
                .mailboxBlocking(1, LONG)
                .on(step -> {}); // never runs
        Pid<Integer> stuck = system.spawn(narrow, "stuck");
        stuck.tell(1);
        AtomicReference<SendOutcome> told = new AtomicReference<>();
        Kind<Integer> outer = Kind.of("outer", Integer.class, () -> (message, context) -> {
                    inner.tell(message); // its turn runs here and now, and is over
                    told.set(stuck.tell(message).join());
                })
                .on(Runnable::run);
        system.spawn(outer, "outer").tell(7);
        assertThat(seen).containsExactly(7);
        assertThat(told).hasValue(FULL);
    }
}
