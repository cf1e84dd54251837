package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.Hello;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections that others have dialled: from the port, or from the agent that has it and has agreed with the
 * other end about a lane of this one. Confined to the agent.
 */
final class Acceptor implements PortListener.Output {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    private final TransportConfig config;
    private final Links links;
    private final Selector selector;
    private final TlsWires wires;
    private final Counts counts;

    Acceptor(TransportConfig config, Links links, Selector selector, TlsWires wires, Counts counts) {
        this.config = config;
        this.links = links;
        this.selector = selector;
        this.wires = wires;
        this.counts = counts;
    }

    @Override
    public void makeRoom() {
        List<Connection> strangers = links.unauthenticated();
        if (strangers.size() >= config.maxUnauthenticated()) {
            counts.turnedAway.incrementAndGet();
            links.onLost(leastWelcome(strangers), "another one wants its place");
        }
    }

    /**
     * The oldest of the host that has the most: who floods the port drives out himself, and who has just come has the
     * time that a handshake takes.
     */
    private static Connection leastWelcome(List<Connection> strangers) {
        Map<String, Integer> places = new HashMap<>();
        strangers.forEach(stranger -> places.merge(host(stranger), 1, Integer::sum));
        int most = Collections.max(places.values());
        return strangers.stream()
                .filter(stranger -> Objects.equals(places.get(host(stranger)), most))
                .findFirst()
                .orElseThrow();
    }

    /** The address without the port. */
    private static String host(Connection stranger) {
        int port = stranger.remote.lastIndexOf(':');
        return port < 0 ? stranger.remote : stranger.remote.substring(0, port);
    }

    @Override
    public void onAccepted(SocketChannel channel) throws IOException {
        Connection.configure(channel);
        long deadlineNs = System.nanoTime() + config.handshakeTimeout().toNanos();
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        // Who dials over a file has no address of its own.
        boolean unix = channel.getLocalAddress() instanceof UnixDomainSocketAddress;
        String remote = unix ? "a process of this host" : String.valueOf(channel.getRemoteAddress());
        links.connections()
                .add(new Connection(
                        new Connection.Wired(channel, key, wires.wire(channel, false)),
                        links.handshake(null),
                        new Connection.Dialled(null, remote, unix, deadlineNs),
                        links));
    }

    /** What the agent of the port has accepted and agreed with; a defect costs that connection and no other. */
    void adopt(Connection connection, Hello other, boolean closing) {
        SelectionKey key = null;
        try {
            key = closing ? null : connection.channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException broken) {
            LOG.debug("node {}: {} broke on its way to its lane", config.nodeId(), connection.remote, broken);
        }
        if (key == null) {
            connection.close(false);
            return;
        }
        wires.adopt(connection.wire);
        connection.moveTo(key, links);
        try {
            links.adopt(connection, other);
            connection.goOn();
        } catch (Throwable defect) {
            links.onDefect(connection, "reading from", defect);
        }
    }
}
