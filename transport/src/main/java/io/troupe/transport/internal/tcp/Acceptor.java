package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

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
    public boolean hasRoom() {
        return links.unauthenticated() < config.maxUnauthenticated();
    }

    @Override
    public void onTurnedAway() {
        counts.turnedAway.incrementAndGet();
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
