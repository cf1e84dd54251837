package io.troupe.actors;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatencyHistogramTest {
    @Property
    void aBucketHoldsWhatIsAtMostAnEighthBelowItsHighest(@ForAll @LongRange(min = 0, max = 1L << 60) long nanos) {
        long highest = LatencyHistogram.highest(LatencyHistogram.bucket(nanos));
        assertThat(highest).isBetween(nanos, nanos + nanos / 8);
        assertThat(LatencyHistogram.bucket(highest)).isEqualTo(LatencyHistogram.bucket(nanos));
    }

    @Property
    void percentilesAreThoseOfASortedListRoundedUp(
            @ForAll @Size(min = 1, max = 300) List<@LongRange(min = 0, max = 10_000_000_000L) Long> all) {
        LatencyHistogram histogram = new LatencyHistogram();
        all.forEach(histogram::record);
        long[] sorted = all.stream().mapToLong(each -> each).sorted().toArray();
        for (double part : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
            long exact = sorted[(int) Math.ceil(part * sorted.length) - 1];
            assertThat(histogram.percentile(part)).isBetween(exact, exact + exact / 8);
        }
        assertThat(histogram.count()).isEqualTo(all.size());
    }

    @Test
    void nothingRecordedIsZero() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertThat(histogram.percentile(0.99)).isZero();
        histogram.record(-5);
        assertThat(histogram.percentile(1)).isZero();
    }
}
