package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.actors.Scribe.Add;
import io.troupe.actors.Scribe.Aside;
import io.troupe.actors.Scribe.Fail;
import io.troupe.actors.Scribe.Get;
import io.troupe.actors.Scribe.Hold;
import io.troupe.actors.Scribe.Leave;
import io.troupe.actors.Scribe.Note;
import io.troupe.actors.Scribe.Release;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Actors without a cluster: the promises of {@code docs/actors.md}, and what happens to who breaks them. */
@Timeout(30)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalActorSystemTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final RestartLimit AT_ONCE =
            new RestartLimit(3, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);

    private final List<Scribe> scribes = new CopyOnWriteArrayList<>();
    private final Kind<Note> kind = Kind.of("scribe", Note.class, () -> {
                Scribe scribe = new Scribe();
                scribes.add(scribe);
                return scribe;
            })
            .restarts(AT_ONCE);
    private final LocalActorSystem system = ActorSystem.create("local-test");
    private final List<DeadLetter> dead = new CopyOnWriteArrayList<>();

    LocalActorSystemTest() {
        system.onDeadLetter(dead::add);
    }

    @AfterEach
    void nothingStaysBehind() {
        system.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("troupe-local-test-"))
                .isEmpty());
    }

    private static NotExecuted notExecuted(Reason reason) {
        return new NotExecuted(reason);
    }

    @Test
    void anActorNeedsNoClusterNoRegistryAndNoConfiguration() {
        try (ActorSystem own = ActorSystem.create("own")) {
            Pid<String> greeter = own.spawn((message, context) -> scribesHear(message), "greeter");
            assertThat(greeter.tell("hello").join()).isEqualTo(new SendOutcome.Accepted());
            assertThat(greeter.actorId()).isEqualTo("greeter");
            assertThat(greeter).hasToString("local/greeter");
            assertThat(greeter.system()).isSameAs(own);
        } // what was sent before the close is handled
        assertThat(heard).containsExactly("hello");
    }

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private void scribesHear(String message) {
        heard.add(message);
    }

    @Test
    void anActorStartsWithItsSpawnAndHandlesInOrder() {
        Pid<Note> scribe = system.spawn(kind, "a");
        await().until(() -> scribes.size() == 1 && scribes.get(0).seen.equals(List.of("start")));
        for (int i = 0; i < 3; i++) {
            scribe.tell(new Add(i));
        }
        assertThat(scribe.ask(new Get(), LIMIT).join()).containsExactly("start", "0", "1", "2");
        assertThat(system.activeActors()).isEqualTo(1);
    }

    @Test
    void eachSendersOrderIsKeptUnderContention() throws InterruptedException {
        record Numbered(int sender, int number) {}
        int senders = 4;
        int messages = 10_000; // all of them have a place
        int[] next = new int[senders];
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(senders * messages);
        Pid<Numbered> sink = system.spawn(
                (message, context) -> {
                    if (next[message.sender()]++ != message.number()) {
                        wrong.incrementAndGet();
                    }
                    all.countDown();
                },
                "sink");
        List<Thread> threads = new ArrayList<>();
        for (int sender = 0; sender < senders; sender++) {
            int number = sender;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < messages; i++) {
                    sink.tell(new Numbered(number, i));
                }
            });
            thread.start();
            threads.add(thread);
        }
        all.await();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
    }

    @Test
    void aRestartTakesANewHandlerOfTheKind() {
        Pid<Note> scribe = system.spawn(kind, "a");
        scribe.tell(new Fail(Supervision.RESTART));
        scribe.tell(new Add(1));
        assertThat(scribe.ask(new Get(), LIMIT).join()).containsExactly("start", "1");
        assertThat(scribes).hasSize(4); // three attempts, and the one that went on
        assertThat(scribes.get(0).seen).containsExactly("start", "stop");
        await().untilAsserted(() -> assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.target()).isEqualTo(new EntityId("scribe", "a"));
            assertThat(letter.why()).isEqualTo("failed 3 times: java.lang.IllegalStateException: RESTART");
        }));
    }

    @Test
    void aRestartKeepsAHandlerThatIsTheOnlyOne() {
        Scribe only = new Scribe();
        Pid<Note> scribe = system.spawn(only, "a");
        scribe.tell(new Fail(Supervision.RESUME));
        scribe.tell(new Fail(Supervision.RESTART));
        assertThat(scribe.ask(new Get(), LIMIT).join())
                .containsExactly("start", "stop", "start", "stop", "start", "stop", "start");
    }

    @Test
    void aRestartedHandlerStartsBeforeItsNextMessage() throws InterruptedException {
        CountDownLatch ticks = new CountDownLatch(2);
        Handler<String> ticker = new Handler<>() {
            @Override
            public void preStart(ActorContext<String> context) {
                context.schedule("tick", Duration.ZERO, "tick");
            }

            @Override
            public void receive(String message, ActorContext<String> context) {
                ticks.countDown();
                throw new IllegalStateException("every tick fails");
            }
        };
        system.spawn(Kind.of("ticker", String.class, () -> ticker).restarts(AT_ONCE), "t");
        ticks.await(); // nobody sends it anything
    }

    @Test
    void aHandlerThatCannotStartEndsItsActor() {
        AtomicInteger starts = new AtomicInteger();
        Handler<String> broken = new Handler<>() {
            @Override
            public void preStart(ActorContext<String> context) {
                starts.incrementAndGet();
                throw new IllegalStateException("broken");
            }

            @Override
            public void receive(String message, ActorContext<String> context) {}
        };
        Pid<String> pid =
                system.spawn(Kind.of("broken", String.class, () -> broken).restarts(AT_ONCE), "b");
        await().until(() -> system.activeActors() == 0);
        assertThat(starts).hasValue(4);
        assertThat(pid.tell("x").join()).isEqualTo(notExecuted(Reason.ENDED));
    }

    @Test
    void whatIsSentToAnEndedActorIsADeadLetterAndItsNameIsFree() {
        for (Note last : List.of(new Leave(), new Fail(Supervision.STOP), new Fail(Supervision.ESCALATE))) {
            dead.clear();
            Pid<Note> scribe = system.spawn(kind, "a");
            scribe.tell(last);
            await().until(() -> system.activeActors() == 0);
            assertThat(scribe.tell(new Add(1)).join()).isEqualTo(notExecuted(Reason.ENDED));
            assertThat(Scribe.outcomeOf(scribe.ask(new Get(), LIMIT))).isEqualTo(notExecuted(Reason.ENDED));
            await().untilAsserted(() -> assertThat(dead)
                    .filteredOn(letter -> letter.why().equals("scribe/a has ended"))
                    .hasSize(2));
        }
        Pid<Note> next = system.spawn(kind, "a");
        next.tell(new Add(2));
        assertThat(next.ask(new Get(), LIMIT).join()).containsExactly("start", "2");
        assertThat(scribes.get(0).seen).containsExactly("start", "stop");
    }

    @Test
    void whatWaitsWhenAnActorEndsIsRefused() throws InterruptedException {
        Pid<Note> scribe = system.spawn(kind, "a");
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<String> stashed = scribe.ask(new Aside(), LIMIT);
        scribe.tell(new Hold(latch, inside));
        inside.await();
        scribe.tell(new Leave());
        CompletableFuture<List<String>> late = scribe.ask(new Get(), LIMIT);
        scribe.tell(new Add(1));
        latch.countDown();
        assertThat(Scribe.outcomeOf(late)).isEqualTo(notExecuted(Reason.ENDED));
        assertThat(Scribe.outcomeOf(stashed))
                .isEqualTo(new SendOutcome.Failed("scribe/a has ended before it had handled what it had read"));
        await().untilAsserted(() -> assertThat(dead).hasSize(3));
    }

    @Test
    void aStashedAskIsAnsweredWhenItComesBack() {
        Pid<Note> scribe = system.spawn(kind, "a");
        CompletableFuture<String> aside = scribe.ask(new Aside(), LIMIT);
        scribe.tell(new Add(1));
        assertThat(scribe.ask(new Get(), LIMIT).join()).containsExactly("start", "1");
        assertThat(aside).isNotDone();
        scribe.tell(new Release());
        assertThat(aside.join()).isEqualTo("at last");
    }

    @Test
    void aStashedTellComesBackAsItWas() {
        List<String> order = new CopyOnWriteArrayList<>();
        Pid<String> pid = system.spawn(
                (message, context) -> {
                    if (message.equals("open")) {
                        order.add(message);
                        context.unstashAll();
                    } else if (order.isEmpty()) {
                        context.stash();
                    } else {
                        order.add(message);
                    }
                },
                "door");
        for (String message : List.of("a", "b", "open", "c")) {
            pid.tell(message);
        }
        await().untilAsserted(() -> assertThat(order).containsExactly("open", "a", "b", "c"));
    }

    private Pid<Note> blocked(Kind<Note> of, CountDownLatch latch) throws InterruptedException {
        Pid<Note> pid = system.spawn(of, "full");
        CountDownLatch inside = new CountDownLatch(1);
        pid.tell(new Hold(latch, inside));
        inside.await();
        return pid;
    }

    @Test
    void aFullMailboxRejectsWhatComesOnTop() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        Pid<Note> pid = blocked(kind.mailbox(2, Overflow.REJECT), latch);
        pid.tell(new Add(1));
        pid.tell(new Add(2));
        assertThat(pid.tell(new Add(3)).join()).isEqualTo(notExecuted(Reason.MAILBOX_FULL));
        assertThat(Scribe.outcomeOf(pid.ask(new Get(), LIMIT))).isEqualTo(notExecuted(Reason.MAILBOX_FULL));
        latch.countDown();
        await().untilAsserted(() -> assertThat(scribes.get(0).seen).containsExactly("start", "1", "2"));
        await().untilAsserted(() -> assertThat(dead)
                .hasSize(2)
                .allMatch(letter -> letter.why().equals("the mailbox of scribe/full is full (2)")));
    }

    @Test
    void aFullMailboxDropsWhatHasWaitedLongest() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        Pid<Note> pid = blocked(kind.mailbox(2, Overflow.DROP_OLDEST), latch);
        CompletableFuture<List<String>> oldest = pid.ask(new Get(), LIMIT);
        for (int i = 1; i <= 3; i++) {
            assertThat(pid.tell(new Add(i)).join()).isEqualTo(new SendOutcome.Accepted());
        }
        assertThat(Scribe.outcomeOf(oldest)).isEqualTo(notExecuted(Reason.MAILBOX_FULL));
        latch.countDown();
        await().untilAsserted(() -> assertThat(scribes.get(0).seen).containsExactly("start", "2", "3"));
    }

    @Test
    void aKindsExecutorRunsItsLocalActors() {
        ExecutorService threads = Executors.newSingleThreadExecutor(task -> new Thread(task, "of-the-user"));
        Kind<String> own = Kind.of(
                        "own",
                        String.class,
                        () -> (message, context) ->
                                heard.add(Thread.currentThread().getName()))
                .on(threads);
        system.spawn(own, "a").tell("x");
        await().untilAsserted(() -> assertThat(heard).containsExactly("of-the-user"));
        threads.shutdown();
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
        ActorRuntime runtime = new ActorRuntime(Cluster.threads("local-test"));
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
                .hasMessage("system local-test is being stopped: it cannot spawn local/late");
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
                .hasMessage("close of system local-test waits until its actors are idle, so none of them can call it:"
                        + " call stop(limit) and do not wait"));
    }

    @Test
    @SuppressWarnings({"NullAway", "unchecked"}) // the mistakes under test
    void mistakesAreNamed() {
        Pid<Note> scribe = system.spawn(kind, "a");
        assertThatThrownBy(() -> system.spawn(kind, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the name scribe/a is taken in system local-test: choose another id, or wait until that actor"
                                + " has ended");
        assertThatThrownBy(() -> system.spawn(kind.mailbox(1, Overflow.REJECT), "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("another kind named scribe was spawned in system local-test: make a kind once and keep it,"
                        + " and name each differently");
        assertThatThrownBy(() -> system.spawn(Counter.KIND, "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("durable kind counter cannot be spawned: its state is kept in the log of a cluster; start a"
                        + " ClusterActorSystem and use entity(kind, id)");
        assertThatThrownBy(() -> system.spawn(Echo.KIND.passivateAfter(LIMIT), "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kind echo cannot be spawned: a local actor that leaves the memory has ended; leave out"
                        + " passivateAfter and maxActive, or use entity(kind, id) of a ClusterActorSystem");
        for (int i = 1; i < LocalActors.MAX_KINDS; i++) {
            system.spawn(Kind.of("k" + i, String.class, () -> (message, context) -> {}), "x");
        }
        assertThatThrownBy(() -> system.spawn(Kind.of("last", String.class, () -> (message, context) -> {}), "x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "system local-test has spawned actors of 10000 kinds, one more (last) is too many: a kind is for"
                                + " many actors");
        assertThatThrownBy(() -> system.spawn(kind, "a/b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the id of an actor must have 1 to 1000 bytes without '/', not 'a/b'");
        assertThatThrownBy(() -> system.spawn(kind, "x".repeat(1001)))
                .hasMessage("the id of an actor must have 1 to 1000 bytes without '/', not '1001 bytes'");
        assertThatThrownBy(() -> system.spawn((Handler<String>) null, "n"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("spawn needs a handler");
        assertThatThrownBy(() -> scribe.tell(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("a message to scribe/a is null: send an object");
        assertThatThrownBy(() -> ((Pid<Object>) (Pid<?>) scribe).tell("text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a java.lang.String is no message of kind scribe, which takes " + Note.class.getName());
        assertThatThrownBy(() -> scribe.ask(new Echo.Say("x"), LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a " + Echo.Say.class.getName() + " is no message of kind scribe, which takes "
                        + Note.class.getName());
        assertThatThrownBy(() -> scribe.ask(new Get(), Duration.ofDays(366)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the timeout of an ask of scribe/a (PT8784H) must be 365 days at most");
        assertThatThrownBy(() -> scribe.tell(new Add(1), DeliveryGuarantee.EXACTLY_ONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a message to scribe/a, an actor of this process alone, is AT_MOST_ONCE, not EXACTLY_ONCE:"
                        + " leave the guarantee out, ask, or use an entity of a cluster");
        for (String name : List.of("", " ", "a\nb", "x".repeat(101))) {
            assertThatThrownBy(() -> ActorSystem.create(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("system name '" + name
                            + "' must be 1 to 100 bytes without control characters: its threads" + " bear it");
        }
        assertThatThrownBy(() -> scribe.tell(new Add(1)).obtrudeValue(new SendOutcome.Accepted()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the outcome of a local tell is shared by all of them: copy() it first");
    }
}
