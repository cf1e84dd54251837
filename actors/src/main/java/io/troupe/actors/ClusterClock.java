package io.troupe.actors;

import io.troupe.metadata.MetadataStore;
import org.agrona.concurrent.NanoClock;

/**
 * The time that the cluster's leader writes to its log, and a guess of what it would write now. The guess is behind by
 * the time that an entry takes to this node, and right again with every entry, whatever the clock of this machine says.
 * Any thread.
 */
final class ClusterClock {
    private static final long NANOS = 1_000_000;

    private final MetadataStore store;
    private final NanoClock clock;
    private volatile Reading reading;

    private record Reading(long millis, long atNs) {}

    ClusterClock(MetadataStore store, NanoClock clock) {
        this.store = store;
        this.clock = clock;
        reading = new Reading(0, clock.nanoTime());
    }

    /**
     * {@return the newest time in the log, in milliseconds; never goes back. 0 before the first tick of a new cluster}
     */
    long loggedMillis() {
        long logged = store.view().clusterTimeMillis();
        if (logged != reading.millis) {
            reading = new Reading(logged, clock.nanoTime());
        }
        return logged;
    }

    /** {@return what the time in the log would be now, in milliseconds} */
    long nowMillis() {
        long logged = loggedMillis();
        return logged + Math.max(0, clock.nanoTime() - reading.atNs) / NANOS;
    }
}
