package io.troupe.metadata.internal.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.internal.codec.BackupCodec.Contents;
import io.troupe.metadata.internal.codec.BackupCodec.Head;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.RandomEntries;
import io.troupe.metadata.internal.state.StateView;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackupCodecTest {
    private static StateView state(long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState state = new MetadataState();
        for (int step = 0; step < 40; step++) {
            state.apply(1, random.next(state.view()));
        }
        return state.view();
    }

    private static Head head(StateView state) {
        return new Head("shop", "11111111-2222-3333-4444-555555555555", "n1", 1_700_000_000_000L, state.revision());
    }

    private static byte[] write(Head head, StateView... states) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            BackupCodec.write(head, List.of(states), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Contents read(byte[] bytes) {
        try {
            return BackupCodec.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRefused(byte[] bytes, String... parts) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(CodecException.class)
                .message()
                .contains(parts);
    }

    @Property(tries = 50)
    void aBackupIsReadBackAsItWas(@ForAll long seed, @ForAll @IntRange(min = 1, max = 16) int groups)
            throws IOException {
        List<StateView> states = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            states.add(state(seed + group));
        }
        Head head = head(states.get(0));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String digest = BackupCodec.write(head, states, bytes);
        Contents found = read(bytes.toByteArray());
        assertThat(found.head()).isEqualTo(head);
        assertThat(found.digest()).isEqualTo(digest);
        assertThat(found.states()).hasSize(groups);
        for (int group = 0; group < groups; group++) {
            assertThat(Bytes.snapshot(found.states().get(group)))
                    .as("group %d", group)
                    .isEqualTo(Bytes.snapshot(states.get(group)));
        }
    }

    @Property(tries = 400)
    void damageIsAlwaysFound(@ForAll long seed) {
        Random random = new Random(seed);
        StateView state = state(seed % 10);
        byte[] bytes = seed % 2 == 0 ? write(head(state), state) : write(head(state), state, state(seed % 7));
        int at = random.nextInt(bytes.length);
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        assertThatThrownBy(() -> read(damaged)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> read(Arrays.copyOf(bytes, at))).isInstanceOf(CodecException.class);
    }

    @Example
    void messagesSayWhatIsWrong() {
        StateView state = state(1);
        byte[] good = write(head(state), state);
        assertRefused(new byte[0], "it ends in the head: expected 5 bytes, found 0");
        assertRefused(Arrays.copyOf(good, good.length - 2), "it ends in the checksum");
        assertRefused(Arrays.copyOf(good, good.length + 2), "there is more behind its end");
        byte[] foreign = good.clone();
        foreign[0] = 'X';
        assertRefused(foreign, "it is no backup: it does not start with TRPB");
        byte[] newer = good.clone();
        newer[4] = 3;
        assertRefused(newer, "it has version 3 of the format, and this program reads those up to 2");
        assertRefused(
                write(
                        new Head("shop", "id", "n1", 5, 0),
                        Collections.nCopies(17, StateView.EMPTY).toArray(StateView[]::new)),
                "it is damaged: its head says 17 groups, and this version has 2 to 16");
        byte[] long1 = good.clone();
        long1[5] = 1;
        assertRefused(long1, "its head of ", "has to have 1 to 65536");
        byte[] renamed = good.clone();
        renamed[10] ^= 1; // The name of the cluster.
        assertRefused(renamed, "it is damaged: its checksum is ");
        assertRefused(
                write(new Head("shop", "id", "n1", 1, 7), StateView.EMPTY),
                "its head says revision 7, its state has revision 0");
    }

    /** Others read it long after this program has changed. */
    @Example
    void theBytesAreThese() {
        byte[] bytes = write(new Head("shop", "id", "n1", 5, 0), StateView.EMPTY);
        assertThat(Bytes.hex(Arrays.copyOf(bytes, bytes.length - 32)))
                .isEqualTo("5452504201" + "0000000d" + "0473686f70" + "026964" + "026e31" + "0a" + "00" + "5452505301"
                        + "0000000401000000" + "000000020002" + "4f942e79");
    }

    @Example
    void theBytesOfTwoGroupsAreThese() {
        byte[] bytes = write(new Head("shop", "id", "n1", 5, 0), StateView.EMPTY, StateView.EMPTY);
        String empty = "5452505301" + "0000000401000000" + "000000020002" + "4f942e79";
        assertThat(Bytes.hex(Arrays.copyOf(bytes, bytes.length - 32)))
                .isEqualTo("5452504202" + "0000000e" + "0473686f70" + "026964" + "026e31" + "0a" + "00" + "02" + empty
                        + empty);
    }
}
