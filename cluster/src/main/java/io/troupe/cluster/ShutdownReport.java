package io.troupe.cluster;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a node was stopped.
 *
 * @param drain     how the hand-over went
 * @param took      how long each phase took, with its hooks; without the last one, CLOSE, which is still to end
 * @param unsettled messages of this node whose outcome was not known when it left
 * @param problems  what went wrong on the way, a line each: hooks that failed or took too long, steps that were left
 *     out
 */
public record ShutdownReport(
        DrainReport drain, Map<ShutdownPhase, Duration> took, long unsettled, List<String> problems) {
    /**
     * Copies, in the order of the phases.
     *
     * @param drain     how the hand-over went
     * @param took      how long each phase took
     * @param unsettled messages whose outcome was not known
     * @param problems  what went wrong
     */
    public ShutdownReport {
        EnumMap<ShutdownPhase, Duration> ordered = new EnumMap<>(ShutdownPhase.class);
        ordered.putAll(took);
        took = Collections.unmodifiableMap(ordered);
        problems = List.copyOf(problems);
    }

    /** {@return true if everything was handed over and settled, and nothing went wrong} */
    public boolean complete() {
        return drain.complete() && unsettled == 0 && problems.isEmpty();
    }
}
