package io.troupe.demo;

import java.time.Duration;

import io.troupe.metadata.MetadataConfig.Election;

/**
 * How soon a lost node is replaced, and so how long a pause of machine or disk may be without one being taken for lost.
 */
enum Failover {
    /** For any machine, a busy one or one whose disk takes its time, too. */
    SAFE(Election.SAFE, Duration.ofSeconds(3)),
    /** For a machine that is left alone and whose disk flushes within some milliseconds. */
    FAST(Election.FAST, Duration.ofMillis(500));

    private final Election election;
    private final Duration lease;

    Failover(Election election, Duration lease) {
        this.election = election;
        this.lease = lease;
    }

    static Failover parse(String text) {
        return Labels.parse(Failover.class, text);
    }

    String label() {
        return Labels.of(this);
    }

    Election election() {
        return election;
    }

    Duration lease() {
        return lease;
    }
}
