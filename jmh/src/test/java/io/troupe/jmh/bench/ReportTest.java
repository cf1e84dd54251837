package io.troupe.jmh.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Report report = new Report(new PrintStream(out, true, StandardCharsets.UTF_8));

    @Test
    void rateIsReachedAtItsLimitAndNotBelow() {
        report.measured(Target.DURABLE_HOT, 20_000, "");
        assertThat(report.verdict(Target.DURABLE_HOT)).isEqualTo("reached");
        report.measured(Target.DURABLE_HOT, 19_999, "");
        assertThat(report.verdict(Target.DURABLE_HOT)).isEqualTo("not reached");
    }

    @Test
    void timeIsReachedAtItsLimitAndNotAbove() {
        report.measured(Target.SERVED_LEADER_SHORT, 1.5, "");
        assertThat(report.verdict(Target.SERVED_LEADER_SHORT)).isEqualTo("reached");
        report.measured(Target.SERVED_LEADER_SHORT, 1.51, "");
        assertThat(report.verdict(Target.SERVED_LEADER_SHORT)).isEqualTo("not reached");
    }

    @Test
    void ratioIsTakenAgainstTheBaselineOfTheSameRun() {
        report.measured(Target.REMOTE_ASK, 70, 50, "");
        assertThat(report.verdict(Target.REMOTE_ASK)).isEqualTo("reached");
        report.measured(Target.REMOTE_ASK, 71, 50, "");
        assertThat(report.verdict(Target.REMOTE_ASK)).isEqualTo("not reached");
    }

    @Test
    void ratioWithoutABaselineIsNotReached() {
        report.measured(Target.REMOTE_ASK, 70, "");
        assertThat(report.verdict(Target.REMOTE_ASK)).isEqualTo("not reached");
    }

    @Test
    void tableNamesEveryTargetAndWhatWasNotMeasured(@TempDir Path directory) throws IOException {
        report.measured(Target.TELL_MOST_CPU, 0.5, "per \"message\"");
        report.missing(Target.IDLE_CPU, "no reason");
        report.printTable();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(Arrays.stream(Target.values())
                        .map(target -> target.title)
                        .toList())
                .contains("not measurable yet no reason")
                .contains("not in this run    run troupe-bench durable");
        Path csv = directory.resolve("out.csv");
        report.writeCsv(csv);
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(1 + Target.values().length);
        assertThat(lines).contains("TELL_MOST_CPU,us,0.5,,,0.75,reached,\"per 'message'\"");
    }

    @Test
    void targetWithoutFigureOrReasonFailsItsScenario() {
        Target[] idle = Arrays.stream(Target.values())
                .filter(target -> target.scenario == Scenario.FOOTPRINT)
                .toArray(Target[]::new);
        for (Target target : idle) {
            assertThatThrownBy(() -> report.requireEveryTargetOf(Scenario.FOOTPRINT))
                    .isInstanceOf(BenchException.class)
                    .hasMessageStartingWith("footprint neither measured [" + target);
            report.missing(target, "no reason");
        }
        report.requireEveryTargetOf(Scenario.FOOTPRINT);
    }

    @Test
    void conditionsOfAPartStandBelowTheTable() throws IOException, InterruptedException {
        report.part("nothing", () -> {});
        out.reset();
        report.printTable();
        assertThat(out.toString(StandardCharsets.UTF_8).lines().reduce((first, second) -> second))
                .hasValueSatisfying(line -> assertThat(line).matches("conditions of nothing: \\d+\\.\\d s; .*"));
    }

    @Test
    void quantilesAreOnlySaidOfEnoughValues() {
        Histogram few = Rounds.histogram();
        few.recordValueWithCount(1_000, 99);
        assertThat(Rounds.quantiles(few)).isEqualTo("n 99, p50 1.0, max 1.0 us");
        few.recordValue(1_000);
        assertThat(Rounds.quantiles(few)).isEqualTo("n 100, p50 1.0, p99 1.0, max 1.0 us");
    }

    @Test
    void medianOfRoundsIsTheMiddleOne() {
        assertThat(Rounds.median(new double[] {3, 1, 2})).isEqualTo(2);
    }
}
