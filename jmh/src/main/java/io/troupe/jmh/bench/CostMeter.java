package io.troupe.jmh.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What this JVM and its children have cost, added up, between two moments. */
final class CostMeter {
    private final List<Long> pids;
    private final List<Optional<ProcessCost>> before;
    private List<Optional<ProcessCost>> after = List.of();

    private CostMeter(List<Long> pids) throws IOException {
        this.pids = pids;
        this.before = read(pids);
    }

    static CostMeter start(List<Child> children) throws IOException {
        List<Long> pids = new ArrayList<>(List.of(ProcessHandle.current().pid()));
        children.forEach(child -> pids.add(child.pid()));
        return new CostMeter(pids);
    }

    void stop() throws IOException {
        after = read(pids);
    }

    void report(
            Report report, Target target, ToDoubleFunction<ProcessCost> figure, Function<ProcessCost, String> detail) {
        double cpu = 0;
        long switches = 0;
        for (int i = 0; i < pids.size(); i++) {
            if (before.get(i).isEmpty() || after.get(i).isEmpty()) {
                report.missing(target, "SKIPPED: the system does not say what a process costs (no /proc)");
                return;
            }
            ProcessCost cost = after.get(i).get().minus(before.get(i).get());
            cpu += cost.cpuSeconds();
            switches += cost.switches();
        }
        ProcessCost sum = new ProcessCost(cpu, switches, 0, 0);
        report.measured(target, figure.applyAsDouble(sum), detail.apply(sum));
    }

    private static List<Optional<ProcessCost>> read(List<Long> pids) throws IOException {
        List<Optional<ProcessCost>> costs = new ArrayList<>();
        for (long pid : pids) {
            costs.add(ProcessCost.of(pid));
        }
        return costs;
    }
}
