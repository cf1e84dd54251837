package io.troupe.cluster;

import java.time.Duration;

/**
 * When a node takes no more frames for another one: once so many connections to it in a row were lost with frames under
 * way of which none arrived. What is sent then is {@link SendOutcome.Reason#CIRCUIT_OPEN} at once, or waits at its
 * sender. The next connection lets a few frames through to find out, and so does the passing of the reset time; the
 * first that arrives closes the circuit.
 *
 * @param failures connections in a row that open it, 1 to 1,000
 * @param reset    how long it is open at most, longer than zero, up to a year
 */
public record CircuitBreaker(int failures, Duration reset) {
    /** Five failures, 30 s. */
    public static final CircuitBreaker DEFAULT = new CircuitBreaker(5, Duration.ofSeconds(30));
}
