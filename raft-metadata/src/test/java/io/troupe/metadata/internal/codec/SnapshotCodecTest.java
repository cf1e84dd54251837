package io.troupe.metadata.internal.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Joins;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.RandomEntries;
import io.troupe.metadata.internal.state.StateView;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SnapshotCodecTest {
    @Property(tries = 100)
    void restoringASnapshotAndGoingOnIsTheSameAsReplayingTheLog(@ForAll long seed) {
        RandomEntries random = new RandomEntries(seed);
        Random cut = new Random(~seed);
        MetadataState replayed = new MetadataState();
        MetadataState restored = new MetadataState();
        MetadataState regrouped = new MetadataState();
        for (int step = 0; step < 150; step++) {
            List<Command> entry = random.next(replayed.view());
            byte[] bytes = EntryCodec.encode(entry);
            long term = 1L + step / 20;
            Applied expected = replayed.apply(term, entry);
            if (cut.nextInt(10) == 0) {
                restored = Bytes.copy(restored);
            }
            Applied found = restored.apply(term, EntryCodec.decode(bytes));
            assertThat(OutcomeCodec.encode(found.outcomes())).isEqualTo(OutcomeCodec.encode(expected.outcomes()));
            assertThat(Bytes.events(found.events())).isEqualTo(Bytes.events(expected.events()));
            // How commands are put together into entries makes no difference.
            for (Command command : entry) {
                regrouped.apply(term, List.of(command));
            }
        }
        byte[] snapshot = Bytes.snapshot(replayed.view());
        assertThat(Bytes.snapshot(restored.view())).isEqualTo(snapshot);
        assertThat(Bytes.snapshot(regrouped.view())).isEqualTo(snapshot);
        assertThat(Bytes.snapshot(Bytes.restore(snapshot))).isEqualTo(snapshot);
    }

    @Property(tries = 30)
    void viewsOfThePastDoNotChangeWhileTheStateGoesOn(@ForAll long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        List<StateView> views = new ArrayList<>();
        List<byte[]> snapshots = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            state.apply(1, random.next(state.view()));
            views.add(state.view());
            snapshots.add(Bytes.snapshot(state.view()));
        }
        for (int i = 0; i < views.size(); i++) {
            assertThat(Bytes.snapshot(views.get(i))).isEqualTo(snapshots.get(i));
        }
    }

    @Property(tries = 400)
    void damageIsAlwaysFound(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = sample(seed % 10);
        int at = random.nextInt(bytes.length);
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        assertThatThrownBy(() -> Bytes.restore(damaged)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> Bytes.restore(Arrays.copyOf(bytes, at))).isInstanceOf(CodecException.class);
    }

    @Example
    void messagesSayWhatIsWrong() throws IOException {
        byte[] good = sample(1);
        assertRefused(new byte[0], "ends in the head", "expected 5 bytes, found 0");
        assertRefused(Arrays.copyOf(good, good.length - 2), "ends in the checksum");
        assertRefused(Arrays.copyOf(good, 20), "ends in ");
        byte[] foreign = good.clone();
        foreign[0] = 'X';
        assertRefused(foreign, "does not start with TRPS");
        byte[] newer = good.clone();
        newer[4] = 2;
        assertRefused(newer, "version 1 to 1 before here, not 2");
        byte[] flipped = good.clone();
        flipped[flipped.length - 1] ^= 1;
        assertRefused(flipped, "damaged: its checksum is ");
        byte[] huge = good.clone();
        huge[5] = 0x7F;
        assertRefused(huge, "a record of ", "it has 1 to 33554432");

        ByteArrayInputStream withMore = new ByteArrayInputStream(Arrays.copyOf(good, good.length + 3));
        SnapshotCodec.read(withMore);
        assertThat(withMore.available()).isEqualTo(3);
    }

    @Example
    void falseLengthOfARecordDoesNotAllocateIt() {
        byte[] head = Arrays.copyOf(sample(1), 9);
        head[5] = 1;
        head[6] = (byte) 0xFF;
        assertRefused(head, "ends in record 0");
    }

    @Example
    void emptyStateHasASnapshot() {
        byte[] bytes = Bytes.snapshot(StateView.EMPTY);
        assertThat(Bytes.hex(bytes)).isEqualTo("5452505301" + "0000000401000000" + "000000020002" + "4f942e79");
        assertThat(Bytes.restore(bytes).revision()).isZero();
    }

    /** A group that nobody joined has the bytes that it always had. */
    @Example
    void onlyAGroupThatALifeHasJoinedRemembersForgottenOnes() {
        StateView empty = StateView.EMPTY;
        byte[] bytes = Bytes.snapshot(new StateView(
                0, 0, null, empty.keys(), empty.sessions(), empty.channels(), empty.ended(), new Joins(true, 300)));
        assertThat(Bytes.hex(bytes)).startsWith("5452505301" + "0000000401000000" + "0000000306d804" + "000000020004");
        assertThat(Bytes.restore(bytes).joins()).isEqualTo(new Joins(true, 300));
    }

    private static void assertRefused(byte[] bytes, String... parts) {
        assertThatThrownBy(() -> Bytes.restore(bytes))
                .isInstanceOf(CodecException.class)
                .message()
                .contains(parts);
    }

    private static byte[] sample(long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        for (int step = 0; step < 60; step++) {
            state.apply(1, random.next(state.view()));
        }
        return Bytes.snapshot(state.view());
    }
}
