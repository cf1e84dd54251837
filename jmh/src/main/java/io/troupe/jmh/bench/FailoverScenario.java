package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.metadata.MetadataConfig.Election;

/**
 * Kills a node of three: until a write succeeds again, and until every shard it owned answers again. Then moves shards
 * of nodes that live.
 */
final class FailoverScenario {
    /** Leader loss to write, with one election preset. */
    record WriteLoss(Target median, Target longest, Election election, Duration lease) {}

    /** Node loss to all shards served. */
    record NodeLoss(Target target, boolean leader, Election election, Duration lease) {}

    private static final Duration LONG_LEASE = Duration.ofSeconds(3);

    static final List<WriteLoss> WRITE_LOSSES = List.of(
            new WriteLoss(Target.WRITE_FAST, Target.WRITE_FAST_MAX, Election.FAST, LONG_LEASE),
            new WriteLoss(Target.WRITE_DEFAULT, Target.WRITE_DEFAULT_MAX, Election.DEFAULT, LONG_LEASE),
            new WriteLoss(Target.WRITE_SAFE, Target.WRITE_SAFE_MAX, Election.SAFE, LONG_LEASE));

    static final List<NodeLoss> NODE_LOSSES = List.of(
            new NodeLoss(Target.SERVED_FOLLOWER_SHORT, false, Election.FAST, BenchCluster.SHORT_LEASE),
            new NodeLoss(Target.SERVED_LEADER_SHORT, true, Election.FAST, BenchCluster.SHORT_LEASE),
            new NodeLoss(Target.SERVED_FOLLOWER_LONG, false, Election.DEFAULT, LONG_LEASE),
            new NodeLoss(Target.SERVED_LEADER_LONG, true, Election.DEFAULT, LONG_LEASE));

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final long LIMIT_SECONDS = 30;
    private static final int SHARDS = 1024;

    /** Between a restart and the next kill, so that the returned voter has caught up. */
    private static final long SETTLE_MILLIS = 500;

    /** Most clusters that are formed for one line: forming takes longer than what is measured. */
    private static final int CLUSTERS = 5;

    /**
     * What nodes have done before one is killed: the first messages of a JVM are slow, and are not what is measured.
     */
    private static final int WARM_ROUNDS = 10, WARM_ENTITIES = 2_000;

    private static final int ENOUGH_FOR_P99 = 100;

    private final Rounds rounds;
    private final Report report;

    FailoverScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    static void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        FailoverScenario scenario = new FailoverScenario(rounds, report);
        for (WriteLoss loss : WRITE_LOSSES) {
            report.part(loss.median.title, () -> scenario.measure(loss));
        }
        for (NodeLoss loss : NODE_LOSSES) {
            report.part(loss.target.title, () -> scenario.measure(loss));
        }
        report.part("planned moves of a shard", () -> MoveStall.measure(rounds, report));
    }

    void measure(WriteLoss loss) throws IOException, InterruptedException {
        double[] bare = kills(RatisPeer.class, List.of(loss.election.name()), (rounds.kills() + 1) / 2);
        double[] own = kills(BenchNode.class, BenchNode.options(loss.lease, loss.election), rounds.kills());
        String detail = describe(own) + "; bare Ratis " + describe(bare);
        report.measured(loss.median, Rounds.median(own), Rounds.median(bare), detail);
        report.measured(loss.longest, longest(own), longest(bare), "n " + own.length + ", bare n " + bare.length);
    }

    void measure(NodeLoss loss) throws IOException, InterruptedException {
        double[] seconds = new double[Math.min(CLUSTERS, rounds.rounds())];
        double[] routed = new double[seconds.length];
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < seconds.length; round++) {
            try (BenchCluster cluster = new BenchCluster(3, loss.lease, loss.election)) {
                warm(cluster.client());
                String victim = loss.leader ? cluster.leader() : cluster.follower();
                Served served = killAndServe(cluster, victim, failures);
                seconds[round] = served.seconds;
                routed[round] = served.routedSeconds;
            }
        }
        String failed = failures.isEmpty()
                ? ""
                : "; " + failures.size() + " probes failed and were repeated, the first with: " + failures.peek();
        report.measured(
                loss.target,
                Rounds.median(seconds),
                describe(seconds) + "; all had a new owner: " + describe(routed) + failed);
    }

    private static void warm(ClusterActorSystem client) {
        for (int round = 0; round < WARM_ROUNDS; round++) {
            CompletableFuture.allOf(IntStream.range(0, WARM_ENTITIES)
                            .mapToObj(n -> client.entity(BenchNode.COUNTER, "warm-" + n)
                                    .ask(new BenchNode.Read(), Duration.ofSeconds(LIMIT_SECONDS)))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    private static String describe(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        String p99 = sorted.length < ENOUGH_FOR_P99
                ? ""
                : String.format(Locale.ROOT, "p99 %.2f, ", sorted[(int) Math.ceil(sorted.length * 0.99) - 1]);
        return String.format(
                Locale.ROOT,
                "n %d, p50 %.2f, %smax %.2f s",
                sorted.length,
                Rounds.median(sorted),
                p99,
                longest(sorted));
    }

    private static double longest(double[] seconds) {
        return Arrays.stream(seconds).max().orElse(Double.NaN);
    }

    /** Kills the leader again and again; each comes back before the next goes. */
    private static double[] kills(Class<?> main, List<String> options, int count)
            throws IOException, InterruptedException {
        double[] seconds = new double[count];
        try (Voters voters = new Voters(main, 3, options)) {
            for (int n = 0; n < seconds.length; n++) {
                TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
                String victim = voters.leader();
                seconds[n] = killAndWrite(voters, victim);
                if (n + 1 < seconds.length) {
                    voters.restart(victim);
                }
            }
        }
        return seconds;
    }

    /** Both survivors try to write; the first that succeeds ends the time. */
    private static double killAndWrite(Voters voters, String victim) {
        long start = System.nanoTime();
        voters.node(victim).kill();
        CompletableFuture<Void> written = new CompletableFuture<>();
        CompletableFuture<?>[] ends = voters.allBut(victim).stream()
                .map(child -> {
                    CompletableFuture<Void> end = new CompletableFuture<>();
                    tryToWrite(child, written, end);
                    return end;
                })
                .toArray(CompletableFuture[]::new);
        try {
            written.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
            double seconds = (System.nanoTime() - start) / 1e9;
            CompletableFuture.allOf(ends)
                    .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .join();
            return seconds;
        } catch (CompletionException e) {
            throw new BenchException("no write succeeded after " + victim + " was killed: " + e.getCause());
        }
    }

    /** Asks again until somebody has written; then the end is told, and the child is free for other questions. */
    private static void tryToWrite(Child child, CompletableFuture<Void> written, CompletableFuture<Void> end) {
        CompletableFuture<?> unused = child.call("try").whenComplete((answer, failure) -> {
            if (failure != null) {
                written.completeExceptionally(failure);
                end.completeExceptionally(failure);
            } else if (answer.equals(WriteLoad.WRITTEN)) {
                written.complete(null);
                end.complete(null);
            } else if (written.isDone()) {
                end.complete(null);
            } else {
                tryToWrite(child, written, end);
            }
        });
    }

    /** When every shard had a new owner as the client saw it, and when every one had answered. */
    private record Served(double routedSeconds, double seconds) {}

    private static Served killAndServe(BenchCluster cluster, String victim, Queue<String> failures)
            throws InterruptedException {
        ClusterActorSystem client = cluster.client();
        Map<Integer, String> waiting = new ConcurrentHashMap<>(probes(client, victim));
        Set<Integer> unrouted = ConcurrentHashMap.newKeySet();
        unrouted.addAll(waiting.keySet());
        Map<Integer, Boolean> asked = new ConcurrentHashMap<>();
        long start = System.nanoTime();
        double routedSeconds = 0;
        cluster.node(victim).kill();
        while (!waiting.isEmpty()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new BenchException(
                        waiting.size() + " shards of " + victim + " were not served after " + LIMIT_SECONDS + " s");
            }
            waiting.forEach((shard, id) -> {
                String owner = client.cluster().owner(shard);
                if (owner != null && !owner.equals(victim) && asked.putIfAbsent(shard, true) == null) {
                    unrouted.remove(shard);
                    CompletableFuture<BenchNode.Total> unused = client.entity(BenchNode.COUNTER, id)
                            .ask(new BenchNode.Read(), PROBE_LIMIT)
                            .whenComplete((total, failure) -> {
                                if (failure == null) {
                                    waiting.remove(shard);
                                } else {
                                    failures.add(BenchCommand.firstLine(failure));
                                }
                                asked.remove(shard);
                            });
                }
            });
            if (routedSeconds == 0 && unrouted.isEmpty()) {
                routedSeconds = (System.nanoTime() - start) / 1e9;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return new Served(routedSeconds, (System.nanoTime() - start) / 1e9);
    }

    /** For every shard of the node an id that hashes into it. */
    private static Map<Integer, String> probes(ClusterActorSystem client, String victim) {
        Map<Integer, String> probes = new HashMap<>();
        int owned = client.cluster().shardsPerOwner().getOrDefault(victim, 0);
        for (int n = 0; probes.size() < owned && n < SHARDS * SHARDS; n++) {
            String id = "probe-" + n;
            int shard = client.cluster().shardOf(BenchNode.COUNTER.name(), id);
            if (victim.equals(client.cluster().owner(shard))) {
                probes.put(shard, id);
            }
        }
        return probes;
    }
}
