package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

import io.troupe.transport.TransportConfig;
import io.troupe.transport.TransportException;
import io.troupe.transport.UnixSockets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a node is dialled: its port, and the file that belongs to it; neither for a node that only dials, nor for the
 * second of its agents. Confined to the agent once open.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    /** In the order in which they are closed: while the port is held nobody else needs the file. */
    private final List<PortListener> all = new ArrayList<>();

    private final @Nullable SocketDirectory directory;
    private int port;
    private boolean first = true;

    private Listeners(@Nullable SocketDirectory directory) {
        this.directory = directory;
    }

    static Listeners open(TransportConfig config) {
        Listeners listeners = new Listeners(directory(config));
        InetSocketAddress bind = config.bind();
        if (bind != null) {
            PortListener tcp = PortListener.open(bind);
            listeners.port = tcp.port();
            listeners.all.add(tcp);
            try {
                listeners.listenOnFile(config);
            } catch (TransportException insisting) {
                listeners.close();
                throw insisting;
            }
        }
        return listeners;
    }

    /** For a further agent of the node, which dials into the same directory and does not listen. */
    Listeners forFurtherAgent() {
        Listeners further = new Listeners(directory);
        further.first = false;
        return further;
    }

    /** Whether these are the first agent's, which also does what a node does once. */
    boolean areFirst() {
        return first;
    }

    private static @Nullable SocketDirectory directory(TransportConfig config) {
        UnixSockets sockets = config.unixSockets();
        if (sockets.mode() == UnixSockets.Mode.OFF) {
            return null;
        }
        try {
            return SocketDirectory.open(sockets);
        } catch (TransportException unusable) {
            report(config, unusable);
            return null;
        }
    }

    private void listenOnFile(TransportConfig config) {
        if (directory != null) {
            try {
                all.add(0, PortListener.of(directory.listen(port), port));
            } catch (TransportException unusable) {
                report(config, unusable);
            }
        }
    }

    private static void report(TransportConfig config, TransportException unusable) {
        if (config.unixSockets().mode() == UnixSockets.Mode.ON) {
            throw unusable;
        }
        LOG.warn("node {}: TCP is used on this host, too: {}", config.nodeId(), unusable.getMessage());
    }

    /** The port, 0 if this node does not listen. */
    int port() {
        return port;
    }

    /** Where the files of other nodes are; null if none are used. */
    @Nullable
    SocketDirectory directory() {
        return directory;
    }

    void register(Selector selector) throws IOException {
        for (PortListener listener : all) {
            listener.register(selector);
        }
    }

    void tick(long nowNs) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).tick(nowNs);
        }
    }

    /** How long until {@link #tick} has something to do. */
    long waitNs(long nowNs) {
        long waitNs = Long.MAX_VALUE;
        for (int i = 0; i < all.size(); i++) {
            waitNs = Math.min(waitNs, all.get(i).waitNs(nowNs));
        }
        return waitNs;
    }

    /** Idempotent. */
    void close() {
        for (PortListener listener : all) {
            listener.close();
        }
    }
}
