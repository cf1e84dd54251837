package io.troupe.cluster.internal.placement;

import java.util.HexFormat;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ShardRecordTest {
    @Property(edgeCases = EdgeCasesMode.NONE)
    void aRecordComesBackAsItWasWritten(
            @ForAll @Size(min = 1, max = 20) byte[] name,
            @ForAll long incarnation,
            @ForAll long epoch,
            @ForAll long continues,
            @ForAll long modRevision) {
        String owner = "n" + HexFormat.of().formatHex(name) + "é";
        ShardRecord written = new ShardRecord(owner, incarnation, epoch == 0 ? 1 : epoch, continues);
        assertThat(ShardRecord.decode(written.encode(), modRevision)).isEqualTo(written);
    }

    @Test
    void aFreshGrantHasTheRevisionOfItsWriteAsEpoch() {
        byte[] stored = ShardRecord.grant("n1", 7, 3).encode();
        assertThat(ShardRecord.decode(stored, 4711)).isEqualTo(new ShardRecord("n1", 7, 4711, 3));
    }

    @Test
    void theBytesNeverChangeSilently() {
        assertThat(HexFormat.of().formatHex(new ShardRecord("n1", 7, 9, 3).encode()))
                .isEqualTo("01" + "0000000000000009" + "0000000000000003" + "0000000000000007" + "6e31");
    }

    @Property
    void otherBytesAreRefusedWithAReason(@ForAll @Size(max = 60) byte[] noise) {
        try {
            ShardRecord.decode(noise, 1);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("shard record");
        }
    }

    @Test
    void aRecordOfALaterVersionIsNotGuessedAt() {
        byte[] stored = ShardRecord.grant("n1", 7, 3).encode();
        stored[0] = 2;
        assertThatThrownBy(() -> ShardRecord.decode(stored, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shard record version 2 is unknown to this node, which reads 1");
    }

    @Test
    void anOwnerHasAName() {
        assertThatThrownBy(() -> ShardRecord.grant("", 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ShardRecord.grant("x".repeat(1025), 1, 0).encode())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1025 bytes");
    }
}
