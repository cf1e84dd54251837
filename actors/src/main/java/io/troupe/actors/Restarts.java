package io.troupe.actors;

import io.troupe.actors.internal.lifecycle.RestartBudget;
import org.jspecify.annotations.Nullable;

/**
 * What follows a failure of an actor's handler: a pause, then the message once more, as long as neither the message nor
 * the handler has failed too often. Confined to the actor's turns, but for what asks.
 *
 * <p>Invariant: while there is something to retry, nothing else of the actor is handled.
 */
final class Restarts<M> {
    private final VolatileCell<M> cell;
    private @Nullable RestartBudget budget;
    private volatile @Nullable Retry<M> retry;

    /**
     * A pause after a restart, and the message to try again after it.
     *
     * @param dueNs   when the pause ends
     * @param mail    the message; null if it is the actor's own
     * @param message the message, decoded; null if it has failed for good and only the pause is left
     * @param attempt how often it will have been tried then
     */
    record Retry<M>(
            long dueNs, @Nullable Mail mail, @Nullable M message, int attempt) {}

    /** What is to be done about a failure. */
    enum Next {
        /** Go on after the pause, with the same message. */
        RETRY,
        /** Go on after the pause; the message has failed. */
        FAIL_MESSAGE,
        /** The actor ends. */
        END
    }

    Restarts(VolatileCell<M> cell) {
        this.cell = cell;
    }

    /** The handler has failed, and its actor is to go on. A null message: it is not because of one. */
    Next onFailure(@Nullable Mail mail, @Nullable M message, int attempt) {
        RestartBudget allowed = budget;
        if (allowed == null) {
            RestartLimit limit = cell.kind.kind.options().restarts();
            allowed = new RestartBudget(
                    limit.restarts(),
                    limit.within().toNanos(),
                    limit.backoff().toNanos(),
                    limit.maxBackoff().toNanos());
            budget = allowed;
        }
        long nowNs = cell.kind.nanoTime();
        long waitNs = allowed.onFailure(nowNs);
        if (waitNs == RestartBudget.EXHAUSTED) {
            return Next.END;
        }
        boolean again = attempt < Kind.MAX_ATTEMPTS;
        retry = again
                ? new Retry<>(nowNs + waitNs, mail, message, attempt + 1)
                : new Retry<>(nowNs + waitNs, null, null, 0);
        if (waitNs > 0) {
            cell.kind.runtime.timers.schedule(nowNs + waitNs, cell::wake);
        }
        return again ? Next.RETRY : Next.FAIL_MESSAGE;
    }

    boolean isPausing() {
        return retry != null;
    }

    /** True if the pause is over. */
    boolean isDue() {
        Retry<M> failed = retry;
        return failed != null && cell.kind.nanoTime() - failed.dueNs >= 0;
    }

    /** True if a message waits for its next attempt. */
    boolean isRetrying() {
        Retry<M> failed = retry;
        return failed != null && failed.message != null;
    }

    /** Ends the pause. */
    @Nullable
    Retry<M> take() {
        Retry<M> failed = retry;
        retry = null;
        return failed;
    }

    /** The activation has ended: the next one has failed never yet. */
    void forget() {
        budget = null;
    }
}
