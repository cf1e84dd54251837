package io.troupe.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import io.troupe.actors.AskException;
import io.troupe.actors.Pid;
import io.troupe.actors.TransactionOutcome;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** Many messages, of which no more than a window are under way at a time. */
final class Window {
    /** How long to wait before something is tried again. */
    static final Duration PAUSE = Duration.ofMillis(200);

    /** Messages under way. */
    private static final int SIZE = 500;

    /** A message that nobody executes for a minute is given up. */
    private static final int ATTEMPTS = (int) (Duration.ofMinutes(1).toMillis() / PAUSE.toMillis());

    private static final Executor LATER = CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);

    private Window() {}

    /** Takes the steps in their order, and waits for the end of all; throws if one failed. */
    static void each(int count, IntFunction<CompletableFuture<?>> step) throws InterruptedException {
        Semaphore free = new Semaphore(SIZE);
        List<Throwable> failures = new ArrayList<>(0);
        for (int number = 0; number < count; number++) {
            free.acquire();
            CompletableFuture<?> unused = step.apply(number).whenComplete((done, failure) -> {
                if (failure != null) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
                free.release();
            });
        }
        free.acquire(SIZE);
        if (!failures.isEmpty()) {
            throw new IllegalStateException(
                    failures.size() + " messages failed, the first one: "
                            + failures.get(0).getMessage(),
                    failures.get(0));
        }
    }

    /** {@return how a tell or an ask has ended} What is proven not to have run is sent anew: that cannot double it. */
    static <T> CompletableFuture<T> anew(Supplier<CompletableFuture<T>> send) {
        CompletableFuture<T> ended = new CompletableFuture<>();
        anew(send, ATTEMPTS, ended);
        return ended;
    }

    /** {@return how a message to a durable actor has ended} What the sender was not told it finds out. */
    static <M> CompletableFuture<SendOutcome> settled(Pid<M> target, M message) {
        return target.tell(message)
                .thenCompose(outcome -> outcome instanceof SendOutcome.Unknown unknown
                        ? target.resolve(unknown)
                        : CompletableFuture.completedFuture(outcome));
    }

    private static <T> void anew(Supplier<CompletableFuture<T>> send, int attempts, CompletableFuture<T> ended) {
        CompletableFuture<?> unused = send.get().whenComplete((result, failure) -> {
            if (attempts > 1 && isNotExecuted(result, failure)) {
                LATER.execute(() -> anew(send, attempts - 1, ended));
            } else if (failure != null) {
                ended.completeExceptionally(failure);
            } else {
                ended.complete(result);
            }
        });
    }

    private static boolean isNotExecuted(@Nullable Object result, @Nullable Throwable failure) {
        return result instanceof SendOutcome.NotExecuted
                || result instanceof TransactionOutcome.NotExecuted
                || (failure instanceof AskException ask && ask.outcome() instanceof SendOutcome.NotExecuted);
    }
}
