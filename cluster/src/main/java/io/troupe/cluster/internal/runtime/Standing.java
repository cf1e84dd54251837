package io.troupe.cluster.internal.runtime;

import java.util.concurrent.atomic.AtomicReference;

import io.troupe.cluster.NodeState;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.membership.QuorumWatch;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** Where this node stands in the cluster, and where it sees the others. Any thread, if nothing else is said. */
final class Standing {
    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private final String nodeId;
    private final MetadataStore store;
    private final Membership membership;
    private final Neighbours neighbours;
    private final NanoClock clock;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    /** Confined to the cluster thread. */
    private final QuorumWatch quorum = new QuorumWatch();

    Standing(String nodeId, MetadataStore store, Membership membership, Neighbours neighbours, NanoClock clock) {
        this.nodeId = nodeId;
        this.store = store;
        this.membership = membership;
        this.neighbours = neighbours;
        this.clock = clock;
    }

    /** Transport and store have started. */
    void start() {
        phase.compareAndSet(Phase.NEW, Phase.STARTED);
    }

    /** {@return false if it was closed before} */
    boolean close() {
        return phase.getAndSet(Phase.CLOSED) != Phase.CLOSED;
    }

    boolean isStarted() {
        return phase.get() == Phase.STARTED;
    }

    boolean isClosed() {
        return phase.get() == Phase.CLOSED;
    }

    /** {@return true if this node has a session whose lease has not passed} */
    boolean inCluster() {
        return membership.isLeaseValid(clock.nanoTime());
    }

    /** {@return the incarnation of this node's session, or 0} */
    long incarnation() {
        SessionId session = membership.session();
        return session == null ? 0 : session.incarnation();
    }

    /** {@return what has become of this node's lease since the call before, or null} On the cluster thread. */
    QuorumWatch.@Nullable Change onTick(long now) {
        return quorum.onTick(membership.isLeaseValid(now), incarnation());
    }

    /** {@return where this node stands} */
    NodeState state() {
        if (isClosed()) {
            return NodeState.LEFT;
        }
        LiveNode self = isStarted() ? LiveNode.find(store.view(), nodeId) : null;
        return self == null || membership.session() == null ? NodeState.JOINING : state(self);
    }

    /** {@return where a live node stands, as this node sees it} */
    NodeState state(LiveNode node) {
        if (node.nodeId().equals(nodeId) && !inCluster()) {
            return NodeState.FENCED;
        }
        if (neighbours.isSuspect(node.nodeId())) {
            return NodeState.SUSPECT;
        }
        return node.draining() ? NodeState.DRAINING : NodeState.UP;
    }
}
