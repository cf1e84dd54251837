/**
 * The bench runner: processes, baselines, and the table of targets.
 * Knows nothing of JMH. Figures are only ever what this run measured.
 * Start at {@link io.troupe.jmh.bench.BenchCommand}.
 */
@NullMarked
package io.troupe.jmh.bench;

import org.jspecify.annotations.NullMarked;
