package io.troupe.demo;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import io.troupe.actors.Saga;
import io.troupe.actors.Saga.Phase;
import org.jspecify.annotations.Nullable;

/** Asks sagas how they have ended, until none is under way. */
final class SagaEnds {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private SagaEnds() {}

    /** {@return how each has ended} */
    static Phase[] await(int sagas, IntFunction<CompletableFuture<Saga.Status>> ask) throws InterruptedException {
        Phase[] phases = new Phase[sagas];
        long endNs = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            Window.each(
                    sagas,
                    number -> isOver(phases[number])
                            ? CompletableFuture.completedFuture(null)
                            : Window.anew(() -> ask.apply(number))
                                    .thenAccept(status -> phases[number] = status.phase()));
            long running = Arrays.stream(phases).filter(phase -> !isOver(phase)).count();
            if (running == 0) {
                return phases;
            }
            if (System.nanoTime() - endNs > 0) {
                throw new NodeFailedException(
                        running + " transfers have not ended " + LIMIT.toSeconds() + " s after the last was sent",
                        false);
            }
            LockSupport.parkNanos(Window.PAUSE.toNanos());
        }
    }

    static long count(Phase[] phases, Phase phase) {
        return Arrays.stream(phases).filter(found -> found == phase).count();
    }

    private static boolean isOver(@Nullable Phase phase) {
        return phase != null && phase != Phase.RUNNING && phase != Phase.UNDOING;
    }
}
