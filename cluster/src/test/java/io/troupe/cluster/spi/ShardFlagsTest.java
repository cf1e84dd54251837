package io.troupe.cluster.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShardFlagsTest {
    private static final int SHARDS = 200;

    private static List<Integer> raised(ShardFlags flags) {
        List<Integer> raised = new ArrayList<>();
        for (int shard = flags.next(0); shard >= 0; shard = flags.next(shard + 1)) {
            raised.add(shard);
        }
        return raised;
    }

    @Property(tries = 200)
    void itGoesThroughWhatIsRaisedInTheOrderOfTheShards(
            @ForAll @Size(max = 60) List<@IntRange(max = SHARDS - 1) Integer> raised,
            @ForAll @Size(max = 60) List<@IntRange(max = SHARDS - 1) Integer> lowered,
            @ForAll @IntRange(max = SHARDS) int from) {
        ShardFlags flags = new ShardFlags(SHARDS);
        TreeSet<Integer> model = new TreeSet<>(raised);
        raised.forEach(flags::raise);
        lowered.forEach(flags::lower);
        lowered.forEach(model::remove);
        assertThat(raised(flags)).containsExactlyElementsOf(model);
        Integer next = model.ceiling(from);
        assertThat(flags.next(from)).isEqualTo(next == null ? -1 : next);
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(flags.isRaised(shard)).isEqualTo(model.contains(shard));
        }
    }

    @Test
    void aShardThatIsRaisedWhileTheyAreGoneThroughIsFoundIfItComesLater() {
        ShardFlags flags = new ShardFlags(SHARDS);
        flags.raise(3);
        int first = flags.next(0);
        flags.raise(1);
        flags.raise(5);
        assertThat(first).isEqualTo(3);
        assertThat(flags.next(first + 1)).isEqualTo(5);
    }

    @Test
    void threadsThatWriteOneWordLoseNoFlag() {
        ShardFlags flags = new ShardFlags(Long.SIZE);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 2; writer++) {
            int shard = writer;
            writers.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 200_000; round++) {
                    flags.raise(shard);
                    if (!flags.isRaised(shard)) {
                        throw new AssertionError("the flag of shard " + shard + " is lost in round " + round);
                    }
                    flags.lower(shard);
                }
            }));
        }
        writers.forEach(CompletableFuture::join);
        assertThat(Set.copyOf(raised(flags))).isEmpty();
    }
}
