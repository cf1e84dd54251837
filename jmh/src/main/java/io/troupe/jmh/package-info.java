/**
 * Benchmarks of the hot paths.
 * Knows no correctness: that is for the tests of the modules.
 * Start at {@code CodecBenchmark}; run with {@code java -jar jmh/target/troupe-bench.jar jmh -prof gc}.
 */
@NullMarked
package io.troupe.jmh;

import org.jspecify.annotations.NullMarked;
