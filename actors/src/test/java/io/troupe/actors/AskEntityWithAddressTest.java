package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.transport.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Asks of entities, on this node and on another one, whose answers come to an address in the message. */
@Timeout(120)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is often all that is wanted
class AskEntityWithAddressTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Usually long enough for a message to be handled. */
    private static final Duration SHORT = Duration.ofMillis(500);

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes('q', 3, Desk.KIND, Desk.DURABLE);

    private static Pid<Desk.Message> desk(Kind<Desk.Message> kind, String id, String owner) {
        for (int i = 0; ; i++) {
            Pid<Desk.Message> desk = NODES.entity(kind, id + i);
            if (NODES.node().whereIs(desk) instanceof Lookup.Hosted hosted
                    && hosted.nodeId().equals(owner)) {
                return desk;
            }
        }
    }

    private static List<Pid<Desk.Message>> onBothNodes(Kind<Desk.Message> kind, String id) {
        return List.of(desk(kind, id, "q1"), desk(kind, id, "q2"));
    }

    private static void fails(CompletableFuture<?> ask, Predicate<SendOutcome> outcome, String why) {
        assertThatThrownBy(() -> ask.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        AskException.class, e -> assertThat(e.outcome()).matches(outcome))
                .hasMessageContaining(why);
    }

    /** The address of an ask that nobody answers, and the ask. */
    private record Silent(CompletableFuture<Integer> ask, Pid<Integer> address) {
        static Silent of(Pid<Desk.Message> desk, Duration timeout) {
            CompletableFuture<Pid<Integer>> address = new CompletableFuture<>();
            CompletableFuture<Integer> ask = desk.ask(
                    me -> {
                        address.complete(me);
                        return new Desk.Sum(0, 0, me);
                    },
                    timeout);
            return new Silent(ask, address.join());
        }
    }

    /** An ask whose message was handled, and whose time passed without an answer. */
    private record TimedOut(Pid<Desk.Message> desk, Pid<Integer> address, AskException failure) {
        /**
         * If this machine stands still the time is over before the message is handled: then once more, with more of it.
         */
        static TimedOut of(
                Kind<Desk.Message> kind, String id, String owner, Function<Pid<Integer>, Desk.Message> maker) {
            for (Duration time = SHORT; ; time = time.multipliedBy(4)) {
                Pid<Desk.Message> desk = AskEntityWithAddressTest.desk(kind, id + "-within-" + time + "-", owner);
                CompletableFuture<Pid<Integer>> address = new CompletableFuture<>();
                CompletableFuture<Integer> ask = desk.ask(
                        me -> {
                            address.complete(me);
                            return maker.apply(me);
                        },
                        time);
                Throwable failure = catchThrowable(ask::join).getCause();
                assertThat(failure).isInstanceOf(AskException.class);
                AskException ended = (AskException) Objects.requireNonNull(failure);
                boolean handled = ended.outcome() instanceof SendOutcome.Processed
                        || ended.outcome() instanceof SendOutcome.Committed;
                if (handled || time.compareTo(LIMIT) > 0) {
                    return new TimedOut(desk, address.join(), ended);
                }
            }
        }
    }

    private static void awaitNoOpenAsk() {
        // Whoever waits for an ask may hear of its end before the node has forgotten it.
        await().untilAsserted(() -> assertThat(NODES.node().openAsks().size()).isZero());
    }

    @Test
    void theFirstMessageToTheAddressIsTheAnswer() {
        for (Kind<Desk.Message> kind : List.of(Desk.KIND, Desk.DURABLE)) {
            for (Pid<Desk.Message> desk : onBothNodes(kind, "first")) {
                CompletableFuture<Integer> sum = desk.ask(me -> new Desk.Sum(2, 3, me), LIMIT);
                assertThat(sum.join()).as(desk.toString()).isEqualTo(5);
            }
        }
        awaitNoOpenAsk();
    }

    @Test
    void anotherActorMayAnswerAlsoFromAnotherNode() {
        for (String front : List.of("q1", "q2")) {
            for (String back : List.of("q1", "q2")) {
                String to = desk(Desk.KIND, "back", back).actorId();
                CompletableFuture<Integer> sum =
                        desk(Desk.KIND, "front", front).ask(me -> new Desk.Pass(to, new Desk.Sum(20, 3, me)), LIMIT);
                assertThat(sum.join()).isEqualTo(23);
            }
        }
    }

    @Test
    void theAnswerMayComeLaterAlsoFromAnAddressThatIsStored() {
        for (Kind<Desk.Message> kind : List.of(Desk.KIND, Desk.DURABLE)) {
            for (Pid<Desk.Message> desk : onBothNodes(kind, "later")) {
                CompletableFuture<Integer> one = desk.ask(Desk.Keep::new, LIMIT);
                CompletableFuture<Integer> other = desk.ask(Desk.Keep::new, LIMIT);
                desk.tell(new Desk.Release(7)).join();
                assertThat(one.join()).isEqualTo(7);
                assertThat(other.join()).isEqualTo(7);
            }
        }
    }

    @Test
    void aQueryWithAnAddressMayBeAnsweredWithItsEnd() {
        CompletableFuture<String> answer = desk(Desk.KIND, "both", "q2").ask(Desk.Both::new, LIMIT);
        assertThat(answer.join()).isEqualTo("replied");
    }

    /** What became of the message is known all the same. */
    @Test
    void withoutAnAnswerTheAskEndsInTimeWithTheOutcomeOfItsMessage() {
        for (String owner : List.of("q1", "q2")) {
            AskException processed = TimedOut.of(Desk.KIND, "silent", owner, me -> new Desk.Sum(0, 0, me))
                    .failure();
            AskException committed = TimedOut.of(Desk.DURABLE, "silent", owner, me -> new Desk.Sum(0, 0, me))
                    .failure();
            assertThat(processed.outcome()).isInstanceOf(SendOutcome.Processed.class);
            assertThat(committed.outcome()).isInstanceOf(SendOutcome.Committed.class);
            for (AskException failure : List.of(processed, committed)) {
                assertThat(failure).hasMessageContaining("it handled the message, and nobody has answered in time");
            }
        }
    }

    @Test
    void aMessageThatEndsBadlyEndsTheAskAtOnce() {
        fails(
                desk(Desk.KIND, "bad", "q2").ask((Pid<Integer> me) -> new Desk.Sum(-1, 0, me), LIMIT),
                outcome -> outcome instanceof SendOutcome.Failed,
                "failed 3 times: java.lang.IllegalArgumentException: too small");
        fails(
                desk(Desk.DURABLE, "bad", "q2").ask((Pid<Integer> me) -> new Desk.Sum(-1, 0, me), LIMIT),
                outcome -> outcome.equals(new SendOutcome.Rejected("too small")),
                "too small");
        fails(
                desk(Desk.KIND, "bad", "q2").ask((Pid<Integer> me) -> new Desk.Sum(1, 0, me), Duration.ZERO),
                outcome -> outcome.equals(new NotExecuted(Reason.DEADLINE_PASSED)),
                "");
    }

    @Test
    void whatComesAfterTheAnswerOrTheTimeoutIsADeadLetterOfTheAskersNode() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        var subscription = NODES.node().onDeadLetter(dead::add);
        Silent late = Silent.of(desk(Desk.KIND, "late", "q1"), SHORT);
        TimedOut kept = TimedOut.of(Desk.KIND, "late", "q2", Desk.Keep::new);
        assertThatThrownBy(late.ask()::join).hasCauseInstanceOf(AskException.class);
        assertThat(late.address().tell(1).join()).isEqualTo(new NotExecuted(Reason.ENDED));
        Silent answered = Silent.of(desk(Desk.KIND, "late", "q1"), LIMIT);
        assertThat(answered.address().tell(1, DeliveryGuarantee.AT_MOST_ONCE).join())
                .isEqualTo(new SendOutcome.Accepted());
        assertThat(answered.ask().join()).isEqualTo(1);
        assertThat(answered.address().tell(2).join()).isEqualTo(new NotExecuted(Reason.ENDED));
        kept.desk().tell(new Desk.Release(3)).join();
        await().untilAsserted(() -> assertThat(dead).hasSize(3));
        assertThat(dead).allSatisfy(letter -> {
            assertThat(letter.why()).isEqualTo("the ask has its answer, or its asker waits no longer");
            assertThat(String.valueOf(letter.target())).startsWith("answer/q1-");
        });
        assertThat(late.address()).hasToString("answer/" + late.address().actorId());
        assertThat(late.address().system()).isSameAs(NODES.node());
        subscription.close();
    }

    /** A process that was started again counts its asks from 1 again. */
    @Test
    void anAnswerToAnEarlierProcessOfTheNodeAnswersNobody() {
        Silent waiting = Silent.of(desk(Desk.KIND, "life", "q1"), LIMIT);
        AnswerAddress now = ((RemoteReplyPid<Integer>) waiting.address()).address();
        AnswerAddress earlier = new AnswerAddress(now.nodeId(), now.life() + 1, now.number());
        byte[] answer = NODES.node().messages().encode(4);
        assertThat(NODES.node().openAsks().onAnswer(earlier, answer)).isFalse();
        assertThat(waiting.ask()).isNotDone();
        assertThat(NODES.node().openAsks().onAnswer(now, answer)).isTrue();
        assertThat(waiting.ask().join()).isEqualTo(4);
    }

    @Test
    void cancellingAnAskGivesItsAddressUp() {
        Silent waiting = Silent.of(desk(Desk.KIND, "cancelled", "q2"), LIMIT);
        waiting.ask().cancel(true);
        assertThat(waiting.address().tell(1).join()).isEqualTo(new NotExecuted(Reason.ENDED));
    }

    @Test
    void whoeverWaitsForANodeThatIsClosedIsTold(@TempDir Path directory) {
        Nodes nodes = NODES.nodes();
        ClusterActorSystem client = nodes.start(nodes.config("client").build(), Desk.KIND, Desk.DURABLE)
                .join();
        Pid<Desk.Message> desk =
                client.entity(Desk.KIND, desk(Desk.KIND, "closed", "q2").actorId());
        CompletableFuture<Pid<Integer>> address = new CompletableFuture<>();
        CompletableFuture<Integer> ask = desk.ask(
                me -> {
                    address.complete(me);
                    return new Desk.Keep(me);
                },
                LIMIT);
        CompletableFuture<Integer> second = desk.ask(Desk.Keep::new, LIMIT);
        desk.tell(new Desk.Sum(0, 0, address.join())).join(); // the two before it are handled
        nodes.stop("client");
        // The other node may hear of that a moment later: what it sends before is lost without a word.
        AnswerAddress gone = ((RemoteReplyPid<Integer>) address.join()).address();
        byte[] answer = NODES.node().messages().encode(4);
        await().until(() -> !NODES.node(2).cluster().answer(gone, answer));
        for (CompletableFuture<Integer> waiting : List.of(ask, second)) {
            fails(
                    waiting,
                    outcome -> outcome instanceof SendOutcome.Processed,
                    "its asker was closed before an answer came");
        }
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        var subscription = NODES.node(2).onDeadLetter(dead::add);
        NODES.entity(Desk.KIND, desk.actorId()).tell(new Desk.Release(1)).join();
        await().untilAsserted(() -> assertThat(dead)
                .extracting(DeadLetter::why)
                .containsOnly("node client, which waits for the answer, cannot be reached now")
                .hasSize(2));
        subscription.close();
    }

    @Test
    void tooManyOpenAsksAreRefused() {
        awaitNoOpenAsk();
        OpenAsks asks = NODES.node().openAsks();
        CompletableFuture<Object> all = new CompletableFuture<>();
        int opened = 0;
        while (asks.open(new EntityId("k", "x"), 0, all) != null) {
            opened++;
        }
        assertThat(opened).isLessThanOrEqualTo(OpenAsks.MAX_OPEN);
        fails(
                desk(Desk.KIND, "many", "q1").ask((Pid<Integer> me) -> new Desk.Sum(1, 1, me), LIMIT),
                outcome -> outcome.equals(new NotExecuted(Reason.BACK_PRESSURED)),
                "100000 asks of this node wait for answers to their addresses: ask less at once");
        all.complete("over");
        assertThat(asks.size()).isZero();
    }

    @Test
    @SuppressWarnings("NullAway") // the mistake under test
    void mistakesAreNamedAndNothingIsLeftOpen() {
        Pid<Desk.Message> desk = desk(Desk.KIND, "mistakes", "q1");
        Silent waiting = Silent.of(desk, LIMIT);
        assertThatThrownBy(() -> desk.ask((Pid<Integer> me) -> null, LIMIT))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("a message to " + desk + " is null: send an object");
        Pid<Object> untyped =
                NODES.node().entity(Kind.of("desk", Object.class, () -> (message, context) -> {}), desk.actorId());
        assertThatThrownBy(() -> untyped.ask((Pid<Integer> me) -> new Thread(), LIMIT))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("class java.lang.Thread is not registered");
        assertThatThrownBy(() -> waiting.address().tell(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the answer to " + waiting.address() + " is null: send an object");
        assertThatThrownBy(() -> waiting.address().tell(1, DeliveryGuarantee.EXACTLY_ONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an answer to " + waiting.address() + " is AT_MOST_ONCE, not EXACTLY_ONCE: leave the"
                        + " guarantee out, or answer a Query, whose answer comes with the end of the message");
        assertThatThrownBy(() -> Effect.none().thenTell(waiting.address(), 1, "done", "refused"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(waiting.address()
                        + " is the address for one answer, not an actor: it can be told the answer, and nothing else");
        assertThatThrownBy(() -> NODES.node().whereIs(waiting.address())).isInstanceOf(IllegalArgumentException.class);
        waiting.ask().cancel(false);
        awaitNoOpenAsk();
        fails(
                desk(Desk.DURABLE, "mistakes", "q1").ask(Desk.Both::new, LIMIT),
                outcome -> outcome instanceof SendOutcome.Failed,
                "is durable and sends by its effect alone: use Effect.thenTell");
    }
}
