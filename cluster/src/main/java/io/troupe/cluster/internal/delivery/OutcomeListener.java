package io.troupe.cluster.internal.delivery;

import io.troupe.cluster.SendOutcome;

/**
 * Learns how one message ended, exactly once. Called while the channel is confined to the caller: it may send to the
 * channel again, and must not block.
 */
public interface OutcomeListener {
    /**
     * The message has ended for its sender.
     *
     * @param outcome how
     * @param reply   the answer when it was processed or committed, else empty; never modify it
     */
    void onOutcome(SendOutcome outcome, byte[] reply);
}
