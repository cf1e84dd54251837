package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.WatchEvent;

/**
 * What one log entry came to: an outcome per command, and every change of a key in order.
 *
 * @param outcomes one per command, in their order
 * @param events   every change, in the order it was made
 */
public record Applied(List<Outcome> outcomes, List<WatchEvent> events) {}
