package io.troupe.cluster.internal.delivery;

import java.util.List;
import java.util.TreeSet;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DoneRunTest {
    @Property
    void aRunIsTheSetOfWhatItTook(@ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 160) Integer> ended) {
        TreeSet<Long> taken = new TreeSet<>(List.of((long) ended.get(0)));
        DoneRun run = new DoneRun(ended.get(0));
        for (long sequence : ended) {
            long lowest = Math.min(sequence, taken.first());
            long highest = Math.max(sequence, taken.last());
            boolean fits = highest - lowest < DoneRun.SPAN;
            assertThat(run.add(sequence)).as("%s takes %d", run, sequence).isEqualTo(fits);
            if (fits) {
                taken.add(sequence);
            }
        }
        assertThat(run.size()).isEqualTo(taken.size());
        assertThat(run.first()).isEqualTo(taken.first());
        for (int bit = 0; bit < DoneRun.SPAN; bit++) {
            assertThat((run.mask() >>> bit & 1) == 1)
                    .as("bit %d of %s", bit, run)
                    .isEqualTo(taken.contains(run.first() + bit));
        }
    }

    @Test
    void aRunReachesAsFarBackAsAhead() {
        DoneRun run = new DoneRun(64);
        assertThat(run.add(1)).isTrue();
        assertThat(run.add(65)).isFalse();
        assertThat(run.add(0)).isFalse();
        assertThat(run).hasToString("DoneRun[first=1, mask=8000000000000001]");
    }
}
