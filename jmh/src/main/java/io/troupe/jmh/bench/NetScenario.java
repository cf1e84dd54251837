package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.troupe.actors.Pid;
import io.troupe.cluster.DeliveryGuarantee;
import org.HdrHistogram.Histogram;

/** Two JVMs: raw sockets, the transport, and actors, one after the other in the same run. */
final class NetScenario {
    private static final Duration SPIN = Duration.ofMillis(50);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
    private static final int PAIRS = 8;
    private static final int ENTITIES = 1_000;

    private final Rounds rounds;
    private final Report report;
    private double blocking;
    private double spinning;
    private double stream;
    private double plainStream;
    private double plainTrip;
    private double plainIdlingTrip;

    private NetScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    static void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        new NetScenario(rounds, report).run();
    }

    private void run() throws IOException, InterruptedException {
        report.part("raw sockets", this::sockets);
        report.part("transport", this::transport);
        report.part("transport with TLS", this::encrypted);
        report.part("transport over Unix-domain sockets", this::withinTheHost);
        try (BenchCluster cluster = new BenchCluster(1)) {
            report.part("remote ask", () -> ask(cluster));
            TellLoad tells = new TellLoad(cluster, rounds, report);
            for (TellLoad.Line line : TELLS) {
                report.part(line.rate().title, () -> tells.measure(line));
            }
        }
        try (BenchCluster cluster = new BenchCluster(1, SPIN)) {
            report.part("remote ask, spinning", () -> askSpinning(cluster));
        }
        report.part("codec", () -> CodecFigures.measure(rounds, report));
        report.part("local actors", () -> new LocalFigures(rounds, report).messages());
        missing();
    }

    private static final TellLoad.Line[] TELLS = {
        new TellLoad.Line(
                Target.TELL_MOST,
                Target.TELL_MOST_CPU,
                Target.TELL_MOST_SWITCHES,
                DeliveryGuarantee.AT_MOST_ONCE,
                1,
                1),
        new TellLoad.Line(
                Target.TELL_LEAST,
                Target.TELL_LEAST_CPU,
                Target.TELL_LEAST_SWITCHES,
                DeliveryGuarantee.AT_LEAST_ONCE,
                1,
                1),
        new TellLoad.Line(
                Target.TELL_MOST_8,
                Target.TELL_MOST_8_CPU,
                Target.TELL_MOST_8_SWITCHES,
                DeliveryGuarantee.AT_MOST_ONCE,
                PAIRS,
                1),
        new TellLoad.Line(
                Target.TELL_LEAST_8,
                Target.TELL_LEAST_8_CPU,
                Target.TELL_LEAST_8_SWITCHES,
                DeliveryGuarantee.AT_LEAST_ONCE,
                PAIRS,
                1),
        new TellLoad.Line(Target.SHARDED_MOST, null, null, DeliveryGuarantee.AT_MOST_ONCE, 1, ENTITIES),
        new TellLoad.Line(Target.SHARDED_LEAST, null, null, DeliveryGuarantee.AT_LEAST_ONCE, 1, ENTITIES),
        new TellLoad.Line(Target.SHARDED_EXACTLY, null, null, DeliveryGuarantee.EXACTLY_ONCE, 1, ENTITIES)
    };

    private void sockets() throws IOException {
        SocketBaselines sockets = new SocketBaselines(rounds);
        blocking = sockets.blockingPingPong(report);
        spinning = sockets.spinPingPong(report);
        stream = sockets.stream(report);
    }

    private void transport() {
        try (TransportBench link = new TransportBench(Duration.ZERO, null)) {
            plainIdlingTrip = roundTrip(link, Target.TRANSPORT_DEFAULT, blocking);
            plainStream = oneWay(link, false, Target.TRANSPORT_HAND, Target.TRANSPORT_HAND_GARBAGE, "three longs");
            oneWay(link, true, Target.TRANSPORT_KRYO, Target.TRANSPORT_KRYO_GARBAGE, link.kryoLength() + " bytes");
            Histogram cuts = link.cuts(rounds);
            report.measured(
                    Target.LINK_RESUMED,
                    cuts.getMaxValue() / 1e6,
                    cuts.getTotalCount() + " cuts under 1,000,000 msg/s, nothing lost or doubled; "
                            + Rounds.quantiles(cuts));
        }
        try (TransportBench link = new TransportBench(SPIN, null)) {
            plainTrip = roundTrip(link, Target.TRANSPORT_SPIN, spinning);
        }
    }

    private void encrypted() throws IOException, InterruptedException {
        try (BenchCertificate certificate = BenchCertificate.issue()) {
            try (TransportBench link = new TransportBench(Duration.ZERO, certificate)) {
                double[] rates = new double[rounds.rounds()];
                link.oneWay(rounds.messages(), false);
                TransportBench.Stream run = link.oneWay(rounds.messages(), false);
                for (int round = 0; round < rates.length; round++) {
                    run = link.oneWay(rounds.messages(), false);
                    rates[round] = run.rate();
                }
                report.measured(
                        Target.TRANSPORT_TLS,
                        Rounds.median(rates),
                        plainStream,
                        String.format("%.1f B allocated for each", run.allocated()));
            }
            try (TransportBench link = new TransportBench(SPIN, certificate)) {
                Histogram all = Rounds.histogram();
                double p50 = medianTrip(link, all);
                report.measured(Target.TRANSPORT_TLS_TRIP, p50 - plainTrip, plainTrip, Rounds.quantiles(all));
            }
        }
    }

    private void withinTheHost() throws IOException {
        Path sockets = Files.createTempDirectory("troupe-bench-sockets");
        try {
            try (TransportBench link = TransportBench.overSockets(Duration.ZERO, sockets)) {
                roundTrip(link, Target.TRANSPORT_UNIX_DEFAULT, plainIdlingTrip);
            }
            try (TransportBench link = TransportBench.overSockets(SPIN, sockets)) {
                roundTrip(link, Target.TRANSPORT_UNIX_SPIN, plainTrip);
            }
        } finally {
            clear(sockets);
        }
    }

    /** The other end is killed, and leaves its file. */
    private static void clear(Path sockets) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(sockets)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(sockets);
    }

    private double roundTrip(TransportBench link, Target target, double baseline) {
        Histogram all = Rounds.histogram();
        double p50 = medianTrip(link, all);
        report.measured(target, p50, baseline, Rounds.quantiles(all));
        return p50;
    }

    private double medianTrip(TransportBench link, Histogram all) {
        double[] medians = new double[rounds.rounds()];
        link.roundTrips(rounds);
        for (int round = 0; round < medians.length; round++) {
            Histogram nanos = link.roundTrips(rounds);
            medians[round] = Rounds.micros(nanos, 50);
            all.add(nanos);
        }
        return Rounds.median(medians);
    }

    private double oneWay(TransportBench link, boolean kryo, Target rate, Target garbage, String detail) {
        double[] rates = new double[rounds.rounds()];
        double[] bytes = new double[rounds.rounds()];
        link.oneWay(rounds.messages(), kryo);
        for (int round = 0; round < rates.length; round++) {
            TransportBench.Stream run = link.oneWay(rounds.messages(), kryo);
            rates[round] = run.rate();
            bytes[round] = Math.max(0, run.allocated() - (kryo ? Allocation.of(TransportPeer.Tick::next) : 0));
        }
        report.measured(rate, Rounds.median(rates), stream, detail);
        report.measured(garbage, Rounds.median(bytes), detail);
        return Rounds.median(rates);
    }

    private void ask(BenchCluster cluster) throws IOException {
        Pid<BenchNode.Note> echo = cluster.client().entity(BenchNode.ECHO, "asked");
        askRound(echo);
        double[] p50 = new double[rounds.rounds()];
        double[] p99 = new double[rounds.rounds()];
        double[] p999 = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        CostMeter meter = CostMeter.start(cluster.nodes());
        for (int round = 0; round < p50.length; round++) {
            Histogram nanos = askRound(echo);
            p50[round] = Rounds.micros(nanos, 50);
            p99[round] = Rounds.micros(nanos, 99);
            p999[round] = Rounds.micros(nanos, 99.9);
            all.add(nanos);
        }
        meter.stop();
        String detail = "a thread asks a sharded entity; " + Rounds.quantiles(all);
        report.measured(Target.REMOTE_ASK, Rounds.median(p50), blocking, detail);
        report.measured(Target.REMOTE_ASK_P99, Rounds.median(p99), Rounds.median(p50), "");
        report.measured(Target.REMOTE_ASK_P999, Rounds.median(p999), "");
        long asks = all.getTotalCount();
        meter.report(
                report,
                Target.REMOTE_ASK_SWITCHES,
                cost -> cost.switches() / (double) asks,
                cost -> String.format("%.1f us of processor time each", cost.cpuSeconds() * 1e6 / asks));
    }

    private void askSpinning(BenchCluster cluster) {
        Pid<BenchNode.Note> echo = cluster.client().entity(BenchNode.ECHO, "asked");
        askRound(echo);
        double[] p50 = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        for (int round = 0; round < p50.length; round++) {
            Histogram nanos = askRound(echo);
            p50[round] = Rounds.micros(nanos, 50);
            all.add(nanos);
        }
        report.measured(Target.REMOTE_ASK_SPIN, Rounds.median(p50), spinning, Rounds.quantiles(all));
    }

    private Histogram askRound(Pid<BenchNode.Note> echo) {
        Histogram nanos = Rounds.histogram();
        long untilNs = rounds.untilNs();
        for (int i = 0; i < rounds.roundTrips() && System.nanoTime() - untilNs < 0; i++) {
            long start = System.nanoTime();
            echo.ask(new BenchNode.Read(), ASK_LIMIT).join();
            nanos.recordValue(System.nanoTime() - start);
        }
        return nanos;
    }

    private void missing() {
        report.missing(Target.SHARDED_ASK, "every actor is sharded: there is no plain one to compare with");
    }
}
