package io.troupe.metadata;

import org.jspecify.annotations.Nullable;

/**
 * One life of a node, as the store sees it.
 *
 * @param nodeId      the node
 * @param incarnation the revision at which this life was opened, in the group that opened it; a later life has a higher
 *                    one
 */
public record SessionId(String nodeId, long incarnation) implements Comparable<SessionId> {
    /** No node can be named so. */
    private static final String OUTBOX = ":outbox";

    /**
     * {@return the session of a durable sender: always open, and never ended}
     *
     * @param number names the sender, from 0
     */
    public static SessionId outbox(long number) {
        return new SessionId(OUTBOX, number);
    }

    /** {@return true if it is the session of a durable sender, not the life of a node} */
    public boolean isOutbox() {
        return nodeId.equals(OUTBOX);
    }

    // By hand, for the generated one is not inlined, and this runs several times for every message.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof SessionId session
                        && incarnation == session.incarnation
                        && nodeId.equals(session.nodeId));
    }

    @Override
    public int hashCode() {
        return 31 * nodeId.hashCode() + Long.hashCode(incarnation);
    }

    @Override
    public int compareTo(SessionId other) {
        if (this == other) {
            return 0;
        }
        int byNode = nodeId.compareTo(other.nodeId);
        return byNode != 0 ? byNode : Long.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return nodeId + "#" + incarnation;
    }
}
