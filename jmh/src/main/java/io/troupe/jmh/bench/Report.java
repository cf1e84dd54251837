package io.troupe.jmh.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of one run, beside their targets. A target without a figure says so; it never counts as reached. */
final class Report {
    /** NaN stands for a baseline that does not exist. */
    private record Row(double figure, double baseline, String detail) {
        double ratio() {
            return figure / baseline;
        }
    }

    private final Map<Target, Row> rows = new EnumMap<>(Target.class);
    private final Map<Target, String> missing = new EnumMap<>(Target.class);
    private final List<String> conditions = new ArrayList<>();
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** A line of progress, also for a baseline. */
    void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    void measured(Target target, double figure, double baseline, String detail) {
        rows.put(target, new Row(figure, baseline, detail));
        say("%s", line(target));
    }

    void measured(Target target, double figure, String detail) {
        measured(target, figure, Double.NaN, detail);
    }

    /** Says why there is no figure. */
    void missing(Target target, String why) {
        missing.put(target, why);
        say("%s", line(target));
    }

    /** What is measured under one set of conditions. */
    interface Part {
        void run() throws IOException, InterruptedException;
    }

    /** Measures a part, and says who had the processors meanwhile. */
    void part(String name, Part part) throws IOException, InterruptedException {
        MachineLoad load = MachineLoad.start();
        part.run();
        conditions.add(name + ": " + load.describe());
        say("conditions of %s", conditions.get(conditions.size() - 1));
    }

    void requireEveryTargetOf(Scenario scenario) {
        List<Target> silent = Arrays.stream(Target.values())
                .filter(target ->
                        target.scenario == scenario && !rows.containsKey(target) && !missing.containsKey(target))
                .toList();
        if (!silent.isEmpty()) {
            throw new BenchException(
                    scenario.title() + " neither measured " + silent + " nor said why: measure them there");
        }
    }

    void printTable() {
        say("%n%-52s %16s %8s  %-18s %s", "target", "figure", "ratio", "verdict", "detail");
        for (Target target : Target.values()) {
            say("%s", line(target));
        }
        conditions.forEach(line -> say("conditions of %s", line));
    }

    void writeCsv(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("target,unit,figure,baseline,ratio,limit,verdict,detail");
        for (Target target : Target.values()) {
            Row row = rows.get(target);
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%s,%s,%s,%s,%s,%s,\"%s\"",
                    target,
                    target.unit,
                    row == null ? "" : row.figure,
                    row == null || Double.isNaN(row.baseline) ? "" : row.baseline,
                    row == null || Double.isNaN(row.baseline) ? "" : row.ratio(),
                    target.limit,
                    verdict(target),
                    detail(target).replace('"', '\'')));
        }
        Files.write(file, lines);
    }

    String verdict(Target target) {
        Row row = rows.get(target);
        if (row == null) {
            return missing.containsKey(target) ? "not measurable yet" : "not in this run";
        }
        return target.reachedBy(row.figure, row.ratio()) ? "reached" : "not reached";
    }

    private String detail(Target target) {
        Row row = rows.get(target);
        return row == null ? missing.getOrDefault(target, "run troupe-bench " + target.scenario.title()) : row.detail;
    }

    private String line(Target target) {
        Row row = rows.get(target);
        String figure = row == null
                ? "-"
                : String.format(
                        Locale.ROOT,
                        row.figure >= 1_000 ? "%,.0f %s" : row.figure < 0.1 ? "%.4f %s" : "%.2f %s",
                        row.figure,
                        target.unit);
        String ratio =
                row == null || Double.isNaN(row.baseline) ? "" : String.format(Locale.ROOT, "%.2f x", row.ratio());
        String against = ratio.isEmpty() ? "" : " (ratio to " + target.baseline + ")";
        return String.format(
                Locale.ROOT,
                "%-52s %16s %8s  %-18s %s%s",
                target.title,
                figure,
                ratio,
                verdict(target),
                detail(target),
                against);
    }
}
