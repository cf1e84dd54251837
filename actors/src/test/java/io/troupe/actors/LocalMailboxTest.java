package io.troupe.actors;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.troupe.actors.Scribe.Add;
import io.troupe.actors.Scribe.Aside;
import io.troupe.actors.Scribe.Get;
import io.troupe.actors.Scribe.Hold;
import io.troupe.actors.Scribe.Leave;
import io.troupe.actors.Scribe.Note;
import io.troupe.actors.Scribe.Release;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What waits for a local actor: in its mailbox, aside, and where it runs when its turn comes. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalMailboxTest extends LocalActorsFixture {
    LocalMailboxTest() {
        super("local-mailbox");
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
}
