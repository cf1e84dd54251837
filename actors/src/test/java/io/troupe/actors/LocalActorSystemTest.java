package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.actors.Scribe.Add;
import io.troupe.actors.Scribe.Fail;
import io.troupe.actors.Scribe.Get;
import io.troupe.actors.Scribe.Leave;
import io.troupe.actors.Scribe.Note;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Actors without a cluster: their lives and names, and the mistakes of who spawns and sends. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalActorSystemTest extends LocalActorsFixture {
    LocalActorSystemTest() {
        super("local-test");
    }

    @Test
    void anActorNeedsNoClusterNoRegistryAndNoConfiguration() {
        try (ActorSystem own = ActorSystem.create("own")) {
            Pid<String> greeter = own.spawn((message, context) -> heard.add(message), "greeter");
            assertThat(greeter.tell("hello").join()).isEqualTo(new SendOutcome.Accepted());
            assertThat(greeter.actorId()).isEqualTo("greeter");
            assertThat(greeter).hasToString("local/greeter");
            assertThat(greeter.system()).isSameAs(own);
        } // what was sent before the close is handled
        assertThat(heard).containsExactly("hello");
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
