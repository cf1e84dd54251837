package io.troupe.transport.internal.tcp;

import java.net.InetSocketAddress;

import io.troupe.transport.TransportConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the host says of where nodes are, and what that does to their links. Confined to the agent once it runs. */
final class Addresses {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    private final TransportConfig config;
    private final Links links;

    Addresses(TransportConfig config, Links links) {
        this.config = config;
        this.links = links;
    }

    void set(String nodeId, InetSocketAddress address) {
        if (!links.know(nodeId)) {
            LOG.error("node {}: node {} cannot be added: maxLinks is {}", config.nodeId(), nodeId, config.maxLinks());
            return;
        }
        for (NodeLink link : links.of(nodeId)) {
            boolean moved = link.address != null && !address.equals(link.address);
            link.address = address;
            link.nextDialNs = System.nanoTime();
            Connection active = link.active();
            if (moved && active != null && active.dialled) {
                links.onLost(active, "its address has changed");
            }
            Connection dialling = link.dialling;
            if (moved && dialling != null) {
                links.onLost(dialling, "its address has changed");
            }
        }
    }

    void remove(String nodeId) {
        for (NodeLink link : links.of(nodeId)) {
            link.address = null;
        }
        cut(nodeId, false);
        links.forget(nodeId);
    }

    void cut(String nodeId, boolean abruptly) {
        for (NodeLink link : links.of(nodeId)) {
            Connection active = link.active();
            if (active != null) {
                links.life().lose(active, "cut by this node", abruptly);
            }
            Connection dialling = link.dialling;
            if (dialling != null) {
                links.life().lose(dialling, "cut by this node", abruptly);
            }
        }
    }
}
