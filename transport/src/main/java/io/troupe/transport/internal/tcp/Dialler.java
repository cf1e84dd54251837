package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.DialRoute;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to nodes that have an address and no link. Confined to the agent, but for the look-up of names. */
final class Dialler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    /** What needs no name server, so it may be resolved on the agent. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*|localhost");

    private final TransportConfig config;
    private final Links links;

    /** Where the files of other nodes of this host are; null if none are used. */
    private final @Nullable SocketDirectory directory;

    private final Selector selector;
    private final TlsWires wires;
    private final Consumer<Runnable> toAgent;
    private final LogPace withoutFile = new LogPace();
    private long leftOut;

    Dialler(
            TransportConfig config,
            Links links,
            @Nullable SocketDirectory directory,
            Selector selector,
            TlsWires wires,
            Consumer<Runnable> toAgent) {
        this.config = config;
        this.links = links;
        this.directory = directory;
        this.selector = selector;
        this.wires = wires;
        this.toAgent = toAgent;
    }

    void tick(long nowNs) {
        List<NodeLink> all = links.all();
        for (int i = 0; i < all.size(); i++) {
            NodeLink link = all.get(i);
            InetSocketAddress address = link.address;
            if (address != null && link.wantsDial() && nowNs - link.nextDialNs >= 0) {
                dial(link, address);
            }
        }
    }

    /** How long until the next dial is due. */
    long waitNs(long nowNs) {
        long waitNs = Long.MAX_VALUE;
        List<NodeLink> all = links.all();
        for (int i = 0; i < all.size(); i++) {
            NodeLink link = all.get(i);
            if (link.wantsDial()) {
                waitNs = Math.min(waitNs, link.nextDialNs - nowNs);
            }
        }
        return waitNs;
    }

    private void dial(NodeLink link, InetSocketAddress address) {
        String host = address.getHostString();
        if (LITERAL.matcher(host).matches()) {
            connect(link, new InetSocketAddress(host, address.getPort()));
            return;
        }
        // A slow name server must not hold up the other links.
        link.resolving = true;
        Thread lookup = new Thread(
                () -> {
                    InetSocketAddress resolved = new InetSocketAddress(host, address.getPort());
                    toAgent.accept(() -> {
                        link.resolving = false;
                        if (link.wantsDial() && address.equals(link.address)) {
                            connect(link, resolved);
                        }
                    });
                },
                "troupe-" + config.nodeId() + "-lookup");
        lookup.setDaemon(true);
        lookup.start();
    }

    private void connect(NodeLink link, InetSocketAddress address) {
        boolean here = directory != null && isOfThisHost(address.getAddress());
        Path file = here && directory != null ? directory.toDial(address.getPort()) : null;
        DialRoute.Way way = link.route.next(here, file != null);
        if (way == DialRoute.Way.UNIX && file != null) {
            connect(link, UnixDomainSocketAddress.of(file), StandardProtocolFamily.UNIX);
        } else if (way == DialRoute.Way.TCP) {
            connect(link, address, null);
        } else {
            leave(link, address);
        }
    }

    static boolean isOfThisHost(@Nullable InetAddress address) {
        try {
            return address != null
                    && (address.isLoopbackAddress()
                            || address.isAnyLocalAddress()
                            || NetworkInterface.getByInetAddress(address) != null);
        } catch (SocketException unknown) {
            return false;
        }
    }

    /** There must be a file, and there is none: the other node may be about to make it. */
    private void leave(NodeLink link, InetSocketAddress address) {
        link.nextDialNs = link.schedule.onDown(
                System.nanoTime(), 0, false, ThreadLocalRandom.current().nextDouble());
        if (withoutFile.isWorthALine(++leftOut, System.nanoTime())) {
            LOG.warn(
                    "node {}: node {} at {} is not dialled, for there is no socket file of this user for its port in {}"
                            + " and unixSockets is ON: start it with the same, or say AUTO here ({} times)",
                    config.nodeId(),
                    link.nodeId,
                    address,
                    config.unixSockets().directory(),
                    leftOut);
        }
    }

    private void connect(NodeLink link, SocketAddress address, @Nullable ProtocolFamily family) {
        SocketChannel channel = null;
        try {
            channel = family == null ? SocketChannel.open() : SocketChannel.open(family);
            Connection.configure(channel);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            long deadlineNs = System.nanoTime() + config.handshakeTimeout().toNanos();
            Connection connection = new Connection(
                    new Connection.Wired(channel, key, wires.wire(channel, true)),
                    links.handshake(link),
                    new Connection.Dialled(link, address.toString(), family != null, deadlineNs),
                    links);
            link.dialling = connection;
            links.connections().add(connection);
            if (channel.connect(address)) {
                connection.begin();
            }
        } catch (IOException | UnresolvedAddressException failure) {
            PortListener.closeQuietly(channel);
            Connection dialling = link.dialling;
            if (dialling != null) {
                links.onLost(dialling, String.valueOf(failure));
            } else {
                link.nextDialNs = link.schedule.onDown(
                        System.nanoTime(), 0, false, ThreadLocalRandom.current().nextDouble());
            }
        }
    }

    /** The socket is ready to connect, or has failed to. */
    void onConnectable(Connection connection) {
        try {
            if (connection.channel.finishConnect()) {
                connection.begin();
            }
        } catch (IOException failure) {
            links.onLost(connection, String.valueOf(failure.getMessage()));
        }
    }
}
