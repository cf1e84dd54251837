package io.troupe.jmh.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Three voters and a node without a vote that do nothing. The worst of the voters counts. */
final class FootprintScenario {
    private static final int SETTLE_SECONDS = 5;

    private final Rounds rounds;
    private final Report report;

    FootprintScenario(Rounds rounds, Report report) {
        this.rounds = rounds;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(3)) {
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            double cpu = 0;
            double rss = 0;
            int threads = 0;
            int seconds = rounds.rounds() * rounds.seconds();
            Map<Child, ProcessCost> before = new HashMap<>();
            for (Child node : cluster.nodes()) {
                Optional<ProcessCost> cost = ProcessCost.of(node.pid());
                if (cost.isEmpty()) {
                    sayMissing();
                    return;
                }
                before.put(node, cost.get());
            }
            TimeUnit.SECONDS.sleep(seconds);
            for (Map.Entry<Child, ProcessCost> entry : before.entrySet()) {
                ProcessCost cost = ProcessCost.of(entry.getKey().pid())
                        .orElseThrow(() -> new BenchException("an idle node has ended"))
                        .minus(entry.getValue());
                cpu = Math.max(cpu, 100 * cost.cpuSeconds() / seconds);
                rss = Math.max(rss, cost.rssMb());
                threads = Math.max(threads, cost.threads());
            }
            String detail = "worst of three over " + seconds + " s";
            report.measured(Target.IDLE_CPU, cpu, detail);
            report.measured(Target.IDLE_RSS, rss, detail);
            report.measured(Target.IDLE_THREADS, threads, detail + ", with those of the virtual machine");
        }
    }

    private void sayMissing() {
        for (Target target : new Target[] {Target.IDLE_CPU, Target.IDLE_RSS, Target.IDLE_THREADS}) {
            report.missing(target, "the system does not say what a process costs");
        }
    }
}
