package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import io.troupe.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket: of a port, or of the file that belongs to it. Confined to the agent once it is open. */
final class PortListener {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);
    private static final int MAX_ACCEPTS_PER_CYCLE = 16;

    /** When the system has no descriptors left, accepting at once again would only burn the processor. */
    private static final long PAUSE_NS = 100_000_000L;

    private final ServerSocketChannel channel;
    private final int port;
    private final SocketDirectory.@Nullable Listening file;
    private @Nullable SelectionKey key;
    private boolean closed;
    private final LogPace pace = new LogPace();
    private long failures;
    private boolean paused;
    private long resumeNs;

    private PortListener(ServerSocketChannel channel, int port, SocketDirectory.@Nullable Listening file) {
        this.channel = channel;
        this.port = port;
        this.file = file;
    }

    static PortListener of(SocketDirectory.Listening file, int port) {
        return new PortListener(file.channel(), port, file);
    }

    /** Takes accepted sockets. */
    interface Output {
        void onAccepted(SocketChannel channel) throws IOException;

        /** Before it is told of one more. */
        void makeRoom();
    }

    static PortListener open(InetSocketAddress unresolved) {
        String text = unresolved.getHostString() + ":" + unresolved.getPort();
        InetSocketAddress address = new InetSocketAddress(unresolved.getHostString(), unresolved.getPort());
        if (address.isUnresolved()) {
            throw bad("messaging host " + unresolved.getHostString() + " is unknown: correct the bind address", null);
        }
        ServerSocketChannel channel = null;
        try {
            channel = ServerSocketChannel.open();
            channel.configureBlocking(false);
            channel.bind(address);
            return new PortListener(channel, ((InetSocketAddress) channel.getLocalAddress()).getPort(), null);
        } catch (IOException failure) {
            closeQuietly(channel);
            if (failure instanceof BindException && isOurs(address.getAddress())) {
                throw new TransportException(
                        TransportException.Code.PORT_IN_USE,
                        "messaging port " + text + " is in use: stop the process that holds it or change the port",
                        failure);
            }
            throw bad(
                    "messaging port " + text + " cannot be opened (" + failure.getMessage()
                            + "): bind to an address of this machine and a port that this user may open",
                    failure);
        }
    }

    private static TransportException bad(String message, @Nullable Throwable cause) {
        TransportException.Code code = TransportException.Code.BAD_CONFIG;
        return cause == null ? new TransportException(code, message) : new TransportException(code, message, cause);
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException unknown) {
            return true;
        }
    }

    int port() {
        return port;
    }

    void register(Selector selector) throws IOException {
        key = channel.register(selector, SelectionKey.OP_ACCEPT, this);
    }

    void accept(Output output, String nodeId) {
        try {
            for (int i = 0; i < MAX_ACCEPTS_PER_CYCLE; i++) {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                hand(accepted, output);
            }
        } catch (IOException | RuntimeException | Error failure) {
            failures++;
            if (pace.isWorthALine(failures, System.nanoTime())) {
                LOG.warn("node {}: cannot accept a connection, trying again in 100 ms: {}", nodeId, failure.toString());
            }
            interest(0);
            paused = true;
            resumeNs = System.nanoTime() + PAUSE_NS;
        }
    }

    /** A socket that breaks while it is set up is the caller's loss only. */
    private static void hand(SocketChannel accepted, Output output) {
        boolean taken = false;
        try {
            output.makeRoom();
            output.onAccepted(accepted);
            taken = true;
        } catch (IOException broken) {
            LOG.debug("a socket broke while it was set up", broken);
        } finally {
            if (!taken) {
                closeQuietly(accepted);
            }
        }
    }

    /** {@return how long until {@link #tick} has something to do} */
    long waitNs(long nowNs) {
        return paused ? resumeNs - nowNs : Long.MAX_VALUE;
    }

    void tick(long nowNs) {
        if (paused && nowNs - resumeNs >= 0) {
            paused = false;
            interest(SelectionKey.OP_ACCEPT);
        }
    }

    private void interest(int ops) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            registered.interestOps(ops);
        }
    }

    /** Idempotent: after the first time the file can be that of another node. */
    void close() {
        if (!closed) {
            closed = true;
            if (file != null) {
                file.delete();
            }
            closeQuietly(channel);
        }
    }

    static void closeQuietly(@Nullable AutoCloseable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (Exception gone) {
                LOG.debug("closing a socket failed; its descriptor is released all the same", gone);
            }
        }
    }
}
