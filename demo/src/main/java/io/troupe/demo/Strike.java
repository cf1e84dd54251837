package io.troupe.demo;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.cluster.NodeInfo;
import io.troupe.cluster.NodeState;

/**
 * What hits nodes half-way, on a thread of its own so that messages flow meanwhile. It is over when everybody works
 * again; only the one victim of a kill stays dead.
 */
final class Strike {
    /** Leases that a paused node is silent for: the others replace it, and it knows that it is fenced. */
    private static final int SILENT_LEASES = 3;

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long LOOK_NANOS = 10_000_000;

    private final LaunchOptions options;
    private final LocalCluster cluster;
    private final ClusterActorSystem driver;
    private final DemoConsole console;

    private Strike(LaunchOptions options, LocalCluster cluster, ClusterActorSystem driver, DemoConsole console) {
        this.options = options;
        this.cluster = cluster;
        this.driver = driver;
        this.console = console;
    }

    /** {@return completes when it is over; fails if a node does not come back} Does nothing if nobody is to be hit. */
    static CompletableFuture<Void> begin(
            LaunchOptions options, LocalCluster cluster, ClusterActorSystem driver, DemoConsole console) {
        Strike strike = new Strike(options, cluster, driver, console);
        List<Victim> victims = Victim.choose(options, cluster);
        if (victims.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> over = new CompletableFuture<>();
        Thread thread = new Thread(() -> strike.run(victims, over), "troupe-demo-strike");
        thread.setDaemon(true);
        thread.start();
        return over;
    }

    private void run(List<Victim> victims, CompletableFuture<Void> over) {
        try {
            switch (options.harm()) {
                case KILL -> kill(victims);
                case PAUSE -> pause(victims);
                case RESTART -> restart(victims);
            }
            over.complete(null);
        } catch (IOException | InterruptedException | RuntimeException failure) {
            over.completeExceptionally(failure);
        }
    }

    private void kill(List<Victim> victims) throws IOException, InterruptedException {
        // All at once: none may see the others go.
        victims.forEach(victim -> victim.process().signalKill());
        victims.forEach(victim -> victim.kill(console));
        if (!options.endsOneNode()) {
            startAgain(victims.stream().map(Victim::nodeId).toList());
        }
    }

    private void restart(List<Victim> victims) throws IOException, InterruptedException {
        for (Victim victim : victims) {
            console.event("RESTART " + victim.who());
            cluster.node(victim.nodeId()).leave();
            startAgain(List.of(victim.nodeId()));
        }
    }

    private void startAgain(List<String> nodeIds) throws IOException, InterruptedException {
        long beginNs = System.nanoTime();
        Launch.await(cluster.restart(nodeIds), String.join(" ", nodeIds) + " to start again", cluster);
        say("%s up again (+%.1f s)", String.join(" ", nodeIds), beginNs);
    }

    private void pause(List<Victim> victims) throws IOException {
        Map<String, Long> before = new HashMap<>();
        driver.cluster().nodes().forEach(node -> before.put(node.nodeId(), node.incarnation()));
        String nodeIds = victims.stream().map(Victim::nodeId).collect(Collectors.joining(" "));
        long pausedNs = System.nanoTime();
        List<Closeable> pauses = new ArrayList<>();
        try {
            for (Victim victim : victims) {
                console.event("PAUSE " + victim.who());
                pauses.add(victim.process().pause());
            }
            LockSupport.parkNanos(options.settings()
                    .failover()
                    .lease()
                    .multipliedBy(SILENT_LEASES)
                    .toNanos());
            // If all are silent there is nobody who could replace one.
            if (victims.size() == 1) {
                await(
                        () -> driver.cluster().nodes().stream()
                                .noneMatch(node -> node.nodeId().equals(nodeIds)),
                        "the others to replace " + nodeIds);
            }
        } finally {
            for (Closeable pause : pauses) {
                pause.close();
            }
        }
        say("%s goes on after %.1f s", nodeIds, pausedNs);
        long resumedNs = System.nanoTime();
        boolean anew = victims.size() == 1;
        await(
                () -> victims.stream().allMatch(victim -> isUp(victim.nodeId(), anew, before)),
                nodeIds + " to be up again");
        say(anew ? "%s was fenced, and is back in a new life (+%.1f s)" : "%s are up (+%.1f s)", nodeIds, resumedNs);
    }

    private boolean isUp(String nodeId, boolean anew, Map<String, Long> before) {
        for (NodeInfo node : driver.cluster().nodes()) {
            if (node.nodeId().equals(nodeId)) {
                return node.state() == NodeState.UP && (!anew || node.incarnation() > before.getOrDefault(nodeId, 0L));
            }
        }
        return false;
    }

    private void await(BooleanSupplier condition, String what) {
        long endNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                throw new NodeFailedException(Launch.vain(LIMIT, what, cluster), false);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void say(String format, String nodeIds, long sinceNs) {
        console.event(String.format(Locale.ROOT, format, nodeIds, (System.nanoTime() - sinceNs) / 1e9));
    }
}
