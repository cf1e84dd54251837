package io.troupe.cluster.internal.runtime;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataView;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials the nodes that are not in the seed list but can be dialled, as long as they are in the cluster. On the watch
 * thread.
 */
final class Neighbours {
    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

    private final String nodeId;
    private final MessagingSystem messaging;
    private Map<String, InetSocketAddress> dialled = Map.of();

    Neighbours(String nodeId, MessagingSystem messaging) {
        this.nodeId = nodeId;
        this.messaging = messaging;
    }

    /** Nodes have come or gone. */
    void onChange(MetadataView view) {
        Map<String, InetSocketAddress> present = new HashMap<>();
        for (LiveNode node : LiveNode.all(view)) {
            InetSocketAddress address = node.hosting().address();
            if (address != null && !node.nodeId().equals(nodeId)) {
                present.put(node.nodeId(), address);
            }
        }
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
