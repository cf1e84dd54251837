package io.troupe.metadata.internal.submit;

import java.util.TreeMap;

/**
 * Who wants the data of a group to stand still for a moment. A hold is a courtesy and no promise: it ends with its
 * time, which is short, with the leadership, and when it is taken back; and it may not arrive at all. Whoever has to
 * know that nothing has changed meanwhile compares ({@link ConsistentCut}).
 *
 * <p>Pure. Confined to the metadata thread.
 */
final class Holds {
    /** The longest hold, in ns: a node that dies after it has asked costs the others no more than that. */
    static final long MAX_NS = 5_000_000_000L;

    /** When the hold of each node ends. */
    private final TreeMap<String, Long> ends = new TreeMap<>();

    /**
     * A node asks for a hold, in place of the one it has.
     *
     * @param nodeId the node
     * @param forNs  for how long, at most {@link #MAX_NS}; 0 or less takes it back
     * @param nowNs  the time
     */
    void set(String nodeId, long forNs, long nowNs) {
        if (forNs > 0) {
            ends.put(nodeId, nowNs + Math.min(forNs, MAX_NS));
        } else {
            ends.remove(nodeId);
        }
    }

    /**
     * Forgets the holds whose time is over.
     *
     * @param nowNs the time
     */
    void expire(long nowNs) {
        ends.values().removeIf(end -> nowNs - end >= 0);
    }

    void clear() {
        ends.clear();
    }

    /** {@return true if there is a hold} */
    boolean stand() {
        return !ends.isEmpty();
    }

    /** {@return when the next one ends, in ns, or Long.MAX_VALUE} */
    long nextEndNs() {
        return ends.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }
}
