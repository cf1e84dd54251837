package io.troupe.actors;

import java.time.Duration;

/**
 * How a system without a cluster was stopped.
 *
 * @param complete  true if there was nothing left to do when its actors were ended; false if the limit had passed
 * @param actors    actors that were ended, without their children
 * @param abandoned messages that were sent and not handled; each is a dead letter
 * @param took      how long it took
 */
public record StopReport(boolean complete, int actors, long abandoned, Duration took) {}
