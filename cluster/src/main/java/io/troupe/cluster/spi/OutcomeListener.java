package io.troupe.cluster.spi;

import io.troupe.cluster.SendOutcome;

/** Learns how a message ended: exactly one call for every accepted message. */
@FunctionalInterface
public interface OutcomeListener {
    /**
     * The message has ended, for its sender. Called on the thread that learned it, which must not be blocked.
     *
     * @param outcome how
     * @param reply   the answer of an ask, else empty
     */
    void onOutcome(SendOutcome outcome, byte[] reply);
}
