package io.troupe.jmh.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every scenario runs, very briefly and where it can with one voter, tells of every target it has, and leaves no
 * process.
 */
class ScenariosTest {
    private static final Rounds TINY = new Rounds(1, 200, 2_000, 100, 1, 1, 10_000, 300);

    private final Report report =
            new Report(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

    @Test
    void netTellsOfEveryTargetItHas() throws IOException, InterruptedException {
        Scenario.NET.run(TINY, report);
        assertMeasured(
                Target.TRANSPORT_DEFAULT,
                Target.TRANSPORT_SPIN,
                Target.TRANSPORT_HAND,
                Target.TRANSPORT_KRYO,
                Target.LINK_RESUMED,
                Target.TRANSPORT_TLS,
                Target.TRANSPORT_TLS_TRIP,
                Target.REMOTE_ASK,
                Target.REMOTE_ASK_SPIN,
                Target.TELL_MOST_8,
                Target.TELL_LEAST,
                Target.SHARDED_EXACTLY,
                Target.CODEC);
    }

    @Test
    void durableTellsOfEveryTargetItHas() throws IOException, InterruptedException {
        DurableScenario.run(TINY, report, 1);
        report.requireEveryTargetOf(Scenario.DURABLE);
        assertMeasured(Target.DURABLE_HOT, Target.METADATA_WRITE, Target.METADATA_BATCHED, Target.METADATA_READ_1M);
    }

    @Test
    void footprintTellsOfEveryTargetItHas() throws IOException, InterruptedException {
        FootprintScenario.run(TINY, report, 1);
        report.requireEveryTargetOf(Scenario.FOOTPRINT);
    }

    @Test
    @Tag("chaos")
    void scaleTellsOfEveryTargetItHas() throws IOException, InterruptedException {
        ScaleScenario.run(TINY, report, 1);
        report.requireEveryTargetOf(Scenario.SCALE);
        assertMeasured(Target.SCALE_ACTIVE, Target.SCALE_STALL, Target.SCALE_RESTART, Target.KEYS_RESTART);
    }

    @Test
    void scaleMeasuresEntitiesAndTheirReminders() throws IOException, InterruptedException {
        try (BenchCluster cluster = new BenchCluster(ScaleNode.PROGRAM, 1)) {
            ScaleScenario scenario = new ScaleScenario(TINY, report, 1);
            scenario.fill(cluster);
            scenario.reminders(cluster);
        }
        assertMeasured(Target.SCALE_HEAP, Target.REMINDERS_RATE, Target.REMINDERS_LATE);
    }

    /** Each line kills nodes; one of them is enough to see that killing works. */
    @Test
    void failoverHasALineForEveryTarget() {
        List<Target> lines = Stream.of(
                        FailoverScenario.WRITE_LOSSES.stream()
                                .flatMap(loss -> Stream.of(loss.median(), loss.longest())),
                        FailoverScenario.NODE_LOSSES.stream().map(FailoverScenario.NodeLoss::target),
                        Stream.of(Target.MOVE_IDLE, Target.MOVE_LOAD))
                .flatMap(lists -> lists)
                .toList();
        assertThat(lines)
                .containsExactlyElementsOf(Arrays.stream(Target.values())
                        .filter(target -> target.scenario == Scenario.FAILOVER)
                        .toList());
    }

    @Test
    @Tag("chaos")
    void failoverMeasuresHowLongNobodyCanWrite() throws IOException, InterruptedException {
        new FailoverScenario(TINY, report).measure(FailoverScenario.WRITE_LOSSES.get(0));
        assertMeasured(Target.WRITE_FAST, Target.WRITE_FAST_MAX);
    }

    @Test
    void failoverMeasuresHowLongAMoveHoldsAnswersUp() throws IOException, InterruptedException {
        MoveStall.measure(TINY, report);
        assertMeasured(Target.MOVE_IDLE, Target.MOVE_LOAD);
    }

    @AfterEach
    void noProcessIsLeft() {
        // One that was given up is killed, but not waited for.
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                                .isEmpty());
    }

    private void assertMeasured(Target... targets) {
        for (Target target : targets) {
            assertThat(report.verdict(target)).as(target.title).isIn("reached", "not reached");
        }
    }
}
