package io.troupe.jmh.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.HdrHistogram.Histogram;

/** Three nodes that write to disk, this JVM as the sender. */
final class DurableScenario {
    private static final int ENTITIES = 10_000;
    private static final int LOW_LOAD_COMMITS_PER_SECOND = 50;
    private static final int MANY = 10;

    private final Rounds rounds;
    private final Report report;

    DurableScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(3)) {
            flood(Target.DURABLE_MANY, n -> cluster.client().entity(BenchNode.COUNTER, "many-" + n % ENTITIES));
            Pid<BenchNode.Note> hot = cluster.client().entity(BenchNode.COUNTER, "hot");
            flood(Target.DURABLE_HOT, n -> hot);
            oneAtATime(hot);
        }
    }

    private void flood(Target target, IntFunction<Pid<BenchNode.Note>> targets) throws InterruptedException {
        Flood flood = new Flood(DeliveryGuarantee.EXACTLY_ONCE, targets);
        flood.runFor(rounds.seconds());
        double[] rates = new double[rounds.rounds()];
        for (int round = 0; round < rates.length; round++) {
            rates[round] = flood.runFor(rounds.seconds());
        }
        report.measured(target, Rounds.median(rates), String.format("%,d committed", flood.succeeded()));
    }

    private void oneAtATime(Pid<BenchNode.Note> hot) {
        Histogram nanos = Rounds.histogram();
        int count = rounds.rounds() * rounds.seconds() * LOW_LOAD_COMMITS_PER_SECOND;
        for (int i = -count / MANY; i < count; i++) {
            long start = System.nanoTime();
            SendOutcome outcome = hot.tell(new BenchNode.Add(1))
                    .orTimeout(MANY, TimeUnit.SECONDS)
                    .join();
            if (!(outcome instanceof SendOutcome.Committed)) {
                throw new BenchException("a message was " + outcome);
            }
            if (i >= 0) {
                nanos.recordValue(System.nanoTime() - start);
            }
        }
        report.say("durable EXACTLY_ONCE effect, one at a time: %s", Rounds.quantiles(nanos));
        report.missing(Target.DURABLE_LATENCY, Rounds.quantiles(nanos) + "; no bare Ratis baseline yet");
    }
}
