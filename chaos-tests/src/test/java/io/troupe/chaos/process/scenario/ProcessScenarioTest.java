package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.troupe.chaos.check.Event;
import io.troupe.chaos.check.History;
import io.troupe.chaos.check.HistoryFile;
import io.troupe.chaos.check.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three node processes behind proxies lose their leader, while clients of both workloads are at work; the other faults are
 * those of {@link ChaosMatrixTest}.
 */
@Timeout(120)
class ProcessScenarioTest {
    private static final Duration LOAD = Duration.ofSeconds(10);
    private static final long SEED = 7;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyPromiseHoldsWhenTheLeaderIsLost() throws IOException {
        Path file = directory.resolve("history.jsonl");
        List<Path> rootsBefore = roots();
        ScenarioResult result = ScenarioRun.run(
                new ScenarioPlan(Scenario.LEADER_KILL, 3, Set.of(Workload.Name.values()), LOAD, SEED),
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
        assertThat(ProcessHandle.current().descendants()).noneMatch(ProcessHandle::isAlive);
        assertThat(roots()).isEqualTo(rootsBefore);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-") && (name.endsWith("-proxy") || name.contains("client")));
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
        Event.Effect lost = history.all(Event.Effect.class)
                .get(history.all(Event.Effect.class).size() / 2);
        List<Event> events =
                history.events().stream().filter(event -> event != lost).toList();
        assertThat(failing(events)).containsExactly("no-lost-ack");
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
        assertThat(failing(events)).containsExactly("linearizability");
    }

    private static List<String> failing(List<Event> events) {
        return ScenarioRun.check(History.of(events), Set.of(Workload.Name.values())).stream()
                .filter(verdict -> !verdict.passes())
                .map(Verdict::checker)
                .toList();
    }
}
