package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.troupe.chaos.process.Tier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Every fault with 3 and 5 nodes under each workload. {@code -Dtroupe.chaos.seed=N} draws other victims and operations,
 * {@code -Dtroupe.chaos.seconds=N} is the time of load of each case, {@code -Dtroupe.chaos.only=bridge,5} takes the
 * cases whose name has all of these.
 */
@Tag("chaos")
@Timeout(900)
class ChaosMatrixTest {
    private static final Path HISTORIES = Path.of("target", "chaos");

    @BeforeAll
    static void tellTheTiers() throws IOException {
        System.out.println(Tier.report());
        Files.createDirectories(HISTORIES);
    }

    static Stream<ScenarioPlan> cases() {
        long seed = Long.getLong("troupe.chaos.seed", 1);
        Duration load = Duration.ofSeconds(Long.getLong("troupe.chaos.seconds", 20));
        List<String> only =
                Arrays.asList(System.getProperty("troupe.chaos.only", "").split(","));
        List<ScenarioPlan> plans = new ArrayList<>();
        for (Scenario scenario : Scenario.values()) {
            for (int nodes : new int[] {3, 5}) {
                for (Workload.Name workload : Workload.Name.values()) {
                    // Every case has a seed of its own, so that not all faults hit the same node.
                    plans.add(new ScenarioPlan(
                            scenario, nodes, plans.size() % 3, Set.of(workload), load, seed * 1_000 + plans.size()));
                }
            }
        }
        return plans.stream()
                .filter(plan -> only.stream().allMatch(word -> plan.arguments().contains(word)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPromiseHolds(ScenarioPlan plan) {
        String lacks = plan.scenario().whyNot();
        if (!lacks.isEmpty()) {
            System.out.println("SKIPPED " + plan.arguments() + ": " + lacks);
        }
        assumeTrue(lacks.isEmpty(), lacks);
        Path history = HISTORIES.resolve(plan.arguments().replaceAll("[ =,]+", "") + ".jsonl");
        System.out.println("again: ScenarioCommand " + plan.arguments());
        ScenarioResult result = ScenarioRun.run(plan, history, line -> System.out.println("  " + line));
        System.out.println(result.report());
        assertThat(result.passes()).as(result.line()).isTrue();
    }
}
