package io.troupe.actors;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.troupe.actors.Scribe.Aside;
import io.troupe.actors.Scribe.Get;
import io.troupe.actors.Scribe.Hold;
import io.troupe.actors.Scribe.Note;
import io.troupe.actors.Scribe.Silent;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Asks of local actors that get no answer say whether they were started. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // a tell is all that is wanted
class LocalAskTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Kind<Note> kind = Kind.of("scribe", Note.class, Scribe::new);
    private final LocalActorSystem system = ActorSystem.create("local-test");

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    void anAskThatIsTooLateHasProvablyNotRun() throws InterruptedException {
        Pid<Note> scribe = system.spawn(kind, "a");
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        scribe.tell(new Hold(latch, inside));
        inside.await();
        CompletableFuture<List<String>> late = scribe.ask(new Get(), Duration.ofMillis(20));
        CompletableFuture<String> takenBack = scribe.ask(new Silent(), LIMIT);
        assertThat(takenBack.cancel(false)).isTrue();
        assertThat(Scribe.outcomeOf(late)).isEqualTo(new NotExecuted(Reason.DEADLINE_PASSED));
        latch.countDown();
        assertThat(scribe.ask(new Get(), LIMIT).join()).containsExactly("start");
        assertThat(Scribe.outcomeOf(scribe.ask(new Get(), Duration.ZERO)))
                .isEqualTo(new NotExecuted(Reason.DEADLINE_PASSED));
        assertThat(Scribe.outcomeOf(scribe.ask(new Get(), Duration.ofSeconds(-1))))
                .isEqualTo(new NotExecuted(Reason.DEADLINE_PASSED));
    }

    @Test
    void anAskWhoseHandlerHasBegunIsUnknown() {
        Pid<Note> scribe = system.spawn(kind, "a");
        // If this machine stands still the time is over before the handler begins: then once more, with more of it.
        SendOutcome outcome = Stream.of(20, 200, 2_000, 20_000)
                .map(millis -> Scribe.outcomeOf(scribe.ask(new Aside(), Duration.ofMillis(millis))))
                .filter(end -> !end.equals(new NotExecuted(Reason.DEADLINE_PASSED)))
                .findFirst()
                .orElseThrow();
        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Unknown.class, unknown -> {
            assertThat(unknown.why()).isEqualTo("its handler has begun and not answered in time");
            assertThat(unknown.messageId()).hasToString("local-test#0/-1/1");
            assertThat(scribe.resolve(unknown).join()).isSameAs(unknown);
        });
    }

    @Test
    void anAskThatIsNotAnsweredSaysSo() {
        Pid<Note> scribe = system.spawn(kind, "a");
        assertThatThrownBy(scribe.ask(new Silent(), LIMIT)::join)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("scribe/a handled the message but did not answer it: use reply");
    }

    @Test
    void aFailedAskSaysWhy() {
        Pid<Aside> pid = system.spawn(
                Kind.of("thrower", Aside.class, () -> (message, context) -> {
                            throw new IllegalArgumentException("no");
                        })
                        .restarts(new RestartLimit(0, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO)),
                "t");
        assertThat(Scribe.outcomeOf(pid.ask(new Aside(), LIMIT)))
                .isEqualTo(new SendOutcome.Failed("failed once, and its actor was restarted too often:"
                        + " java.lang.IllegalArgumentException: no"));
    }
}
