package io.troupe.chaos.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One link between two ports of this machine, with faults that are switched while it runs. Lasting faults add up until
 * {@link #heal()}; delays and damage depend on the seed only. Safe for any thread; one thread of its own does the work.
 */
public final class FaultProxy implements AutoCloseable {
    /** Most connections at one time; further ones are reset. */
    public static final int MAX_CONNECTIONS = 256;

    private static final int BUFFER_LENGTH = 64 * 1024;
    private static final long COMMAND_SECONDS = 30;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String name;
    private final InetSocketAddress target;
    private final ServerSocketChannel listener;
    private final Selector selector;
    private final SelectionKey listenerKey;
    private final Thread thread;
    private final SplittableRandom random;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();

    // Confined to the thread of the proxy.
    private final List<ProxyConnection> connections = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
    private LineConditions forward = LineConditions.HEALTHY;
    private LineConditions backward = LineConditions.HEALTHY;
    private boolean refusing;
    private long movedBytes;

    private volatile long forwardedBytes;
    private volatile int openConnections;
    private volatile boolean closed;

    private FaultProxy(
            String name, InetSocketAddress target, ServerSocketChannel listener, Selector selector, long seed)
            throws IOException {
        this.name = name;
        this.target = target;
        this.listener = listener;
        this.selector = selector;
        random = new SplittableRandom(seed);
        listener.configureBlocking(false);
        listenerKey = listener.register(selector, SelectionKey.OP_ACCEPT);
        thread = new Thread(this::run, "troupe-" + name + "-proxy");
        thread.setDaemon(true);
    }

    /**
     * Opens a proxy on the loopback address.
     *
     * @param name       the name of the link, for threads and messages
     * @param listenPort where it listens; 0 picks a free port
     * @param targetPort the port it leads to; nothing needs to listen there yet
     * @param seed       decides jitter and damage
     * @return the running proxy
     * @throws IOException naming the port that is taken
     */
    public static FaultProxy open(String name, int listenPort, int targetPort, long seed) throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(loopback, listenPort));
        } catch (IOException e) {
            listener.close();
            throw new IOException(
                    "proxy " + name + " cannot listen on 127.0.0.1:" + listenPort + " (" + e.getMessage()
                            + "): stop the process that holds the port, or use port 0 to pick a free one",
                    e);
        }
        Selector selector = null;
        try {
            selector = Selector.open();
            FaultProxy proxy =
                    new FaultProxy(name, new InetSocketAddress(loopback, targetPort), listener, selector, seed);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            listener.close();
            if (selector != null) {
                selector.close();
            }
            throw e;
        }
    }

    /** {@return the port it listens on} */
    public int port() {
        return listener.socket().getLocalPort();
    }

    /** {@return the name of the link} */
    public String name() {
        return name;
    }

    /** {@return bytes that went through so far, both ways} */
    public long forwardedBytes() {
        return forwardedBytes;
    }

    /** {@return connections that are open now} */
    public int openConnections() {
        return openConnections;
    }

    /**
     * Switches a fault on, or does it once. When this returns it is in force.
     *
     * @param fault the fault
     * @throws IllegalStateException if the proxy is closed
     */
    public void apply(Fault fault) {
        await(() -> {
            long nowNs = System.nanoTime();
            switch (fault.kind()) {
                case REFUSE -> refusing = true;
                case DROP -> connections.forEach(ProxyConnection::forget);
                case RESET -> connections.forEach(ProxyConnection::reset);
                case HALF_CLOSE -> connections.forEach(connection -> connection.halfClose(fault.direction(), nowNs));
                case DELAY, JITTER, BANDWIDTH, DRIP, FLIP, BLACKHOLE ->
                    change(
                            fault.direction().includes(Direction.FORWARD) ? forward.with(fault) : forward,
                            fault.direction().includes(Direction.BACKWARD) ? backward.with(fault) : backward,
                            nowNs);
            }
        });
    }

    /**
     * Ends every lasting fault. Connections that were dropped, reset or half closed stay so.
     *
     * @throws IllegalStateException if the proxy is closed
     */
    public void heal() {
        await(() -> {
            refusing = false;
            change(LineConditions.HEALTHY, LineConditions.HEALTHY, System.nanoTime());
        });
    }

    private void change(LineConditions newForward, LineConditions newBackward, long nowNs) {
        forward = newForward;
        backward = newBackward;
        connections.forEach(connection -> connection.change(forward, backward, nowNs));
    }

    private void await(Runnable command) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        commands.add(() -> {
            command.run();
            done.complete(null);
        });
        selector.wakeup();
        try {
            if (closed) {
                throw new IllegalStateException("proxy " + name + " is closed");
            }
            done.get(COMMAND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("proxy " + name + " did not obey within " + COMMAND_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while switching proxy " + name, e);
        }
    }

    private void run() {
        try (listener;
                selector) {
            while (!closed) {
                turn();
            }
        } catch (IOException e) {
            throw new IllegalStateException("proxy " + name + " broke", e);
        } finally {
            closed = true;
            connections.forEach(ProxyConnection::close);
            connections.clear();
        }
    }

    private void turn() throws IOException {
        long nowNs = System.nanoTime();
        long waitNs = DelayLine.NEVER_NS;
        for (ProxyConnection connection : connections) {
            waitNs = Math.min(waitNs, connection.prepareWait(nowNs));
        }
        if (waitNs == 0) {
            selector.selectNow();
        } else {
            // Rounded up: a delay is a lower bound.
            selector.select((waitNs + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        }
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        long moved = 0;
        long thenNs = System.nanoTime();
        for (ProxyConnection connection : connections) {
            moved += connection.isClosed() ? 0 : connection.advance(thenNs);
        }
        selector.selectedKeys().clear();
        connections.removeIf(ProxyConnection::isClosed);
        accept();
        movedBytes += moved;
        forwardedBytes = movedBytes;
        openConnections = connections.size();
    }

    private void accept() throws IOException {
        // Through a cable that is pulled no connection comes to be: it waits where the system queues it.
        boolean silent = forward.silent() || backward.silent();
        listenerKey.interestOps(silent ? 0 : SelectionKey.OP_ACCEPT);
        if (silent) {
            return;
        }
        for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
            if (refusing || connections.size() >= MAX_CONNECTIONS) {
                ProxyConnection.resetAndClose(client);
                continue;
            }
            try {
                connections.add(
                        new ProxyConnection(client, target, selector, buffer, forward, backward, random.split()));
            } catch (IOException unreachable) {
                ProxyConnection.resetAndClose(client);
            }
        }
    }

    /** Closes every connection and frees the port and the thread. Idempotent. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(COMMAND_SECONDS));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "proxy " + name + " 127.0.0.1:" + port() + " -> " + target.getPort();
    }
}
