package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Pid;
import io.troupe.actors.Read;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.MetadataConfig.Election;
import org.HdrHistogram.Histogram;

/** Three nodes that write to disk, this JVM as the sender; and the replicated log below them beside bare Ratis. */
final class DurableScenario {
    private static final int ENTITIES = 10_000;
    private static final int FEW_KEYS = 1_000;

    /** A write is this many times slower than a round trip, and so there are fewer in a round. */
    private static final int TIMES_FEWER = 20;

    /** Ids that are tried until one lives elsewhere; a single node has no elsewhere. */
    private static final int MOST_TRIES = 100;

    /** Each look is a transaction, too. */
    private static final long LOOK_AGAIN_NS = 5_000_000;

    private static final int ANSWER_SECONDS = 120;
    private static final int VOTERS = 3;

    // The defaults: what is compared is a log at rest, not how fast it changes its leader.
    private static final Election ELECTION = Election.DEFAULT;
    private static final Duration LEASE = Duration.ofSeconds(3);

    /** A leader that loses its place within a round spoils that round. */
    private static final int TRIES = 5;

    private final Rounds rounds;
    private final Report report;
    private final int voters;

    private DurableScenario(Rounds rounds, Report report, int voters) {
        this.rounds = rounds;
        this.report = report;
        this.voters = voters;
    }

