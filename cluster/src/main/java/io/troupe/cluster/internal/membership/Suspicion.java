package io.troupe.cluster.internal.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which live nodes this node suspects: those to which it has had no link for longer than a grace period. One observer's
 * opinion, which is told and shown; what a suspect loses it loses by the committed end of its session, never by this.
 * Pure, confined to one thread. A tick on which nobody changes its mind allocates nothing.
 *
 * <p>Invariant: every node that is watched was among the peers last told of, in the same life.
 */
public final class Suspicion {
    private final long graceNs;
    private Map<String, Watched> watched = Map.of();
    /** Those of {@code watched} that are suspected. */
    private Set<String> suspects = Set.of();

    /**
     * A live node that should be linked to this one.
     *
     * @param nodeId      the node
     * @param incarnation its life
     */
    public record Peer(String nodeId, long incarnation) {}

    /**
     * A change of mind.
     *
     * @param peer      about whom
     * @param suspected true if it is suspected from now on
     */
    public record Change(Peer peer, boolean suspected) {}

    private static final class Watched {
        final Peer peer;
        /** When it was last seen linked, or first of all. */
        long linkedAtNs;

        boolean suspected;

        Watched(Peer peer, long nowNs) {
            this.peer = peer;
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
     * Nodes have come or gone: who does not live any more is forgotten without a word, and who has just joined is given
     * the grace to be linked.
     *
     * @param nowNs the time, on a monotonic clock
     * @param peers all live nodes that should be linked
     */
    public void onPeers(long nowNs, List<Peer> peers) {
        Map<String, Watched> next = new TreeMap<>();
        for (Peer peer : peers) {
            Watched present = watched.get(peer.nodeId());
            next.put(peer.nodeId(), present != null && present.peer.equals(peer) ? present : new Watched(peer, nowNs));
        }
        watched = next;
        noteSuspects();
    }

    /**
     * Time has passed.
     *
     * @param nowNs    the time, on a monotonic clock
     * @param isLinked whether there is a link to a node now
     * @return what has changed, in the order of the ids
     */
    public List<Change> onTick(long nowNs, Predicate<String> isLinked) {
        List<Change> changes = List.of();
        for (Watched one : watched.values()) {
            if (isLinked.test(one.peer.nodeId())) {
                one.linkedAtNs = nowNs;
            }
            boolean suspected = nowNs - one.linkedAtNs >= graceNs;
            if (suspected != one.suspected) {
                one.suspected = suspected;
                changes = changes.isEmpty() ? new ArrayList<>() : changes;
                changes.add(new Change(one.peer, suspected));
            }
        }
        if (!changes.isEmpty()) {
            noteSuspects();
        }
        return changes;
    }

    private void noteSuspects() {
        suspects = watched.values().stream()
                .filter(one -> one.suspected)
                .map(one -> one.peer.nodeId())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** {@return the nodes that are suspected now} */
    public Set<String> suspects() {
        return suspects;
    }
}
