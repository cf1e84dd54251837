package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Pid;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MoveReport;
import io.troupe.metadata.MetadataConfig.Election;
import org.HdrHistogram.Histogram;

/**
 * Moves the shard of a durable entity between live nodes while one client asks that entity again and again, one
 * question at a time: the longest that an answer took around the move is its stall.
 */
final class MoveStall {
    /** Of the load: what waits for its end at a time, and the entities of it. */
    private static final int WINDOW = 200, ENTITIES = 1_000;

    /** So many moves for each that is measured come first, in JVMs that have never made one: told beside it. */
    private static final int WARM_UPS = 2;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** How long it is asked before a move and after it. */
    private static final long AROUND_MILLIS = 100;

    private MoveStall() {}

    static void measure(Rounds rounds, Report report) throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(3, Duration.ofSeconds(3), Election.DEFAULT)) {
            double[] first = moves(cluster.client(), WARM_UPS * rounds.kills(), Rounds.histogram());
            Histogram idle = Rounds.histogram();
            tell(report, Target.MOVE_IDLE, moves(cluster.client(), rounds.kills(), idle), idle, told(first));
            AtomicBoolean busy = new AtomicBoolean(true);
            AtomicLong told = new AtomicLong();
            long sinceNs = System.nanoTime();
            CompletableFuture<Void> load = load(cluster.client(), busy, told);
            Histogram loaded = Rounds.histogram();
            double[] underLoad;
            double perSecond;
            try {
                first = moves(cluster.client(), WARM_UPS * rounds.kills(), Rounds.histogram());
                underLoad = moves(cluster.client(), rounds.kills(), loaded);
            } finally {
                perSecond = told.get() * 1e9 / (System.nanoTime() - sinceNs);
                busy.set(false);
                load.join();
            }
            tell(
                    report,
                    Target.MOVE_LOAD,
                    underLoad,
                    loaded,
                    told(first) + String.format(Locale.ROOT, "; beside %,.0f durable effects a second", perSecond));
        }
    }

    private static String told(double[] first) {
        return String.format(
                Locale.ROOT,
                "; the %d moves before them: the first %.1f, p50 %.1f ms",
                first.length,
                first[0],
                Rounds.median(first));
    }

    private static void tell(Report report, Target target, double[] millis, Histogram answers, String detail) {
        report.measured(
                target,
                Arrays.stream(millis).max().orElse(Double.NaN),
                String.format(
                                Locale.ROOT,
                                "n %d, p50 %.1f ms; all answers p50 %.1f, p99 %.1f ms",
                                millis.length,
                                Rounds.median(millis),
                                Rounds.micros(answers, 50) / 1e3,
                                Rounds.micros(answers, 99) / 1e3)
                        + detail);
    }

    /** {@return the stalls of some moves, in milliseconds} */
    private static double[] moves(ClusterActorSystem client, int count, Histogram answers) throws InterruptedException {
        double[] millis = new double[count];
        List<String> nodes = List.copyOf(client.cluster().shardsPerOwner().keySet());
        Pid<BenchNode.Note> moved = client.entity(BenchNode.COUNTER, "moved");
        for (int n = 0; n < count; n++) {
            String owner = owner(client, moved);
            String to = nodes.stream()
                    .filter(node -> !node.equals(owner))
                    .skip(n % (nodes.size() - 1))
                    .findFirst()
                    .orElseThrow();
            millis[n] = stall(client, moved, to, answers) / 1e6;
        }
        return millis;
    }

    private static String owner(ClusterActorSystem client, Pid<?> actor) {
        Cluster cluster = client.cluster();
        return String.valueOf(cluster.owner(cluster.shardOf(BenchNode.COUNTER.name(), actor.actorId())));
    }

    /** The longest answer from some time before the move until some time after it. */
    private static long stall(ClusterActorSystem client, Pid<BenchNode.Note> moved, String to, Histogram answers) {
        CompletableFuture<MoveReport> move = null;
        long longest = 0;
        long beginNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AROUND_MILLIS);
        long endNs = Long.MAX_VALUE;
        for (long sentNs = System.nanoTime(); sentNs < endNs; sentNs = System.nanoTime()) {
            if (move == null && sentNs - beginNs >= 0) {
                move = client.migrate(moved, to, LIMIT);
            }
            moved.ask(new BenchNode.Read(), LIMIT).join();
            long nowNs = System.nanoTime();
            longest = Math.max(longest, nowNs - sentNs);
            answers.recordValue(nowNs - sentNs);
            if (move != null && move.isDone() && endNs == Long.MAX_VALUE) {
                endNs = nowNs + TimeUnit.MILLISECONDS.toNanos(AROUND_MILLIS);
            }
        }
        if (move == null || !move.join().moved()) {
            throw new BenchException("the shard of " + moved.entity() + " did not move to " + to);
        }
        return longest;
    }

    /** Tells entities of all nodes, with a bounded number of messages under way, until it is to end. */
    private static CompletableFuture<Void> load(ClusterActorSystem client, AtomicBoolean busy, AtomicLong told) {
        CompletableFuture<?>[] lanes = new CompletableFuture<?>[WINDOW];
        for (int lane = 0; lane < WINDOW; lane++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            lanes[lane] = end;
            next(client, lane, busy, told, end);
        }
        return CompletableFuture.allOf(lanes);
    }

    private static void next(
            ClusterActorSystem client, int n, AtomicBoolean busy, AtomicLong told, CompletableFuture<Void> end) {
        if (!busy.get()) {
            end.complete(null);
            return;
        }
        CompletableFuture<?> unused = client.entity(BenchNode.COUNTER, "load-" + n % ENTITIES)
                .tell(new BenchNode.Add(1), DeliveryGuarantee.EXACTLY_ONCE)
                .whenComplete((outcome, failure) -> {
                    told.incrementAndGet();
                    next(client, n + WINDOW, busy, told, end);
                });
    }
}
