package io.troupe.cluster.internal.delivery;

/**
 * The limits of the delivery channels.
 *
 * @param maxUnsettled sequences from the floor of a channel to its newest message
 * @param retryNs      the first wait before the oldest unsettled message is sent again
 * @param maxRetryNs   the longest such wait
 * @param maxWindow    sequences from the floor that may be on their way; the same on every node
 * @param maxHeld      frames of a shard that a node holds because their epoch is above its view
 */
public record DeliveryLimits(int maxUnsettled, long retryNs, long maxRetryNs, int maxWindow, int maxHeld) {
    /** 4096 unsettled, 1024 of them on their way, retries after 50 ms to 1 s, 1024 frames held. */
    public static final DeliveryLimits DEFAULT = new DeliveryLimits(4096, 50_000_000L, 1_000_000_000L, 1024, 1024);

    /**
     * Checks the limits.
     *
     * @param maxUnsettled sequences from the floor of a channel to its newest message
     * @param retryNs      the first wait before the oldest unsettled message is sent again
     * @param maxRetryNs   the longest such wait
     * @param maxWindow    sequences from the floor that may be on their way; the same on every node
     * @param maxHeld      frames of a shard that a node holds because their epoch is above its view
     * @throws IllegalArgumentException if one is out of bounds
     */
    public DeliveryLimits {
        if (maxUnsettled < 1 || maxWindow < 1 || maxHeld < 0) {
            throw new IllegalArgumentException("maxUnsettled (" + maxUnsettled + ") and maxWindow (" + maxWindow
                    + ") must be at least 1, maxHeld (" + maxHeld + ") at least 0");
        }
        if (retryNs < 1 || maxRetryNs < retryNs || maxRetryNs > Long.MAX_VALUE / 4) {
            throw new IllegalArgumentException("retryNs (" + retryNs + ") must be at least 1 and at most maxRetryNs ("
                    + maxRetryNs + "), which must be at most " + Long.MAX_VALUE / 4);
        }
    }
}
