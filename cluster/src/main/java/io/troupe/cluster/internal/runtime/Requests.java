package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.spi.Platform;

/**
 * What was asked of this node and is not answered yet. Whoever asks is answered, also by a node that is closed
 * meanwhile and whose timers are gone. Any thread.
 *
 * <p>Invariant: after {@link #close()} nothing that was tracked is open.
 */
final class Requests {
    private static final Duration LONGEST = Duration.ofDays(100 * 365);

    private final String nodeId;
    private final Platform.Loop cluster;
    private final Map<Object, CompletableFuture<?>> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Requests(String nodeId, Platform.Loop cluster) {
        this.nodeId = nodeId;
        this.cluster = cluster;
    }

    /** Fails it if the node is closed before it is answered. */
    <T> CompletableFuture<T> track(CompletableFuture<T> request) {
        Object key = new Object();
        open.put(key, request);
        if (closed) {
            request.completeExceptionally(refusal());
        }
        CompletableFuture<?> unused = request.whenComplete((answer, failure) -> open.remove(key));
        return request;
    }

    /** Fails it with what the step throws, too. */
    <T> CompletableFuture<T> onCluster(Consumer<CompletableFuture<T>> step) {
        CompletableFuture<T> request = track(new CompletableFuture<>());
        try {
            cluster.execute(() -> {
                try {
                    step.accept(request);
                } catch (RuntimeException e) {
                    request.completeExceptionally(Wiring.explain(e));
                }
            });
        } catch (RejectedExecutionException e) {
            request.completeExceptionally(refusal());
        }
        return request;
    }

    /** Runs a step on the cluster thread, later; not at all if the node is closed before. */
    void later(long delayNs, Runnable step) {
        try {
            cluster.schedule(delayNs, step);
        } catch (RejectedExecutionException e) {
            // Closed: whoever waits for it is among what close() ends.
        }
    }

    /** A limit that somebody gave, however long, as it can be added to a time. */
    static long nanos(Duration limit) {
        return limit.compareTo(LONGEST) < 0 ? Math.max(0, limit.toNanos()) : LONGEST.toNanos();
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true; // before the look at what is open: what comes later sees it
        open.values().forEach(request -> request.completeExceptionally(refusal()));
    }

    private ClusterException refusal() {
        return new ClusterException(ClusterException.Code.CLOSED, "node " + nodeId + " is closed: ask another one");
    }
}
