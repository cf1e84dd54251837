package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.tls.TlsChannel;
import org.jspecify.annotations.Nullable;

/**
 * Makes what lies between sockets and frames. With TLS it has one thread, which runs what takes long in handshakes, a
 * task of each connection at a time, and looks at the files of the certificate. Confined to the agent.
 */
final class TlsWires {
    /** As long as what a channel hands out at once: several records, one system call. */
    private static final int SCRATCH_LENGTH = 160 * 1024;

    /** How long the close waits for a task that runs, in milliseconds. */
    private static final long CLOSE_MS = 300;

    private final TransportConfig config;
    private final Consumer<Runnable> toAgent;

    /** Whether it looks for newer files; one of those of a node does. */
    private final boolean refreshes;

    /** Null without TLS. */
    private final @Nullable Tls tls;

    private long nextLookNs = System.nanoTime();
    private boolean looking;

    /** The last thread of the executor, which makes one when there is work; it is gone when this node has closed. */
    private volatile @Nullable Thread thread;

    private record Tls(NodeTls node, ByteBuffer scratch, ExecutorService executor) {}

    TlsWires(TransportConfig config, Consumer<Runnable> toAgent, boolean refreshes) {
        this.config = config;
        this.toAgent = toAgent;
        this.refreshes = refreshes;
        NodeTls node = config.tls();
        tls = node == null ? null : new Tls(node, ByteBuffer.allocateDirect(SCRATCH_LENGTH), executor(config.nodeId()));
    }

    private ExecutorService executor(String nodeId) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
                    Thread made = new Thread(task, "troupe-" + nodeId + "-tls");
                    made.setDaemon(true);
                    thread = made;
                    return made;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    Wire wire(SocketChannel channel, boolean dialled) throws IOException {
        return tls == null
                ? new PlainWire(channel)
                : new TlsWire(channel, new TlsChannel(tls.node.engine(dialled)), tls.scratch, this::run);
    }

    /** What the agent of the port has opened. */
    void adopt(Wire wire) {
        if (tls != null && wire instanceof TlsWire encrypted) {
            encrypted.moveTo(tls.scratch, this::run);
        }
    }

    private void run(Runnable task, Runnable then) {
        if (tls != null) {
            tls.executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    toAgent.accept(then);
                }
            });
        }
    }

    /** Looks for newer files when it is time. */
    void tick(long nowNs) {
        if (refreshes && tls != null && !looking && nowNs - nextLookNs >= 0) {
            looking = true;
            nextLookNs = nowNs + config.tlsRefresh().toNanos();
            run(tls.node::refresh, () -> looking = false);
        }
    }

    /** How long until {@link #tick} has something to do. */
    long waitNs(long nowNs) {
        return !refreshes || tls == null || looking ? Long.MAX_VALUE : nextLookNs - nowNs;
    }

    void close() {
        Thread last = thread;
        if (tls == null) {
            return;
        }
        tls.executor.shutdownNow();
        if (last != null) {
            try {
                last.join(CLOSE_MS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
