/**
 * Whole runs: a cluster of processes, work for it, a fault, and the verdict of every checker on what was recorded.
 * Knows no test framework. The faults act through the package above, the verdicts come from the checkers.
 * Start at {@link io.troupe.chaos.process.scenario.ScenarioRun}; add a fault in
 * {@link io.troupe.chaos.process.scenario.Scenario}.
 */
@NullMarked
package io.troupe.chaos.process.scenario;

import org.jspecify.annotations.NullMarked;
