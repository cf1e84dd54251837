package io.troupe.actors;

import java.time.Duration;

/**
 * How often the handler of one activation may be restarted, and how long it waits before it goes on: the first restart
 * within the period waits for the backoff, each further one twice as long, up to the longest.
 *
 * @param restarts   restarts within the period; the next failure stops the activation. 0: the first failure does
 * @param within     the period
 * @param backoff    the wait after the first restart; zero for none at all
 * @param maxBackoff the longest wait
 */
public record RestartLimit(int restarts, Duration within, Duration backoff, Duration maxBackoff) {
    /** Ten restarts within a minute; waits from 10 ms to 1 s. */
    public static final RestartLimit DEFAULT =
            new RestartLimit(10, Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofSeconds(1));

    /** Most restarts of one period: each is remembered. */
    public static final int MAX_RESTARTS = 1000;

    /**
     * Checks all of it.
     *
     * @param restarts   restarts within the period
     * @param within     the period
     * @param backoff    the wait after the first restart
     * @param maxBackoff the longest wait
     * @throws IllegalArgumentException if a number or a duration makes no sense
     */
    public RestartLimit {
        if (restarts < 0 || restarts > MAX_RESTARTS) {
            throw new IllegalArgumentException("restarts (" + restarts + ") must be 0 to " + MAX_RESTARTS);
        }
        if (within.isNegative() || within.isZero()) {
            throw new IllegalArgumentException("the period of restarts (" + within + ") must be longer than zero");
        }
        if (backoff.isNegative() || backoff.compareTo(maxBackoff) > 0) {
            throw new IllegalArgumentException(
                    "backoff (" + backoff + ") must be zero to maxBackoff (" + maxBackoff + ")");
        }
    }
}
