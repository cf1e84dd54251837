package io.troupe.cluster.internal.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which live nodes this node suspects: those to which it has had no link for longer than a grace period. One observer's
 * opinion, which is told and shown; what a suspect loses it loses by the committed end of its session, never by this.
 * Pure, confined to one thread.
 *
 * <p>Invariant: every node that is watched was among the peers of the last tick, in the same life.
 */
public final class Suspicion {
    private final long graceNs;
    private final Map<String, Watched> watched = new TreeMap<>();

    /**
     * A live node that should be linked to this one.
     *
     * @param nodeId      the node
     * @param incarnation its life
     * @param linked      true if it is
     */
    public record Peer(String nodeId, long incarnation, boolean linked) {}

    /**
     * A change of mind.
     *
     * @param peer      about whom
     * @param suspected true if it is suspected from now on
     */
    public record Change(Peer peer, boolean suspected) {}

    private static final class Watched {
        final long incarnation;
        /** When it was last seen linked, or first of all. */
        long linkedAtNs;

        boolean suspected;

        Watched(long incarnation, long nowNs) {
            this.incarnation = incarnation;
            linkedAtNs = nowNs;
        }
    }

    /**
     * Nobody is suspected.
     *
     * @param graceNs how long a link may be down, in nanoseconds
     */
    public Suspicion(long graceNs) {
        this.graceNs = graceNs;
    }

    /**
     * Time has passed.
     *
     * @param nowNs the time, on a monotonic clock
     * @param peers all live nodes that should be linked
     * @return what has changed, in the order of the peers; who does not live any more is forgotten without a word
     */
    public List<Change> onTick(long nowNs, List<Peer> peers) {
        List<Change> changes = new ArrayList<>();
        for (Peer peer : peers) {
            Watched one = watched.get(peer.nodeId());
            if (one == null || one.incarnation != peer.incarnation()) {
                one = new Watched(peer.incarnation(), nowNs);
                watched.put(peer.nodeId(), one);
            }
            if (peer.linked()) {
                one.linkedAtNs = nowNs;
            }
            boolean suspected = nowNs - one.linkedAtNs >= graceNs;
            if (suspected != one.suspected) {
                one.suspected = suspected;
                changes.add(new Change(peer, suspected));
            }
        }
        watched.keySet().retainAll(peers.stream().map(Peer::nodeId).toList());
        return changes;
    }

    /** {@return the nodes that are suspected now} */
    public Set<String> suspects() {
        return watched.entrySet().stream()
                .filter(one -> one.getValue().suspected)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
