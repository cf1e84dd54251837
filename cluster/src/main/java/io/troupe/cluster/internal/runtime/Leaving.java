package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node leaves: it hands over what it owns, then the leadership, then says goodbye, so that the others need not wait
 * for its lease to pass. Each step is bounded in time, and one that fails is left out: the lease ends what is left. Any
 * thread.
 */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);

    private static final long GOODBYE_MILLIS = 1_000;
    private static final Duration ABDICATION = Duration.ofSeconds(2);

    private final ClusterConfig config;
    private final Platform platform;
    private final Platform.Loop cluster;
    private final MetadataStore store;
    private final Membership membership;
    private final Drains drains;
    private final Receiver receiver;

    Leaving(
            ClusterConfig config,
            Platform platform,
            Platform.Loop cluster,
            MetadataStore store,
            Membership membership,
            Drains drains,
            Receiver receiver) {
        this.config = config;
        this.platform = platform;
        this.cluster = cluster;
        this.store = store;
        this.membership = membership;
        this.drains = drains;
        this.receiver = receiver;
    }

    /** All steps, one after the other; never fails. */
    CompletableFuture<DrainReport> handOver(Duration limit) {
        CompletableFuture<DrainReport> drained = new CompletableFuture<>();
        try {
            cluster.execute(() -> drains.drain(config.nodeId(), limit, drained));
        } catch (RejectedExecutionException e) {
            drained.completeExceptionally(e);
        }
        return drained.exceptionally(failure -> {
                    LOG.info("node {} leaves without handing over: {}", config.nodeId(), failure.toString());
                    int left = receiver.activeShards();
                    return new DrainReport(config.nodeId(), left == 0, 0, left, Duration.ZERO);
                })
                .thenCompose(report -> abdicate().thenApply(done -> report))
                .thenCompose(report -> goodbye().thenApply(done -> report));
    }

    /** A leader names its successor, so that nobody has to miss it first. */
    private CompletableFuture<Void> abdicate() {
        if (!store.isLeader()) {
            return CompletableFuture.completedFuture(null);
        }
        return LiveNode.all(store.view()).stream()
                .map(LiveNode::nodeId)
                .filter(other -> !other.equals(config.nodeId()))
                .filter(Wiring.names(config.seeds())::contains)
                .findFirst()
                .map(heir -> store.transferLeadership(heir, ABDICATION).exceptionally(failure -> {
                    LOG.info("node {} leaves as leader: {}", config.nodeId(), failure.toString());
                    return null;
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> goodbye() {
        CompletableFuture<Void> said = new CompletableFuture<>();
        try {
            cluster.schedule(TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS), () -> said.complete(null));
            cluster.execute(() -> {
                boolean hadSession = membership.session() != null;
                membership.close();
                if (!hadSession) {
                    said.complete(null);
                    return;
                }
                CompletableFuture<?> unused =
                        store.closeSession().whenComplete((ended, failure) -> said.complete(null));
            });
        } catch (RejectedExecutionException e) {
            said.complete(null); // closed already
        }
        return said;
    }

    /** The last step alone, when there is no time for the others. Blocks, but never long. */
    void sayGoodbye() {
        CompletableFuture<Void> said = goodbye();
        if (platform.isVirtual()) {
            return; // nobody waits in virtual time
        }
        try {
            said.get(2 * GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("node {} leaves without saying goodbye: {}", config.nodeId(), e.toString());
        }
    }
}
