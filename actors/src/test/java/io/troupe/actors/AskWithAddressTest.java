package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

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

@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class AskWithAddressTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    record Add(int one, int other, Pid<Integer> replyTo) {}

    private final LocalActorSystem system = ActorSystem.create("asking");
    private final Pid<Add> adder = system.spawn(
            Kind.of("adder", Add.class, () -> (add, context) -> {
                        if (add.one() < 0) {
                            throw new IllegalArgumentException("too small");
                        }
                        if (add.other() >= 0) {
                            add.replyTo().tell(add.one() + add.other());
                        }
                    })
                    .restarts(new RestartLimit(0, LIMIT, Duration.ZERO, Duration.ZERO)),
            "a");

    @AfterEach
    void close() {
        system.close();
    }

    private static void fails(CompletableFuture<?> ask, SendOutcome outcome) {
        assertThatThrownBy(ask::join)
                .cause()
                .isInstanceOfSatisfying(
                        AskException.class, e -> assertThat(e.outcome()).isEqualTo(outcome));
    }

    @Test
    void theFirstMessageToTheAddressIsTheAnswer() {
        CompletableFuture<Integer> sum = adder.ask(me -> new Add(2, 3, me), LIMIT);
        assertThat(sum.join()).isEqualTo(5);
    }

    @Test
    void anotherActorMayAnswerLater() {
        Pid<Add> front = system.spawn((add, context) -> adder.tell(add), "front");
        CompletableFuture<Integer> sum = front.ask(me -> new Add(20, 3, me), LIMIT);
        assertThat(sum.join()).isEqualTo(23);
    }

    @Test
    void whatComesAfterTheAnswerIsADeadLetter() {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        system.onDeadLetter(dead::add);
        CompletableFuture<Pid<Integer>> address = new CompletableFuture<>();
        CompletableFuture<Integer> sum = adder.ask(
                me -> {
                    address.complete(me);
                    return new Add(1, 1, me);
                },
                LIMIT);
        assertThat(sum.join()).isEqualTo(2);
        assertThat(address.join().tell(3, DeliveryGuarantee.AT_MOST_ONCE).join())
                .isEqualTo(new NotExecuted(Reason.ENDED));
        await().untilAsserted(() -> assertThat(dead)
                .containsExactly(new DeadLetter(
                        new EntityId("answer", "adder/a"),
                        null,
                        "the ask has its answer, or its asker waits no longer")));
        assertThat(address.join()).hasToString("answer/adder/a");
        assertThat(address.join().system()).isSameAs(system);
    }

    @Test
    void aFailureIsTheAnswerIfThereIsNoOther() {
        CompletableFuture<Integer> failed = adder.ask(me -> new Add(-1, 0, me), LIMIT);
        fails(
                failed,
                new SendOutcome.Failed("failed once, and its actor was restarted too often:"
                        + " java.lang.IllegalArgumentException: too small"));
    }

    @Test
    void aMissingAnswerIsUnknown() {
        // If this machine stands still the time is over before the handler begins: then once more, with more of it.
        assertThat(Stream.of(30, 300, 3_000, 20_000)
                        .map(millis -> Scribe.outcomeOf(silent(Duration.ofMillis(millis))))
                        .filter(end -> !end.equals(new NotExecuted(Reason.DEADLINE_PASSED)))
                        .findFirst())
                .get()
                .isInstanceOf(SendOutcome.Unknown.class);
    }

    private CompletableFuture<Integer> silent(Duration timeout) {
        return adder.ask(me -> new Add(1, -1, me), timeout);
    }

    @Test
    @SuppressWarnings("NullAway") // the mistake under test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> adder.ask(me -> null, LIMIT))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("a message to adder/a is null: send an object");
        CompletableFuture<Pid<Integer>> address = new CompletableFuture<>();
        CompletableFuture<Integer> unused = adder.ask(
                me -> {
                    address.complete(me);
                    return new Add(1, -1, me);
                },
                LIMIT);
        String onlyAnswers =
                "who waits for answer/adder/a takes an answer and answers nothing: tell it, or send the address"
                        + " of an actor";
        record Get() implements Query<String> {}
        assertThatThrownBy(() -> address.join().ask(new Get(), LIMIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(onlyAnswers);
        assertThatThrownBy(() -> address.join().ask(me -> 1, LIMIT)).hasMessage(onlyAnswers);
        assertThatThrownBy(() -> address.join().tell(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the answer of adder/a is null: send an object");
        assertThatThrownBy(() -> address.join().tell(1, DeliveryGuarantee.AT_LEAST_ONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("an answer to answer/adder/a is AT_MOST_ONCE, not AT_LEAST_ONCE: leave the");
    }
}
