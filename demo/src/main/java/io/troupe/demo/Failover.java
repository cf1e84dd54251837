package io.troupe.demo;

import java.time.Duration;
import java.util.Locale;

import io.troupe.metadata.MetadataConfig.Election;

/** How soon a lost node is replaced, and so how long a pause of machine or disk may be without one being taken for lost. */
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
        for (Failover failover : values()) {
            if (failover.label().equals(text)) {
                return failover;
            }
        }
        throw new IllegalArgumentException("expected safe or fast, but was '" + text + "'");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Election election() {
        return election;
    }

    Duration lease() {
        return lease;
    }
}
