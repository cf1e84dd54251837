package io.troupe.demo;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class WindowTest {
    private static final SendOutcome NOT_EXECUTED = new SendOutcome.NotExecuted(SendOutcome.Reason.BACK_PRESSURED);

    @Test
    void noMoreThanAWindowOfMessagesIsUnderWay() throws InterruptedException {
        BlockingQueue<CompletableFuture<Void>> underWay = new LinkedBlockingQueue<>();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(500);
        // Nothing ends before the window is full: whoever did not wait would have begun all of them by then.
        CompletableFuture<Void> ending = CompletableFuture.runAsync(() -> {
            try {
                full.await();
                for (int ended = 0; ended < 5_000; ended++) {
                    underWay.take().complete(null);
                }
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        });
        Window.each(5_000, number -> {
            CompletableFuture<Void> message = new CompletableFuture<>();
            underWay.add(message);
            most.accumulateAndGet(underWay.size(), Math::max);
            full.countDown();
            return message;
        });
        assertThat(ending).succeedsWithin(Duration.ofSeconds(30));
        assertThat(most).hasValue(500);
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
                .hasMessage("3 messages failed, the first one: number 1")
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
