package io.troupe.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Watches a run while the driver sends: shows progress, hits nodes half-way, measures the recovery from one kill, cuts
 * links if asked to, and gives up when nothing moves any more. Confined to the launcher's main thread.
 */
final class Watcher {
    private static final long TICK_MILLIS = 5;
    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CUT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long STALLED_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long RECOVERY_LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    private final DemoOptions options;
    private final LocalCluster cluster;
    private final OrderGateway gateway;
    private final OrderDriver driver;
    private final DemoConsole console;
    private final SplittableRandom random;
    private final Histogram latencies = new Histogram(3);
    private final Supplier<CompletableFuture<Void>> strikes;
    private @Nullable Death death;
    /** What hits the nodes, unless it is one kill. */
    private @Nullable CompletableFuture<Void> strike;

    private long progressAtNs;
    private long ackedAtProgress;
    private long ackedAtMove;
    private long movedAtNs;
    private long cutAtNs;

    /** The one kill of a run and what came after it. */
    private static final class Death {
        final Victim victim;
        final long atNs;
        final Recovery recovery;
        boolean told;
        long leaderAfterNs = -1;

        Death(Victim victim, long atNs, Recovery recovery) {
            this.victim = victim;
            this.atNs = atNs;
            this.recovery = recovery;
        }
    }

    Watcher(
            DemoOptions options,
            LocalCluster cluster,
            OrderGateway gateway,
            OrderDriver driver,
            DemoConsole console,
            Supplier<CompletableFuture<Void>> strikes) {
        this.options = options;
        this.cluster = cluster;
        this.gateway = gateway;
        this.driver = driver;
        this.console = console;
        this.strikes = strikes;
        this.random = new SplittableRandom(options.launch().seed());
    }

    /** {@return all latencies in microseconds, once the driver is done and the recovery is over} */
    Histogram watch(CompletableFuture<Void> done) throws InterruptedException {
        long now = System.nanoTime();
        progressAtNs = now;
        movedAtNs = now;
        cutAtNs = now;
        while (!isOver(done)) {
            tick(System.nanoTime());
        }
        tick(System.nanoTime());
        latencies.add(driver.takeLatencies());
        return latencies;
    }

    /** Waits one tick for the driver; a recovery is watched to its end even if the driver is done before. */
    private boolean isOver(CompletableFuture<Void> done) throws InterruptedException {
        if (done.isDone() && isRecovering()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
            return false;
        }
        try {
            done.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            return !isRecovering();
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException failed) {
            throw new IllegalStateException("the driver failed", failed.getCause());
        }
    }

    private boolean isRecovering() {
        return (death != null && !death.told) || isStruck();
    }

    private boolean isStruck() {
        return strike != null && !strike.isDone();
    }

    private void tick(long now) {
        checkAlive();
        checkMoving(now);
        if (death == null && strike == null && driver.acked() >= driver.total() / 2) {
            begin();
        }
        if (death != null && !death.told) {
            watchRecovery(death, now);
        }
        if (options.fault() == Fault.CUT_LINKS && now - cutAtNs >= CUT_NS) {
            cutAtNs = now;
            gateway.cutLink("n" + (1 + random.nextInt(options.launch().nodes())));
        }
        if (now - progressAtNs >= PROGRESS_NS) {
            showProgress(now);
        }
    }

    private void begin() {
        if (options.launch().endsOneNode()) {
            death = kill(Victim.choose(options.launch(), cluster).get(0));
        } else {
            strike = strikes.get();
        }
    }

    private Death kill(Victim victim) {
        Map<Integer, String> probes = Recovery.probesOf(gateway, victim.nodeId());
        victim.kill(console);
        long now = System.nanoTime();
        return new Death(victim, now, new Recovery(gateway, victim.nodeId(), probes, now));
    }

    private void watchRecovery(Death kill, long now) {
        kill.recovery.tick();
        StatusLine status = cluster.newestStatus();
        boolean lostLeader = kill.victim.isLeader();
        if (kill.leaderAfterNs < 0
                && (!lostLeader || status.term() > kill.victim.before().term())) {
            kill.leaderAfterNs = now - kill.atNs;
        }
        if (kill.leaderAfterNs >= 0 && kill.recovery.shardsWaiting() == 0) {
            kill.told = true;
            console.event(String.format(
                    Locale.ROOT,
                    "leader %s term %d (%s), all shards served (+%.1f s)",
                    status.leader(),
                    status.term(),
                    lostLeader ? String.format(Locale.ROOT, "+%.1f s", kill.leaderAfterNs / 1e9) : "as before",
                    kill.recovery.servedAfterNs() / 1e9));
        } else if (now - kill.atNs > RECOVERY_LIMIT_NS) {
            throw new NodeFailedException(
                    kill.recovery.shardsWaiting() + " shards of " + kill.victim.nodeId() + " are still not served "
                            + RECOVERY_LIMIT_NS / 1_000_000_000 + " s after it was killed; leader " + status.leader()
                            + " term " + status.term() + System.lineSeparator() + cluster.condition(),
                    false);
        }
    }

    private void checkAlive() {
        if (isStruck()) {
            return;
        }
        if (strike != null) {
            Launch.over(List.of(strike));
        }
        for (NodeProcess node : cluster.nodes()) {
            if (!node.isAlive() && (death == null || death.victim.process() != node)) {
                throw new NodeFailedException(node.condition(), false);
            }
        }
    }

    private void checkMoving(long now) {
        long acked = driver.acked();
        // What hits nodes has limits of its own.
        if (acked != ackedAtMove || isStruck()) {
            ackedAtMove = acked;
            movedAtNs = now;
        } else if (now - movedAtNs > STALLED_NS && acked < driver.total()) {
            throw new NodeFailedException(
                    "nothing was acknowledged for " + STALLED_NS / 1_000_000_000 + " s: "
                            + progress(0).head() + " | " + progress(0).tail() + System.lineSeparator()
                            + cluster.condition(),
                    false);
        }
    }

    private void showProgress(long now) {
        Histogram interval = driver.takeLatencies();
        latencies.add(interval);
        console.progress(progress(interval.getValueAtPercentile(99)));
        ackedAtProgress = driver.acked();
        progressAtNs = now;
    }

    private Progress progress(long p99Micros) {
        long acked = driver.acked();
        return new Progress(
                new Progress.Traffic(
                        acked,
                        driver.total(),
                        acked - ackedAtProgress,
                        driver.inFlight(),
                        gateway.retried(),
                        p99Micros),
                cluster.newestStatus(),
                cluster.nodes().stream()
                        .map(node -> new Progress.NodeShards(
                                node.nodeId(), node.isAlive(), node.status().shards()))
                        .toList());
    }
}
