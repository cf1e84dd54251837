package io.troupe.cluster.internal.runtime;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.NodeTls;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real thing: daemon threads, the machine's clock, TCP and Raft. */
public final class ThreadPlatform implements Platform {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadPlatform.class);
    private static final long CLOSE_SECONDS = 1;

    private final String nodeId;

    /** Opened with the first of the two that need it; null without TLS. Guarded by this. */
    private @Nullable NodeTls tls;

    /**
     * A platform for one node.
     *
     * @param nodeId its id, for the names of its threads
     */
    public ThreadPlatform(String nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public NanoClock clock() {
        return SystemNanoClock.INSTANCE;
    }

    @Override
    public long random() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public Loop newLoop(String role) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads(role, false));
        executor.setRemoveOnCancelPolicy(true);
        return new Loop() {
            @Override
            public void execute(Runnable step) {
                executor.execute(step);
            }

            @Override
            public void repeat(long periodNanos, Runnable step) {
                ScheduledFuture<?> unused =
                        executor.scheduleWithFixedDelay(() -> again(step), 0, periodNanos, TimeUnit.NANOSECONDS);
            }

            /** The executor would forget a step that throws. */
            private void again(Runnable step) {
                try {
                    step.run();
                } catch (Throwable failure) { // an Error, too: what has no memory now may have some the next time
                    LOG.error("node {}: a step of {} failed; it is repeated", nodeId, role, failure);
                }
            }

            @Override
            public void schedule(long delayNanos, Runnable step) {
                ScheduledFuture<?> unused = executor.schedule(step, delayNanos, TimeUnit.NANOSECONDS);
            }

            @Override
            public void close() {
                stop(executor);
            }
        };
    }

    @Override
    public Workers newWorkers(String role) {
        int count = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                count, count, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(role, true));
        return new Workers() {
            @Override
            public void execute(Runnable step) {
                executor.execute(step);
            }

            @Override
            public void close() {
                stop(executor);
            }
        };
    }

    @Override
    public void detach(String role, Runnable step) {
        threads(role, false).newThread(step).start();
    }

    private ThreadFactory threads(String role, boolean numbered) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            String suffix = numbered ? "-" + number.incrementAndGet() : "";
            Thread thread = new Thread(task, "troupe-" + nodeId + "-" + role + suffix);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void stop(ExecutorService executor) {
        executor.shutdownNow();
        try {
            executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public MessagingSystem messaging(ClusterConfig config, boolean bulk, MessagingSystem.FrameHandler frames) {
        return Wiring.messaging(config, tls(config), bulk, frames);
    }

    @Override
    public MetadataStore store(ClusterConfig config, PeerChannel peers) {
        return Wiring.store(config, tls(config), peers);
    }

    /**
     * One for messages and the log, so that both show the same certificate: that of the messages looks for newer files.
     */
    private synchronized @Nullable NodeTls tls(ClusterConfig config) {
        if (tls == null) {
            tls = Wiring.tls(config);
        }
        return tls;
    }
}