    static void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        run(rounds, report, VOTERS);
    }

    static void run(Rounds rounds, Report report, int voters) throws IOException, InterruptedException {
        new DurableScenario(rounds, report, voters).run();
    }

    private void run() throws IOException, InterruptedException {
        double bare = 0;
        try (Voters own = new Voters(BenchNode.class, voters, BenchNode.options(LEASE, ELECTION));
                Voters ratis = new Voters(RatisPeer.class, voters, List.of(ELECTION.name()))) {
            Side ours = new Side("metadata write", own, rounds, report);
            Side base = new Side("baseline: bare Ratis write, in the leader's process", ratis, rounds, report);
            report.part("metadata writes, beside bare Ratis", () -> writes(ours, base));
            report.part("metadata batches, beside bare Ratis", () -> rates(ours, base));
            bare = Rounds.median(base.p50);
        }
        double bareWrite = bare;
        try (BenchCluster cluster = new BenchCluster(voters, LEASE, ELECTION)) {
            Pid<BenchNode.Note> hot = cluster.client().entity(BenchNode.COUNTER, "hot");
            report.part("durable effects", () -> {
                flood(Target.DURABLE_MANY, n -> cluster.client().entity(BenchNode.COUNTER, "many-" + n % ENTITIES));
                flood(Target.DURABLE_HOT, n -> hot);
                oneAtATime(hot, bareWrite);
                hops(cluster.client(), bareWrite);
            });
        }
        report.part("local reads", () -> {
            report.measured(Target.METADATA_READ_1K, LocalReads.nanos(FEW_KEYS, rounds), "in random order");
            report.measured(
                    Target.METADATA_READ_1M,
                    LocalReads.nanos(rounds.keys(), rounds),
                    String.format(Locale.ROOT, "in random order, %,d keys", rounds.keys()));
        });
        report.missing(Target.METADATA_WRITE_ETCD, "the runner has no etcd to start beside");
    }

    /** One of the two that are compared, and what it came to. */
    private static final class Side {
        final String title;
        final Voters voters;
        final Report report;
        final double[] p50;
        final double[] p99;
        final double[] rate;

        Side(String title, Voters voters, Rounds rounds, Report report) {
            this.title = title;
            this.voters = voters;
            this.report = report;
            p50 = new double[rounds.rounds()];
            p99 = new double[rounds.rounds()];
            rate = new double[rounds.rounds()];
        }

        void write(int round, int count, long millis) throws InterruptedException {
            String[] answer = askLeader("latency " + count + " " + millis).split(" ", -1);
            if (round >= 0) {
                p50[round] = Double.parseDouble(answer[0]);
                p99[round] = Double.parseDouble(answer[1]);
            }
        }

        void flood(int round, int millis) throws InterruptedException {
            double writes = Double.parseDouble(askLeader("rate " + millis));
            if (round >= 0) {
                rate[round] = writes;
            }
        }

        private String askLeader(String command) throws InterruptedException {
            for (int left = TRIES; ; left--) {
                String leader = voters.leader();
                try {
                    return voters.node(leader).ask(command, ANSWER_SECONDS);
                } catch (BenchException e) {
                    if (left == 1 || leader.equals(voters.leader())) {
                        throw e;
                    }
                    report.say("%s: %s lost its place as the leader, the round is repeated", title, leader);
                }
            }
        }

        String describe() {
            return String.format(Locale.ROOT, "p50 %.1f, p99 %.1f us", Rounds.median(p50), Rounds.median(p99));
        }
    }

    /** Round by round in turn, so that both see the same machine. */
    private void writes(Side own, Side ratis) throws InterruptedException {
        int count = Math.max(20, rounds.roundTrips() / TIMES_FEWER);
        for (int round = -1; round < rounds.rounds(); round++) {
            own.write(round, count, rounds.longestMillis());
            ratis.write(round, count, rounds.longestMillis());
        }
        report.say("%s: %s", ratis.title, ratis.describe());
        report.say("%s: %s", own.title, own.describe());
        report.measured(
                Target.METADATA_WRITE,
                Rounds.median(own.p50),
                Rounds.median(ratis.p50),
                "by the leader's node; " + own.describe() + ", bare " + ratis.describe());
    }

    private void rates(Side own, Side ratis) throws InterruptedException {
        for (int round = -1; round < rounds.rounds(); round++) {
            own.flood(round, rounds.millis());
            ratis.flood(round, rounds.millis());
        }
        double entries = Rounds.median(ratis.rate);
        report.say("baseline: bare Ratis, %d entries of 100 bytes in flight: %,.0f/s", WriteLoad.WINDOW, entries);
        report.measured(
                Target.METADATA_BATCHED,
                Rounds.median(own.rate),
                entries,
                String.format(Locale.ROOT, "%d in flight; bare %,.0f entries/s", WriteLoad.WINDOW, entries));
    }

    private void flood(Target target, IntFunction<Pid<BenchNode.Note>> targets) throws InterruptedException {
        Flood flood = new Flood(DeliveryGuarantee.EXACTLY_ONCE, targets);
        int warmUpMillis = rounds.warmUps() * rounds.millis();
        flood.runFor(warmUpMillis);
        double[] rates = new double[rounds.rounds()];
        for (int round = 0; round < rates.length; round++) {
            rates[round] = flood.runFor(rounds.millis());
        }
        report.measured(
                target,
                Rounds.median(rates),
                String.format(Locale.ROOT, "%,d committed, %d s of warm-up", flood.succeeded(), warmUpMillis / 1_000));
    }

    /** A message that goes back and forth between two nodes, by the outboxes of both: one commit a hop. */
    private void hops(ClusterActorSystem client, double bareWrite) {
        int chain = Math.max(10, rounds.roundTrips() / TIMES_FEWER / TIMES_FEWER);
        double[] micros = new double[rounds.rounds()];
        for (int round = -1; round < micros.length; round++) {
            Pid<BenchNode.Note> from = client.entity(BenchNode.COUNTER, "hop-from-" + round);
            Pid<BenchNode.Note> to = from;
            for (int i = 0; i < MOST_TRIES && owner(client, to).equals(owner(client, from)); i++) {
                to = client.entity(BenchNode.COUNTER, "hop-to-" + round + "-" + i);
            }
            long start = System.nanoTime();
            SendOutcome outcome = from.tell(new BenchNode.Pass(to.actorId(), 2 * chain - 1))
                    .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .join();
            if (!(outcome instanceof SendOutcome.Committed)) {
                throw new BenchException("a message was " + outcome);
            }
            while (sum(client, to) < chain) {
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(ANSWER_SECONDS)) {
                    throw new BenchException("a chain of " + 2 * chain + " messages has not ended");
                }
                LockSupport.parkNanos(LOOK_AGAIN_NS);
            }
            if (round >= 0) {
                micros[round] = (System.nanoTime() - start) / 1e3 / (2.0 * chain);
            }
        }
        report.measured(
                Target.OUTBOX_HOP,
                Rounds.median(micros),
                bareWrite,
                String.format(Locale.ROOT, "chains of %d, median of rounds", 2 * chain));
    }

    private static String owner(ClusterActorSystem client, Pid<?> entity) {
        if (client.whereIs(entity) instanceof Lookup.Hosted hosted) {
            return hosted.nodeId();
        }
        throw new BenchException("entity " + entity + " has no owner");
    }

    private static long sum(ClusterActorSystem client, Pid<?> entity) {
        BenchNode.Total total = client.read(entity, BenchNode.Total.class, Read.LINEARIZABLE)
                .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .join()
                .state();
        return total == null ? 0 : total.sum();
    }

    private void oneAtATime(Pid<BenchNode.Note> hot, double bareWrite) {
        Histogram nanos = Rounds.histogram();
        int count = Math.max(20, rounds.rounds() * rounds.roundTrips() / TIMES_FEWER / TIMES_FEWER);
        for (int i = -count; i < count; i++) {
            long start = System.nanoTime();
            SendOutcome outcome = hot.tell(new BenchNode.Add(1))
                    .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .join();
            if (!(outcome instanceof SendOutcome.Committed)) {
                throw new BenchException("a message was " + outcome);
            }
            if (i >= 0) {
                nanos.recordValue(System.nanoTime() - start);
            }
        }
        report.say(
                "durable EXACTLY_ONCE effect, one at a time, no target: %s; %.2f x a bare Ratis write",
                Rounds.quantiles(nanos), Rounds.micros(nanos, 50) / bareWrite);
    }
}
