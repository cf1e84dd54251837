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
        ShardRecord written = new ShardRecord(owner, incarnation, epoch == 0 ? 1 : epoch, continues, incarnation, null);
        assertThat(ShardRecord.decode(written.encode(), modRevision)).isEqualTo(written);
        ShardRecord moving = written.moving(new ShardRecord.Target(owner + "2", continues));
        assertThat(ShardRecord.decode(moving.encode(), modRevision))
                .isEqualTo(
                        new ShardRecord(owner, incarnation, written.epoch(), continues, modRevision, moving.target()));
    }

    @Test
    void aFreshGrantHasTheRevisionOfItsWriteAsEpoch() {
        byte[] stored = ShardRecord.grant("n1", 7).encode();
        assertThat(ShardRecord.decode(stored, 4711)).isEqualTo(new ShardRecord("n1", 7, 4711, 0, 0, null));
    }

    @Test
    void theBytesNeverChangeSilently() {
        ShardRecord owned = new ShardRecord("n1", 7, 9, 3, 5, null);
        assertThat(HexFormat.of().formatHex(owned.encode()))
                .isEqualTo("02" + "0000000000000009" + "0000000000000003" + "0000000000000005" + "0000000000000007"
                        + "0002" + "6e31");
        assertThat(HexFormat.of()
                        .formatHex(owned.moving(new ShardRecord.Target("n2", 8)).encode()))
                .isEqualTo("02" + "0000000000000009" + "0000000000000003" + "0000000000000000" + "0000000000000007"
                        + "0002" + "6e31" + "0000000000000008" + "6e32");
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
        byte[] stored = ShardRecord.grant("n1", 7).encode();
        stored[0] = 3;
        assertThatThrownBy(() -> ShardRecord.decode(stored, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shard record version 3 is unknown to this node, which reads 2");
    }

    @Test
    void aMoveEndsInAGrantThatNamesItAndContinuesTheOwner() {
        ShardRecord owned = new ShardRecord("n1", 7, 9, 3, 0, null);
        byte[] ordered = owned.moving(new ShardRecord.Target("n2", 8)).encode();
        ShardRecord moving = ShardRecord.decode(ordered, 12);
        assertThat(moving.moveId()).isEqualTo(12);
        assertThat(moving.epoch()).isEqualTo(9);
        assertThat(ShardRecord.decode(moving.staying().encode(), 13)).isEqualTo(owned);
        assertThat(ShardRecord.decode(moving.released().encode(), 14))
                .isEqualTo(new ShardRecord("n2", 8, 14, 9, 12, null));
        assertThatThrownBy(owned::released).hasMessageContaining("there is no move to end");
    }

    @Test
    void anOwnerHasAName() {
        assertThatThrownBy(() -> ShardRecord.grant("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ShardRecord.grant("x".repeat(1025), 1).encode())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1025 bytes");
    }
}
