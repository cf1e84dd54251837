package io.troupe.metadata.internal.node;

/**
 * Which group of which node something belongs to, as threads and messages name it. The first group has no name of its
 * own: most nodes have no other.
 *
 * @param nodeId the node
 * @param number the group, from 0
 */
public record GroupName(String nodeId, int number) {
    /** {@return how the names of its threads begin} */
    public String thread() {
        return number == 0 ? nodeId : nodeId + "-g" + number;
    }

    /** {@return the node, and the group if it is not the first} */
    @Override
    public String toString() {
        return number == 0 ? nodeId : nodeId + " (group " + number + ")";
    }
}
