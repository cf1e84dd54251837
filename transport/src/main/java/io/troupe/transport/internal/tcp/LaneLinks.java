package io.troupe.transport.internal.tcp;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.transport.Lane;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.DialRoute;
import io.troupe.transport.internal.frame.DialSchedule;
import io.troupe.transport.internal.session.LinkFlow;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that this one knows, each with a {@link NodeLink} for every lane that the agent drives. Confined to the
 * agent, except for {@link #find}.
 */
final class LaneLinks {
    private final TransportConfig config;
    private final Set<Lane> lanes;

    /** At most {@code maxLinks}; changed by the agent, read by producers. The maps in it never change. */
    private final Map<String, EnumMap<Lane, NodeLink>> byId = new ConcurrentHashMap<>();

    /** The same links, to be walked by index: an iterator per cycle would be the only garbage of a quiet agent. */
    private final List<NodeLink> all = new ArrayList<>();

    LaneLinks(TransportConfig config, Set<Lane> lanes) {
        this.config = config;
        this.lanes = lanes;
    }

    /** Any thread. */
    @Nullable
    NodeLink find(String nodeId, Lane lane) {
        EnumMap<Lane, NodeLink> node = byId.get(nodeId);
        return node == null ? null : node.get(lane);
    }

    /** Whether the agent drives a lane. */
    boolean serves(Lane lane) {
        return lanes.contains(lane);
    }

    /** The other end of a link has said which lanes it wants: those, and the ones of this node, are dialled. */
    void want(String nodeId, Set<Lane> wanted) {
        for (NodeLink link : of(nodeId)) {
            link.wanted = config.lanes().contains(link.lane) || wanted.contains(link.lane);
        }
    }

    List<NodeLink> all() {
        return all;
    }

    /** Those of one node; none if it is not known. */
    List<NodeLink> of(String nodeId) {
        EnumMap<Lane, NodeLink> node = byId.get(nodeId);
        return node == null ? List.of() : List.copyOf(node.values());
    }

    boolean knows(String nodeId) {
        return byId.containsKey(nodeId);
    }

    boolean hasRoom() {
        return byId.size() < config.maxLinks();
    }

    void add(String nodeId) {
        EnumMap<Lane, NodeLink> node = new EnumMap<>(Lane.class);
        for (Lane lane : lanes) {
            node.put(lane, make(nodeId, lane));
        }
        byId.put(nodeId, node);
        all.addAll(node.values());
    }

    private NodeLink make(String nodeId, Lane lane) {
        NodeLink link = new NodeLink(
                nodeId,
                lane,
                new DialSchedule(
                        config.redialFirst().toNanos(),
                        config.redialCap().toNanos(),
                        config.redialFastPeriod().toNanos(),
                        config.redialSlowCap().toNanos()),
                new DialRoute(config.unixSockets().mode()),
                new LinkFlow(
                        config.circuitFailures(),
                        config.circuitReset().toNanos(),
                        config.stallTimeout().toNanos()),
                () -> ReceiveBuffer.forLink(config.receiveBufferLength()));
        link.wanted = config.lanes().contains(lane);
        return link;
    }

    /** A node that dialled us once and is away: it makes room for one that is here. Null if there is none. */
    @Nullable
    String forgettable() {
        for (NodeLink any : all) {
            if (of(any.nodeId).stream().allMatch(NodeLink::isForgettable)) {
                return any.nodeId;
            }
        }
        return null;
    }

    void remove(String nodeId) {
        all.removeAll(of(nodeId));
        byId.remove(nodeId);
    }
}
