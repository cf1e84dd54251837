package io.troupe.jmh.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/**
 * How much is measured: a quick look, or enough to publish.
 *
 * @param rounds     after one that warms up; their median counts
 * @param roundTrips in a round, of everything that is done one at a time; fewer if {@link #untilNs} comes first
 * @param messages   in a round of the transport's one-way stream
 * @param millis     of a round of everything that is done as fast as it goes
 * @param warmUps    rounds before those of a flood of durable effects: four JVMs compile as long as half a minute on
 *     two cores
 * @param kills      of a leader, per election preset
 * @param keys       in the large one of the metadata states
 * @param entities   durable ones, where very many are held, and keys of a store
 */
record Rounds(int rounds, int roundTrips, int messages, int millis, int warmUps, int kills, int keys, int entities) {
    /** A round of one at a time lasts at most as long as so many others. */
    private static final int LONGEST = 2;

    static final Rounds QUICK = new Rounds(1, 5_000, 300_000, 2_000, 1, 3, 1_000_000, 20_000);
    static final Rounds FULL = new Rounds(5, 20_000, 2_000_000, 3_000, 10, 20, 1_000_000, 1_000_000);

    /** {@return when a round that starts now ends at last: spinning threads on a busy machine may take for ever} */
    long untilNs() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestMillis());
    }

    /** {@return how long a round of one at a time lasts at most, in milliseconds} */
    long longestMillis() {
        return (long) LONGEST * millis;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    static Histogram histogram() {
        return new Histogram(60_000_000_000L, 3);
    }

    /** {@return quantiles in microseconds; only those that so many values can show} */
    static String quantiles(Histogram nanos) {
        long count = nanos.getTotalCount();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "n %,d, p50 %.1f", count, micros(nanos, 50)));
        if (count >= 100) {
            text.append(String.format(Locale.ROOT, ", p99 %.1f", micros(nanos, 99)));
        }
        if (count >= 1_000) {
            text.append(String.format(Locale.ROOT, ", p99.9 %.1f", micros(nanos, 99.9)));
        }
        return text.append(String.format(Locale.ROOT, ", max %.1f us", nanos.getMaxValue() / 1e3))
                .toString();
    }

    static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }
}
