package io.troupe.metadata;

/**
 * One life of a node, as the store sees it.
 *
 * @param nodeId      the node
 * @param incarnation the revision at which this life was opened; a later life has a higher one
 */
public record SessionId(String nodeId, long incarnation) implements Comparable<SessionId> {
    @Override
    public int compareTo(SessionId other) {
        int byNode = nodeId.compareTo(other.nodeId);
        return byNode != 0 ? byNode : Long.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return nodeId + "#" + incarnation;
    }
}
