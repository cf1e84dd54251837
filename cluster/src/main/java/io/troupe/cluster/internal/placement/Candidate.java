package io.troupe.cluster.internal.placement;

/**
 * A live node that may own shards.
 *
 * @param nodeId      the node
 * @param incarnation its session's incarnation
 * @param weight      its share of the shards relative to the others; above 0
 */
public record Candidate(String nodeId, long incarnation, double weight) {
    /** The largest ratio between two weights that is planned for exactly. */
    private static final double MAX_WEIGHT = 1e9;

    /**
     * Checks the weight.
     *
     * @param nodeId      the node
     * @param incarnation its session's incarnation
     * @param weight      its share of the shards relative to the others; above 0
     * @throws IllegalArgumentException if the weight is out of bounds
     */
    public Candidate {
        if (!(weight >= 1 / MAX_WEIGHT && weight <= MAX_WEIGHT)) {
            throw new IllegalArgumentException(
                    "weight (" + weight + ") of node " + nodeId + " must be between 1e-9 and 1e9");
        }
    }
}
