package io.troupe.jmh.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.MetadataConfig.Election;

/**
 * Three voters and a node without a vote that do nothing, the worst of the voters counts; and actors that do nothing.
 */
final class FootprintScenario {
    /** Start-up takes about so many rounds of work to be over and compiled. */
    private static final int SETTLE_ROUNDS = 5;

    static final int VOTERS = 3;

    /** The default, as is the election preset. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final Rounds rounds;
    private final Report report;

    private FootprintScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    static void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        run(rounds, report, VOTERS);
    }

    static void run(Rounds rounds, Report report, int voters) throws IOException, InterruptedException {
        FootprintScenario scenario = new FootprintScenario(rounds, report);
        report.part("idle voters", () -> scenario.idle(voters));
        report.part("idle actors", () -> new LocalFigures(rounds, report).actors());
    }

    private void idle(int voters) throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(voters, LEASE, Election.DEFAULT)) {
            TimeUnit.MILLISECONDS.sleep((long) SETTLE_ROUNDS * rounds.millis());
            double cpu = 0;
            double rss = 0;
            int threads = 0;
            double seconds = rounds.rounds() * rounds.millis() / 1e3;
            Map<Child, ProcessCost> before = new HashMap<>();
            for (Child node : cluster.nodes()) {
                Optional<ProcessCost> cost = ProcessCost.of(node.pid());
                if (cost.isEmpty()) {
                    sayMissing();
                    return;
                }
                before.put(node, cost.get());
            }
            TimeUnit.MILLISECONDS.sleep((long) rounds.rounds() * rounds.millis());
            for (Map.Entry<Child, ProcessCost> entry : before.entrySet()) {
                ProcessCost cost = ProcessCost.of(entry.getKey().pid())
                        .orElseThrow(() -> new BenchException("an idle node has ended"))
                        .minus(entry.getValue());
                cpu = Math.max(cpu, 100 * cost.cpuSeconds() / seconds);
                rss = Math.max(rss, cost.rssMb());
                threads = Math.max(threads, cost.threads());
            }
            String detail = "worst of " + voters + " over " + seconds + " s, lease 3 s, DEFAULT";
            report.measured(Target.IDLE_CPU, cpu, detail);
            report.measured(Target.IDLE_RSS, rss, detail);
            report.measured(Target.IDLE_THREADS, threads, detail + ", with those of the virtual machine");
        }
    }

    private void sayMissing() {
        for (Target target : new Target[] {Target.IDLE_CPU, Target.IDLE_RSS, Target.IDLE_THREADS}) {
            report.missing(target, "SKIPPED: the system does not say what a process costs (no /proc)");
        }
    }
}
