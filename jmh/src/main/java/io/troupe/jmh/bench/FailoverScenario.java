package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.troupe.actors.ClusterActorSystem;

/** Kills a node of three and waits until every shard it owned answers again. */
final class FailoverScenario {
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final long LIMIT_SECONDS = 30;
    private static final int SHARDS = 1024;

    private final Rounds rounds;
    private final Report report;

    FailoverScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        measure(Target.FAILOVER_LEADER, true);
        measure(Target.FAILOVER_FOLLOWER, false);
    }

    void measure(Target target, boolean leader) throws IOException, InterruptedException {
        double[] seconds = new double[rounds.rounds()];
        double longest = 0;
        for (int round = 0; round < seconds.length; round++) {
            try (BenchCluster cluster = new BenchCluster(3)) {
                seconds[round] = killAndWait(cluster, leader ? cluster.leader() : cluster.follower());
                longest = Math.max(longest, seconds[round]);
            }
        }
        String detail = String.format(Locale.ROOT, "n %d, max %.2f s", seconds.length, longest);
        report.measured(target, Rounds.median(seconds), detail);
    }

    private static double killAndWait(BenchCluster cluster, String victim) throws InterruptedException {
        ClusterActorSystem client = cluster.client();
        Map<Integer, String> waiting = new ConcurrentHashMap<>(probes(client, victim));
        Map<Integer, Boolean> asked = new ConcurrentHashMap<>();
        cluster.node(victim).kill();
        long start = System.nanoTime();
        while (!waiting.isEmpty()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new BenchException(
                        waiting.size() + " shards of " + victim + " were not served after " + LIMIT_SECONDS + " s");
            }
            waiting.forEach((shard, id) -> {
                String owner = client.cluster().owner(shard);
                if (owner != null && !owner.equals(victim) && asked.putIfAbsent(shard, true) == null) {
                    CompletableFuture<BenchNode.Total> unused = client.entity(BenchNode.COUNTER, id)
                            .ask(new BenchNode.Read(), PROBE_LIMIT)
                            .whenComplete((total, failure) -> {
                                if (failure == null) {
                                    waiting.remove(shard);
                                }
                                asked.remove(shard);
                            });
                }
            });
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return (System.nanoTime() - start) / 1e9;
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
