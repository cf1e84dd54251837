package io.troupe.demo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class WindowTest {
    private static final SendOutcome NOT_EXECUTED = new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED);

    @Test
    void noMoreThanAWindowOfMessagesIsUnderWay() throws InterruptedException {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        Window.each(5_000, number -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            return CompletableFuture.runAsync(() -> {
                underWay.decrementAndGet();
                ended.incrementAndGet();
            });
        });
        assertThat(ended).hasValue(5_000);
        assertThat(most.get()).isLessThanOrEqualTo(500);
    }

    @Test
    void oneFailureFailsAllAtTheEnd() {
        AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(() -> Window.each(10, number -> {
                    begun.incrementAndGet();
                    return number % 4 == 1
                            ? CompletableFuture.failedFuture(new IllegalArgumentException("number " + number))
                            : CompletableFuture.completedFuture(null);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("3 messages failed, the first one")
                .hasRootCauseMessage("number 1");
        assertThat(begun).hasValue(10);
    }

    @Test
    void whatHasNotRunIsSentAnewAndNothingElseIs() {
        AtomicInteger sends = new AtomicInteger();
        SendOutcome outcome = Window.anew(() -> CompletableFuture.completedFuture(
                        sends.incrementAndGet() < 3 ? NOT_EXECUTED : new SendOutcome.Rejected("no")))
                .join();
        assertThat(outcome).isEqualTo(new SendOutcome.Rejected("no"));
        assertThat(sends).hasValue(3);
        CompletableFuture<Object> failed =
                Window.anew(() -> CompletableFuture.failedFuture(new IllegalStateException("try " + sends.get())));
        assertThat(failed).isCompletedExceptionally();
    }
}
