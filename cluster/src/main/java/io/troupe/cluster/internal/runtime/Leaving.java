package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DrainReport;
import io.troupe.cluster.ShutdownPhase;
import io.troupe.cluster.ShutdownReport;
import io.troupe.cluster.spi.Platform;
import io.troupe.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node leaves: the phases of {@link ShutdownPhase} one after the other, each with its hooks first. All of them
 * together are bounded in time; one that fails or has no time left is left out and reported, for the lease ends what is
 * left. Any thread.
 */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);

    /** Saying goodbye is worth this much, whatever the limit was. */
    private static final long GOODBYE_MILLIS = 1_000;

    /** How often it is looked whether all has settled. */
    private static final long LOOK_NS = 5_000_000;

    private final Platform platform;
    private final Requests requests;
    private final MetadataStore store;
    private final Membership membership;
    private final Locks locks;
    private final Drains drains;
    private final HostedShards shards;
    private final Sender sender;
    private final Succession succession;
    private final List<Hook> hooks = new CopyOnWriteArrayList<>();
    private @Nullable CompletableFuture<ShutdownReport> stopping;

    private record Hook(ShutdownPhase phase, String name, Supplier<? extends CompletableFuture<?>> action) {}

    /** One run through the phases. */
    private static final class Progress {
        final long endNs;
        final Map<ShutdownPhase, Duration> took = new EnumMap<>(ShutdownPhase.class);
        final List<String> problems = new CopyOnWriteArrayList<>();
        volatile @Nullable DrainReport drain;

        Progress(long endNs) {
            this.endNs = endNs;
        }

        long leftNs(long nowNs) {
            return Math.max(0, endNs - nowNs);
        }
    }

    Leaving(
            Platform platform,
            Requests requests,
            Locks locks,
            Drains drains,
            HostedShards shards,
            Sender sender,
            Succession succession) {
        this.platform = platform;
        this.requests = requests;
        this.store = succession.store();
        this.membership = locks.membership();
        this.locks = locks;
        this.drains = drains;
        this.shards = shards;
        this.sender = sender;
        this.succession = succession;
    }

    void onShutdown(ShutdownPhase phase, String name, Supplier<? extends CompletableFuture<?>> action) {
        hooks.add(new Hook(phase, name, action));
    }

    /** All phases up to the hooks of the last one; never fails. Asked again it answers the same. */
    synchronized CompletableFuture<ShutdownReport> stop(Duration limit) {
        CompletableFuture<ShutdownReport> present = stopping;
        if (present == null) {
            Progress progress = new Progress(platform.clock().nanoTime() + Requests.nanos(limit));
            present = phase(progress, ShutdownPhase.HAND_OVER, () -> handOver(progress))
                    .thenCompose(done -> phase(progress, ShutdownPhase.SETTLE, this::settle))
                    .thenCompose(done -> phase(progress, ShutdownPhase.ABDICATE, () -> abdicate(progress)))
                    .thenCompose(done -> phase(progress, ShutdownPhase.LEAVE, this::goodbye))
                    .thenCompose(done -> hooks(progress, ShutdownPhase.CLOSE))
                    .thenApply(done -> report(progress));
            stopping = present;
        }
        return present;
    }

    private ShutdownReport report(Progress progress) {
        DrainReport drain = progress.drain;
        int left = shards.activeShards();
        return new ShutdownReport(
                drain == null ? new DrainReport(store.nodeId(), left == 0, 0, left, Duration.ZERO) : drain,
                progress.took,
                sender.unsettled(),
                progress.problems);
    }

    private CompletableFuture<Void> phase(Progress progress, ShutdownPhase phase, Supplier<CompletableFuture<?>> step) {
        long sinceNs = platform.clock().nanoTime();
        return hooks(progress, phase)
                .thenCompose(done -> phase == ShutdownPhase.LEAVE
                        ? step.get().thenAccept(left -> {}) // bounded by itself
                        : inTime(progress, phase.name(), step))
                .thenRun(() -> progress.took.put(
                        phase, Duration.ofNanos(platform.clock().nanoTime() - sinceNs)));
    }

    private CompletableFuture<Void> hooks(Progress progress, ShutdownPhase phase) {
        List<CompletableFuture<?>> running = new ArrayList<>();
        for (Hook hook : hooks) {
            if (hook.phase == phase) {
                running.add(inTime(progress, "hook '" + hook.name + "' of " + phase, hook.action));
            }
        }
        return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    }

    /** Never fails: what does, or is not done in time, is a problem of the report. */
    private CompletableFuture<Void> inTime(
            Progress progress, String what, Supplier<? extends CompletableFuture<?>> step) {
        if (requests.isClosed()) {
            progress.problems.add(what + " was left out: the node was closed");
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> over = requests.track(new CompletableFuture<>());
        TimeoutException late = new TimeoutException();
        requests.later(progress.leftNs(platform.clock().nanoTime()), () -> over.completeExceptionally(late));
        try {
            CompletableFuture<?> unused = step.get().whenComplete((done, failure) -> {
                if (failure == null) {
                    over.complete(null);
                } else {
                    over.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            over.completeExceptionally(e);
        }
        return over.exceptionally(failure -> {
            progress.problems.add(what
                    + (failure == late
                            ? " was not done in time"
                            : requests.isClosed()
                                    ? " was cut short: the node was closed"
                                    : " failed: " + why(failure)));
            return null;
        });
    }

    private static String why(Throwable failure) {
        ClusterException known = Wiring.explain(failure);
        Throwable cause = known.getCause();
        return known.code() == ClusterException.Code.FAILED && cause != null
                ? cause.toString()
                : String.valueOf(known.getMessage());
    }

    private CompletableFuture<?> handOver(Progress progress) {
        Duration limit = Duration.ofNanos(progress.leftNs(platform.clock().nanoTime()));
        return requests.<DrainReport>onCluster(drained -> drains.drain(store.nodeId(), limit, drained))
                .thenAccept(report -> progress.drain = report);
    }

    private CompletableFuture<?> settle() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        lookWhetherSettled(settled);
        return settled;
    }

    private void lookWhetherSettled(CompletableFuture<Void> settled) {
        if (sender.unsettled() == 0) {
            settled.complete(null);
        } else {
            requests.later(LOOK_NS, () -> lookWhetherSettled(settled));
        }
    }

    /** A leader names its successor, so that nobody has to miss it first; if that one cannot lead, the next one. */
    private CompletableFuture<?> abdicate(Progress progress) {
        Duration limit =
                Duration.ofNanos(Math.max(1, progress.leftNs(platform.clock().nanoTime())));
        return requests.<String>onCluster(request -> {
            if (store.isLeader() && !succession.heirs().isEmpty()) {
                succession.abdicate(limit, request);
            } else {
                request.complete(store.nodeId());
            }
        });
    }

    /** So that the others need not wait for the lease to pass. Never fails, never takes long. */
    private CompletableFuture<Void> goodbye() {
        CompletableFuture<Void> said = requests.onCluster(left -> {
            boolean hadSession = membership.session() != null;
            membership.close();
            locks.loseAll();
            if (hadSession) {
                CompletableFuture<?> unused =
                        membership.closeSessions().whenComplete((ended, failure) -> left.complete(null));
            } else {
                left.complete(null);
            }
        });
        requests.later(TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS), () -> said.complete(null));
        return said.exceptionally(closedMeanwhile -> null);
    }

    /** That step alone, when there is no time for the others. Blocks, but never long. */
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
            LOG.info("node {} leaves without saying goodbye: {}", store.nodeId(), e.toString());
        }
    }
}
