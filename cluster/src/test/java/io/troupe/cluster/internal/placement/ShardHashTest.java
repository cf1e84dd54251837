package io.troupe.cluster.internal.placement;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ShardHashTest {
    /** The definition, word for word. */
    private static long reference(String kind, String id) {
        long hash = 0xcbf29ce484222325L;
        for (byte next : kind.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (next & 0xFF)) * 0x100000001b3L;
        }
        hash = (hash ^ 0xFF) * 0x100000001b3L;
        for (byte next : id.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (next & 0xFF)) * 0x100000001b3L;
        }
        return ShardHash.finish(hash);
    }

    @Property(tries = 1000)
    void theHashIsThatOfTheUtf8BytesWhateverTheText(@ForAll String kind, @ForAll String id) {
        assertThat(ShardHash.hash(kind, id)).isEqualTo(reference(kind, id));
    }

    @Test
    void textOutsideTheBasicPlaneAndHalfPairsAreDefinedToo() {
        for (String id : new String[] {"", "é", "€", "😀", "\uD83D", "\uDE00x", "a\uD83Db", "😀\uD83D"}) {
            assertThat(ShardHash.hash("k", id)).as(id).isEqualTo(reference("k", id));
        }
    }

    @Test
    void theFinaliserIsMurmur3s() {
        assertThat(ShardHash.finish(0)).isZero();
        assertThat(ShardHash.finish(1)).isEqualTo(0xb456bcfc34c2cb2cL);
        assertThat(ShardHash.finish(-1)).isEqualTo(0x64b5720b4b825f21L);
    }

    @Test
    void theShardOfAnEntityNeverChanges() {
        // Computed once by an independent program; a change here moves every entity of every cluster.
        assertThat(ShardHash.hash("customer", "12347")).isEqualTo(0xb882b3dc37dd5abcL);
        assertThat(ShardHash.hash("stock", "85123A")).isEqualTo(0xe67d31e35952af2dL);
        assertThat(ShardHash.hash("", "")).isEqualTo(0x1bbd5c813c69a8d7L);
        assertThat(ShardHash.hash("café", "€😀")).isEqualTo(0xf50d501d98efb9c3L);
        assertThat(ShardHash.shard("customer", "12347", 1024)).isEqualTo(700);
        assertThat(ShardHash.shard("stock", "85123A", 1000)).isEqualTo(517);
    }

    @Test
    void kindAndIdAreKeptApart() {
        assertThat(ShardHash.hash("ab", "c")).isNotEqualTo(ShardHash.hash("a", "bc"));
    }

    @Test
    void numberedEntitiesSpreadEvenly() {
        int[] counts = new int[1024];
        for (int id = 0; id < 102_400; id++) {
            counts[ShardHash.shard("customer", Integer.toString(id), 1024)]++;
        }
        // 100 on average, standard deviation 10: five of them either way.
        assertThat(Arrays.stream(counts).summaryStatistics()).satisfies(spread -> {
            assertThat(spread.getMin()).isGreaterThan(50);
            assertThat(spread.getMax()).isLessThan(150);
        });
    }

    @Test
    void thereIsAtLeastOneShard() {
        assertThatThrownBy(() -> ShardHash.shard("k", "i", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shards (0) must be at least 1");
    }
}
