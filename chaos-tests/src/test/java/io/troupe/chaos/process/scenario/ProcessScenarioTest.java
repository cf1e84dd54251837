package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.troupe.chaos.check.Budget;
import io.troupe.chaos.check.Event;
import io.troupe.chaos.check.History;
import io.troupe.chaos.check.HistoryFile;
import io.troupe.chaos.check.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three node processes behind proxies lose their leader, while clients of both workloads are at work; the other faults
 * are those of {@link ChaosMatrixTest}.
 */
@Timeout(900)
class ProcessScenarioTest {
    private static final Duration LOAD = Duration.ofSeconds(10);
    private static final long SEED = 7;

    /** The matrix has runs without, as have the demo's processes. */
    private static final int STATE_GROUPS = 1;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyPromiseHoldsWhenTheLeaderIsLost() throws IOException {
        Path file = directory.resolve("history.jsonl");
        List<Path> rootsBefore = roots();
        ScenarioResult result = ScenarioRun.run(
                new ScenarioPlan(Scenario.LEADER_KILL, 3, STATE_GROUPS, Set.of(Workload.Name.values()), LOAD, SEED),
                file,
                line -> {});
        System.out.println(result.report());
        assertThat(result.passes()).as(result.line()).isTrue();
        assertThat(result.verdicts()).hasSize(10);
        nothingIsLeft(rootsBefore);
        History history = HistoryFile.read(file);
        aLostEffectIsSeen(history);
        aReadOfWhatNobodyWroteIsSeen(history);
    }

    private static void nothingIsLeft(List<Path> rootsBefore) throws IOException {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ProcessHandle.current().descendants().noneMatch(ProcessHandle::isAlive));
        assertThat(roots()).isEqualTo(rootsBefore);
        // An executor has ended a moment before its thread.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name ->
                                name.startsWith("troupe-") && (name.endsWith("-proxy") || name.contains("client"))));
    }

    private static List<Path> roots() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> path.getFileName()
                            .toString()
                            .startsWith(
                                    "troupe-chaos-" + ProcessHandle.current().pid() + "-"))
                    .sorted()
                    .toList();
        }
    }

    /** The verdict on a real history is worth something only if one missing effect of thousands changes it. */
    private static void aLostEffectIsSeen(History history) {
        // What nobody was told has no outcome that it could contradict.
        Set<String> committed = history.all(Event.Tell.class).stream()
                .filter(tell -> tell.outcome() == Event.Settlement.COMMITTED)
                .map(Event.Tell::op)
                .collect(Collectors.toSet());
        List<Event.Effect> told = history.all(Event.Effect.class).stream()
                .filter(effect -> committed.contains(effect.op()))
                .toList();
        Event.Effect lost = told.get(told.size() / 2);
        List<Event> events =
                history.events().stream().filter(event -> event != lost).toList();
        assertThat(failing(events, ScenarioRun.BUDGET)).containsExactly("no-lost-ack");
    }

    private static void aReadOfWhatNobodyWroteIsSeen(History history) {
        Event.Response last = history.all(Event.Response.class).stream()
                .filter(response -> response.value() != null)
                .reduce((first, second) -> second)
                .orElseThrow();
        List<Event> events = history.events().stream()
                .map(event -> event == last
                        ? new Event.Response(last.nanos(), last.process(), last.op(), last.outcome(), "never written")
                        : event)
                .toList();
        // All orders would have to be ruled out: without an answer it does not pass either.
        assertThat(failing(events, Budget.ofSteps(1_000_000))).containsExactly("linearizability");
    }

    private static List<String> failing(List<Event> events, Budget budget) {
        return ScenarioRun.check(History.of(events), Set.of(Workload.Name.values()), budget).stream()
                .filter(verdict -> !verdict.passes())
                .map(Verdict::checker)
                .toList();
    }
}
