package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.HdrHistogram.Histogram;

/** Two JVMs: raw sockets, the transport, and actors, one after the other in the same run. */
final class NetScenario {
    private static final Duration SPIN = Duration.ofMillis(50);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
    private static final BenchNode.Add ONE = new BenchNode.Add(1);

    private final Rounds rounds;
    private final Report report;

    NetScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        SocketBaselines sockets = new SocketBaselines(rounds);
        double blocking = sockets.blockingPingPong(report);
        double spinning = sockets.spinPingPong(report);
        double stream = sockets.stream(report);
        try (TransportBench link = new TransportBench(Duration.ZERO)) {
            roundTrip(link, Target.TRANSPORT_DEFAULT, blocking);
            oneWay(link, stream);
        }
        try (TransportBench link = new TransportBench(SPIN)) {
            roundTrip(link, Target.TRANSPORT_SPIN, spinning);
        }
        try (BenchCluster cluster = new BenchCluster(1)) {
            ask(cluster, blocking);
            tell(cluster);
        }
    }

    private void roundTrip(TransportBench link, Target target, double baseline) {
        double[] medians = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        link.roundTrips(rounds.roundTrips());
        for (int round = 0; round < medians.length; round++) {
            Histogram nanos = link.roundTrips(rounds.roundTrips());
            medians[round] = Rounds.micros(nanos, 50);
            all.add(nanos);
        }
        report.measured(target, Rounds.median(medians), baseline, Rounds.quantiles(all));
    }

    private void oneWay(TransportBench link, double baseline) {
        double[] rates = new double[rounds.rounds()];
        link.oneWay(rounds.messages());
        for (int round = 0; round < rates.length; round++) {
            rates[round] = link.oneWay(rounds.messages());
        }
        report.measured(Target.TRANSPORT_ONE_WAY, Rounds.median(rates), baseline, "raw bytes, not yet a codec");
    }

    private void ask(BenchCluster cluster, double baseline) throws IOException {
        Pid<BenchNode.Note> echo = cluster.client().entity(BenchNode.ECHO, "asked");
        askRound(echo);
        double[] medians = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        CostMeter meter = CostMeter.start(cluster.nodes());
        for (int round = 0; round < medians.length; round++) {
            Histogram nanos = askRound(echo);
            medians[round] = Rounds.micros(nanos, 50);
            all.add(nanos);
        }
        meter.stop();
        report.measured(Target.REMOTE_ASK, Rounds.median(medians), baseline, Rounds.quantiles(all));
        meter.report(report, Target.REMOTE_ASK_SWITCHES, cost -> cost.switches() / (double) all.getTotalCount(), "");
    }

    private Histogram askRound(Pid<BenchNode.Note> echo) {
        Histogram nanos = Rounds.histogram();
        for (int i = 0; i < rounds.roundTrips(); i++) {
            long start = System.nanoTime();
            echo.ask(new BenchNode.Read(), ASK_LIMIT).join();
            nanos.recordValue(System.nanoTime() - start);
        }
        return nanos;
    }

    private void tell(BenchCluster cluster) throws IOException, InterruptedException {
        atMostOnce(cluster);
        Pid<BenchNode.Note> echo = cluster.client().entity(BenchNode.ECHO, "told-at-least-once");
        Flood flood = new Flood(DeliveryGuarantee.AT_LEAST_ONCE, n -> echo);
        flood.run(rounds.messages());
        double[] rates = new double[rounds.rounds()];
        for (int round = 0; round < rates.length; round++) {
            rates[round] = flood.run(rounds.messages());
        }
        report.measured(Target.TELL_AT_LEAST_ONCE, Rounds.median(rates), "confirmed one by one");
    }

    /** What counts is what the actor has handled: a sender alone can always be fast. */
    private void atMostOnce(BenchCluster cluster) throws IOException, InterruptedException {
        Pid<BenchNode.Note> echo = cluster.client().entity(BenchNode.ECHO, "told-at-most-once");
        double[] rates = new double[rounds.rounds()];
        long handled = 0;
        long refused = 0;
        CostMeter meter = CostMeter.start(cluster.nodes());
        for (int round = -1; round < rates.length; round++) {
            if (round == 0) {
                meter = CostMeter.start(cluster.nodes());
            }
            long before = sum(echo);
            long start = System.nanoTime();
            for (int i = 0; i < rounds.messages(); i++) {
                while (!(echo.tell(ONE, DeliveryGuarantee.AT_MOST_ONCE).getNow(null) instanceof SendOutcome.Accepted)) {
                    refused++;
                    Thread.onSpinWait();
                }
            }
            long seen = sum(echo) - before;
            if (round >= 0) {
                rates[round] = seen * 1e9 / (System.nanoTime() - start);
                handled += seen;
            }
        }
        meter.stop();
        long counted = handled;
        String detail = String.format(
                Locale.ROOT,
                "%,d of %,d handled, told again after back-pressure %,d times",
                handled,
                (long) rounds.messages() * rates.length,
                refused);
        report.measured(Target.TELL_AT_MOST_ONCE, Rounds.median(rates), detail);
        meter.report(report, Target.TELL_CPU, cost -> cost.cpuSeconds() * 1e6 / counted, "per handled message");
    }

    /** Asked on the same channel, so after everything told before; a lost question is asked again. */
    private static long sum(Pid<BenchNode.Note> echo) throws InterruptedException {
        long last = -1;
        while (true) {
            long now = echo.ask(new BenchNode.Read(), ASK_LIMIT).join().sum();
            if (now == last) {
                return now;
            }
            last = now;
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }
}
