package io.troupe.cluster.internal.runtime;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterEvent;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.internal.membership.Suspicion;
import io.troupe.metadata.MetadataView;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other live nodes: dials those that are not in the seed list but can be dialled, and notices whose link is down.
 * Told of nodes on the watch thread, of time on the cluster thread; suspects are asked for by any.
 */
final class Neighbours {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

    /** A link may be down for this part of the lease before anybody is suspected. */
    private static final int GRACE_PART = 3;

    private final String nodeId;
    private final Set<String> seeds;
    private final boolean canBeDialled;
    private final MessagingSystem messaging;
    private final Events events;
    private final Suspicion suspicion;
    private Map<String, InetSocketAddress> dialled = Map.of();
    /** Who should be linked to this node: one of the two can be dialled. */
    private volatile List<Suspicion.Peer> linked = List.of();
    /** The list that the suspicion was told of; confined to the cluster thread. */
    private List<Suspicion.Peer> watched = List.of();

    private volatile Set<String> suspects = Set.of();

    Neighbours(ClusterConfig config, MessagingSystem messaging, Events events) {
        nodeId = config.nodeId();
        seeds = Set.copyOf(Wiring.names(config.seeds()));
        canBeDialled = config.isSeed() || config.hosting().address() != null;
        this.messaging = messaging;
        this.events = events;
        suspicion = new Suspicion(config.lease().toNanos() / GRACE_PART);
    }

    boolean isSuspect(String other) {
        return suspects.contains(other);
    }

    void onTick(long nowNs, MetadataView view) {
        List<Suspicion.Peer> present = linked;
        if (present != watched) {
            watched = present;
            suspicion.onPeers(nowNs, present);
        }
        for (Suspicion.Change change : suspicion.onTick(nowNs, this::isLinked)) {
            Suspicion.Peer peer = change.peer();
            events.tell(new ClusterEvent.NodeSuspected(
                    peer.nodeId(), peer.incarnation(), change.suspected(), view.revision()));
        }
        suspects = suspicion.suspects();
    }

    private boolean isLinked(String other) {
        return isLinked(messaging, other);
    }

    /** Whether both can talk: the cluster's own frames pass, and those of users. */
    static boolean isLinked(MessagingSystem messaging, String other) {
        return messaging.link(other, Lane.CONTROL).connected()
                && messaging.link(other, Lane.ORDINARY).connected();
    }

    /** Nodes have come or gone. */
    void onChange(MetadataView view) {
        Map<String, InetSocketAddress> present = new HashMap<>();
        List<Suspicion.Peer> others = new ArrayList<>();
        for (LiveNode node : LiveNode.all(view)) {
            InetSocketAddress address = node.hosting().address();
            if (node.nodeId().equals(nodeId)) {
                continue;
            }
            if (address != null) {
                present.put(node.nodeId(), address);
            }
            if (canBeDialled || address != null || seeds.contains(node.nodeId())) {
                others.add(new Suspicion.Peer(node.nodeId(), node.incarnation()));
            }
        }
        linked = others;
        Map<String, InetSocketAddress> before = dialled;
        dialled = present;
        before.keySet().stream().filter(other -> !present.containsKey(other)).forEach(messaging::removeNode);
        present.forEach((other, address) -> {
            if (!address.equals(before.get(other))) {
                dial(other, address);
            }
        });
    }

    private void dial(String other, InetSocketAddress address) {
        try {
            messaging.addNode(other, address.getHostString(), address.getPort());
        } catch (TransportException e) {
            LOG.warn("node {} does not dial {}: {}", nodeId, other, e.getMessage());
        }
    }
}
