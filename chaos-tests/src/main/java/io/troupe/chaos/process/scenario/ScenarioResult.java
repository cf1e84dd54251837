package io.troupe.chaos.process.scenario;

import java.util.List;
import java.util.stream.Collectors;

import io.troupe.chaos.check.Verdict;

/**
 * What came of a run.
 *
 * @param plan     the run
 * @param verdicts one for each checker that had something to check, and for the run itself
 */
record ScenarioResult(ScenarioPlan plan, List<Verdict> verdicts) {
    ScenarioResult {
        verdicts = List.copyOf(verdicts);
    }

    boolean passes() {
        return verdicts.stream().allMatch(Verdict::passes);
    }

    /** A broken promise weighs more than a run that proves little. */
    String word() {
        if (passes()) {
            return "PASS";
        }
        return verdicts.stream()
                        .anyMatch(verdict ->
                                verdict.result() == Verdict.Result.FAIL || verdict.result() == Verdict.Result.UNKNOWN)
                ? "FAIL"
                : "INVALID";
    }

    /** The result in one line, with what is wrong. */
    String line() {
        String wrong = verdicts.stream()
                .filter(verdict -> !verdict.passes())
                .map(verdict -> verdict.checker() + ": " + verdict.message())
                .collect(Collectors.joining("; "));
        return word() + " " + plan.arguments() + (wrong.isEmpty() ? "" : ": " + wrong);
    }

    /** One line for each verdict, then the result. */
    String report() {
        return verdicts.stream().map(Verdict::line).collect(Collectors.joining("\n")) + "\n" + line();
    }
}
