package io.troupe.metadata.internal.state;

import io.troupe.metadata.WatchEvent;
import java.util.List;

/** What one log entry came to: an outcome per command, and every change of a key in order. */
public record Applied(List<Outcome> outcomes, List<WatchEvent> events) {}
