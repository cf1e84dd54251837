package io.troupe.metadata.internal.state;

import java.util.List;

import io.troupe.metadata.WatchEvent;

/** What one log entry came to: an outcome per command, and every change of a key in order. */
public record Applied(List<Outcome> outcomes, List<WatchEvent> events) {}
