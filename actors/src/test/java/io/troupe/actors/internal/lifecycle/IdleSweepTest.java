package io.troupe.actors.internal.lifecycle;

import java.util.Arrays;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

class IdleSweepTest {
    /** Whatever the ticks: every shard is seen at least once in a period, and no tick looks at more than it must. */
    @Property
    void everyShardIsSeenOnceInAPeriod(
            @ForAll @IntRange(min = 1, max = 40) int shards,
            @ForAll @LongRange(min = 1_000, max = 100_000) long periodNs,
            @ForAll @LongRange(min = Long.MAX_VALUE - 1_000) long startNs,
            @ForAll @Size(min = 1, max = 100) List<@IntRange(min = 1, max = 30_000) Integer> ticks) {
        IdleSweep sweep = new IdleSweep(shards, periodNs, startNs);
        long[] seenNs = new long[shards];
        Arrays.fill(seenNs, startNs);
        long now = startNs;
        for (int tick : ticks) {
            now += tick;
            int due = sweep.due(now);
            assertThat((long) due).isBetween(0L, Math.min(shards, ((long) tick * shards) / periodNs + 1));
            for (int i = 0; i < due; i++) {
                seenNs[sweep.next()] = now;
            }
            for (long seen : seenNs) {
                assertThat(now - seen).isLessThanOrEqualTo(periodNs + periodNs / shards + tick);
            }
        }
    }
}
