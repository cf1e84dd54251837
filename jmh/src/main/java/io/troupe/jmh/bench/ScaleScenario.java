package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Pid;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.MetadataConfig.Election;
import org.HdrHistogram.Histogram;

/**
 * Very many durable entities, and very many keys, on three nodes with a log each: what they take of the heap, how long
 * a snapshot holds a commit up, how long a node takes to come back, and how many reminders come in time.
 */
final class ScaleScenario {
    static final int NODES = 3;

    /** One reminder for so many entities. */
    private static final int PER_REMINDER = 10;

    /** The default, as in the other scenarios. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final int LIMIT_SECONDS = 120;
    private static final String HEAVY = "heavy 2";
    private static final double MIB = 1 << 20;
    private static final long LOOK_MILLIS = 2;

    private final Rounds rounds;
    private final Report report;
    private final int nodes;
    private final int count;

    /** Durable effects a second, while the entities were written. */
    private double perSecond;

    ScaleScenario(Rounds rounds, Report report, int nodes) {
        this.rounds = rounds;
        this.report = report;
        this.nodes = nodes;
        count = rounds.entities();
    }

    static void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        run(rounds, report, NODES);
    }

    static void run(Rounds rounds, Report report, int nodes) throws IOException, InterruptedException {
        ScaleScenario scenario = new ScaleScenario(rounds, report, nodes);
        try (BenchCluster cluster = new BenchCluster(ScaleNode.PROGRAM, nodes)) {
            report.part("entities", () -> scenario.fill(cluster));
            report.part("commits beside snapshots", () -> scenario.stalls(cluster));
            report.part("reminders", () -> scenario.reminders(cluster));
            report.part("a node comes back", () -> scenario.restart(cluster));
        }
        try (Voters voters =
                new Voters(ScaleNode.class, ScaleNode.MEMORY, nodes, BenchNode.options(LEASE, Election.SAFE))) {
            report.part("keys", () -> scenario.keys(voters));
        }
    }

    void fill(BenchCluster cluster) throws InterruptedException {
        ClusterActorSystem client = cluster.client();
        byte[] text = new byte[ScaleNode.LENGTH];
        ScaleLoad load =
                new ScaleLoad(n -> page(client, n).tell(new ScaleNode.Write(text), DeliveryGuarantee.EXACTLY_ONCE));
        perSecond = load.run(count);
        report.say("%,d entities written, %,.0f a second, %,d of them twice", count, perSecond, load.repeated());
        double most = 0;
        StringBuilder detail = new StringBuilder();
        for (Child node : cluster.nodes()) {
            Heap heap = heap(node);
            most = Math.max(most, heap.bytes / MIB);
            detail.append(String.format(
                    Locale.ROOT,
                    "%s%.0f MiB with %,d active",
                    detail.length() == 0 ? "" : ", ",
                    heap.bytes / MIB,
                    heap.active));
        }
        report.measured(Target.SCALE_HEAP, most, detail.toString());
    }

    void reminders(BenchCluster cluster) throws InterruptedException {
        new ReminderBursts(report, cluster, count / PER_REMINDER, perSecond).run();
    }

    private static Pid<ScaleNode.Page> page(ClusterActorSystem client, int n) {
        return client.entity(ScaleNode.PAGE, "page-" + n);
    }

    private record Heap(long bytes, long active) {}

    private static Heap heap(Child node) {
        String[] answer = node.ask("heap", LIMIT_SECONDS).split(" ", -1);
        return new Heap(Long.parseLong(answer[0]), Long.parseLong(answer[1]));
    }

    /** Single commits, one at a time, while voters write snapshots; each of them once in a round. */
    private void stalls(BenchCluster cluster) throws IOException, InterruptedException {
        Pid<ScaleNode.Page> page = page(cluster.client(), 0);
        Histogram beside = Rounds.histogram();
        Histogram alone = Rounds.histogram();
        try (SnapshotWatch watch = watch(cluster.voters())) {
            long untilNs = rounds.untilNs();
            while (System.nanoTime() - untilNs < 0) {
                commit(page, watch, beside, alone);
            }
            for (int round = 1; round <= rounds.rounds(); round++) {
                Child leader = cluster.node(cluster.leader());
                CompletableFuture<String> heavy = leader.call(HEAVY);
                long start = System.nanoTime();
                while (watch.endedEverywhere() < round) {
                    requireTime(start, "not every voter has written a snapshot");
                    commit(page, watch, beside, Rounds.histogram());
                    if (heavy.isDone() && !watch.isWriting()) {
                        heavy = leader.call(HEAVY);
                    }
                }
                heavy.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
            }
            report.measured(
                    Target.SCALE_STALL,
                    beside.getMaxValue() / 1e6,
                    alone.getMaxValue() / 1e6,
                    String.format(
                            Locale.ROOT,
                            "%d snapshots of every node, the longest %.0f ms; commits beside them %s; alone %s",
                            rounds.rounds(),
                            watch.longestMillis(),
                            Rounds.quantiles(beside),
                            Rounds.quantiles(alone)));
        }
    }

    private static void requireTime(long startNs, String otherwise) {
        if (System.nanoTime() - startNs > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
            throw new BenchException(otherwise + " within " + LIMIT_SECONDS + " s");
        }
    }

    private static void commit(Pid<ScaleNode.Page> page, SnapshotWatch watch, Histogram beside, Histogram alone) {
        long start = System.nanoTime();
        long took = commit(page);
        (watch.wroteSince(start) ? beside : alone).recordValue(took);
    }

    private static long commit(Pid<ScaleNode.Page> page) {
        long start = System.nanoTime();
        SendOutcome outcome = page.tell(new ScaleNode.Write(new byte[ScaleNode.LENGTH]), DeliveryGuarantee.EXACTLY_ONCE)
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        if (!(outcome instanceof SendOutcome.Committed)) {
            throw new BenchException("a message was " + outcome);
        }
        return System.nanoTime() - start;
    }

    private static SnapshotWatch watch(Voters voters) throws IOException {
        return new SnapshotWatch(voters.ids().stream().map(voters::directoryOf).toList());
    }

    /** A follower is killed and started at once; then its entities are woken, to see what each one takes. */
    private void restart(BenchCluster cluster) throws InterruptedException {
        ClusterActorSystem client = cluster.client();
        String victim = nodes == 1 ? cluster.leader() : cluster.follower();
        int share = client.cluster().shardsPerOwner().getOrDefault(victim, 0);
        Map<Integer, Integer> probes = probes(client);
        long start = System.nanoTime();
        cluster.node(victim).kill();
        cluster.voters().restart(victim);
        double ready = (System.nanoTime() - start) / 1e9;
        while (client.cluster().shardsPerOwner().getOrDefault(victim, 0) < Math.min(share, probes.size() / nodes)) {
            requireTime(start, victim + " has not got its shards back");
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        CompletableFuture<?>[] answers = probes.entrySet().stream()
                .filter(probe -> victim.equals(client.cluster().owner(probe.getKey())))
                .map(probe ->
                        page(client, probe.getValue()).tell(new ScaleNode.Touch(), DeliveryGuarantee.EXACTLY_ONCE))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(answers)
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        report.measured(
                Target.SCALE_RESTART,
                (System.nanoTime() - start) / 1e9,
                String.format(
                        Locale.ROOT,
                        "from SIGKILL until %,d shards have answered; had its log again after %.1f s",
                        answers.length,
                        ready));
        Heap before = heap(cluster.node(victim));
        int[] own = IntStream.range(0, count)
                .filter(n -> victim.equals(
                        client.cluster().owner(client.cluster().shardOf(ScaleNode.PAGE.name(), "page-" + n))))
                .toArray();
        double woken = new ScaleLoad(
                        n -> page(client, own[n]).tell(new ScaleNode.Touch(), DeliveryGuarantee.EXACTLY_ONCE))
                .run(own.length);
        Heap after = heap(cluster.node(victim));
        report.measured(
                Target.SCALE_ACTIVE,
                (double) (after.bytes - before.bytes) / (after.active - before.active) - ScaleNode.LENGTH,
                String.format(
                        Locale.ROOT,
                        "%,d entities woken, %,.0f a second; without the %d bytes of the state",
                        after.active - before.active,
                        woken,
                        ScaleNode.LENGTH));
    }

    /** For every shard a page in it; for shards without one, none. */
    private Map<Integer, Integer> probes(ClusterActorSystem client) {
        Map<Integer, Integer> probes = new TreeMap<>();
        Cluster cluster = client.cluster();
        for (int n = 0; n < count; n++) {
            probes.putIfAbsent(cluster.shardOf(ScaleNode.PAGE.name(), "page-" + n), n);
        }
        return probes;
    }

    /** A store of nothing but keys: one more snapshot once all are there, and then a follower comes back. */
    private void keys(Voters voters) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        voters.node(voters.leader()).ask("keys " + count, LIMIT_SECONDS);
        double filled = (System.nanoTime() - begin) / 1e9;
        Child leader = voters.node(voters.leader());
        double slowest = snapshot(voters, leader);
        Heap heap = heap(leader);
        report.measured(
                Target.KEYS_SNAPSHOT,
                slowest / 1e3,
                String.format(
                        Locale.ROOT,
                        "%,d keys of %d bytes, put within %.1f s; the slowest of all voters; heap %.0f MiB",
                        count,
                        ScaleNode.LENGTH,
                        filled,
                        heap.bytes / MIB));
        String leads = voters.leader();
        String victim = List.copyOf(voters.ids()).stream()
                .filter(id -> nodes == 1 || !id.equals(leads))
                .findFirst()
                .orElseThrow();
        long start = System.nanoTime();
        voters.node(victim).kill();
        voters.restart(victim);
        report.measured(
                Target.KEYS_RESTART,
                (System.nanoTime() - start) / 1e9,
                "from SIGKILL until it has all keys and is in the cluster");
    }

    /** {@return how long it took the slowest voter, in ms} */
    private static double snapshot(Voters voters, Child leader) throws IOException, InterruptedException {
        try (SnapshotWatch watch = watch(voters)) {
            long start = System.nanoTime();
            CompletableFuture<String> heavy = leader.call(HEAVY);
            while (watch.endedEverywhere() < 1) {
                requireTime(start, "not every voter has written a snapshot");
                if (heavy.isDone() && !watch.isWriting()) {
                    heavy = leader.call(HEAVY);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            heavy.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
            return watch.longestMillis();
        }
    }
}
