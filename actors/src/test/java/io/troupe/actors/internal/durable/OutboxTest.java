package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OutboxTest {
    private static final byte[] NOTICE = {1};

    private static Outbox.Entry entry(long sequence, byte @Nullable [] onDone) {
        return entry(sequence, 3, onDone);
    }

    private static Outbox.Entry entry(long sequence, int target, byte @Nullable [] onDone) {
        return new Outbox.Entry(sequence, sequence, new OutboxContent(target, onDone, null, new byte[] {2}));
    }

    private static Outbox.Entry entry(long sequence) {
        return entry(sequence, null);
    }

    private static Outbox.Entry next(Outbox outbox) {
        return Objects.requireNonNull(outbox.next());
    }

    @Example
    void theFloorIsTheLowestThatMayStand() {
        Outbox outbox = new Outbox(10, 100);
        assertThat(outbox.floor()).isEqualTo(11);
        outbox.add(entry(12)); // 11 was committed before it, and its answer is still to come
        assertThat(outbox.floor()).isEqualTo(11);
        outbox.add(entry(11));
        assertThat(next(outbox).sequence()).isEqualTo(11);
        assertThat(outbox.floor()).isEqualTo(11);
        outbox.onRemoved(11);
        assertThat(outbox.floor()).isEqualTo(12);
        outbox.onRemoved(12);
        assertThat(outbox.floor()).isEqualTo(13);
        assertThat(outbox.size()).isZero();
    }

    @Example
    void whatWasLoadedIsSentFirstAndWhatWasPutBackBeforeWhatFollows() {
        Outbox outbox = new Outbox(10, 100);
        outbox.add(entry(4));
        outbox.add(entry(9));
        outbox.add(entry(11));
        assertThat(outbox.floor()).isEqualTo(4);
        Outbox.Entry first = next(outbox);
        assertThat(first.sequence()).isEqualTo(4);
        assertThat(next(outbox).sequence()).isEqualTo(9);
        outbox.putBack(first);
        assertThat(outbox.next()).as("its target has no room").isNull();
        outbox.retry();
        assertThat(outbox.next()).isSameAs(first);
        assertThat(next(outbox).sequence()).isEqualTo(11);
        assertThat(outbox.next()).isNull();
        outbox.onRemoved(4);
        outbox.putBack(first);
        assertThat(outbox.next()).as("it does not stand any more").isNull();
    }

    @Example
    void aTargetWithoutRoomHoldsUpWhatGoesToItAndNothingElse() {
        Outbox outbox = new Outbox(0, 100);
        for (long sequence = 1; sequence <= 6; sequence++) {
            outbox.add(entry(sequence, sequence % 2 == 0 ? 8 : 9, null));
        }
        Outbox.Entry first = next(outbox);
        outbox.putBack(first);
        assertThat(List.of(
                        next(outbox).sequence(),
                        next(outbox).sequence(),
                        next(outbox).sequence()))
                .containsExactly(2L, 4L, 6L);
        assertThat(outbox.next()).isNull();
        outbox.add(entry(7, 9, null));
        outbox.add(entry(8, 8, null));
        assertThat(next(outbox).sequence()).isEqualTo(8);
        assertThat(outbox.next()).isNull();
        outbox.retry();
        outbox.onEnd(first, true); // an answer that comes late
        assertThat(List.of(
                        next(outbox).sequence(),
                        next(outbox).sequence(),
                        next(outbox).sequence()))
                .containsExactly(3L, 5L, 7L);
        assertThat(outbox.next()).isNull();
    }

    @Example
    void aFullOutboxTakesNoMoreButWhatWorksItOff() {
        Outbox outbox = new Outbox(0, 100_000);
        for (long sequence = 1; sequence < Outbox.MAX_STANDING; sequence++) {
            outbox.add(entry(sequence));
        }
        assertThat(outbox.mayAdd(1, false)).isTrue();
        assertThat(outbox.mayAdd(2, false)).isFalse();
        assertThat(outbox.mayAdd(2, true)).isTrue();
        outbox.add(entry(Outbox.MAX_STANDING));
        outbox.add(entry(Outbox.MAX_STANDING + 1)); // was under way when it was asked for the last time
        assertThat(outbox.mayAdd(0, false)).isTrue();
        assertThat(outbox.mayAdd(1, false)).isFalse();
        assertThat(outbox.mayAdd(1, true)).isTrue();
        assertThat(outbox.mayAdd(2, true)).isFalse();
    }

    @Example
    void nothingIsSentFarAboveTheFloor() {
        Outbox outbox = new Outbox(0, 3);
        for (long sequence = 1; sequence <= 4; sequence++) {
            outbox.add(entry(sequence));
        }
        Outbox.Entry first = next(outbox);
        assertThat(next(outbox).sequence()).isEqualTo(2);
        assertThat(next(outbox).sequence()).isEqualTo(3);
        assertThat(outbox.next()).isNull();
        assertThat(outbox.onEnd(first, true)).isNull();
        assertThat(outbox.next()).as("it still stands").isNull();
        assertThat(outbox.takeRemovable(10)).containsExactly(1L);
        outbox.onRemoved(1);
        assertThat(next(outbox).sequence()).isEqualTo(4);
    }

    @Example
    void anEntryWhoseSenderWaitsStandsUntilItWasTold() {
        Outbox outbox = new Outbox(0, 100);
        Outbox.Entry told = entry(1, NOTICE);
        outbox.add(told);
        outbox.next();
        assertThat(outbox.onEnd(told, true)).isSameAs(NOTICE);
        assertThat(outbox.takeRemovable(10)).isEmpty();
        assertThat(outbox.floor()).isEqualTo(1);
        Outbox.Entry refused = entry(2, NOTICE);
        outbox.add(refused);
        outbox.next();
        assertThat(outbox.onEnd(refused, false)).as("no notice for that").isNull();
        assertThat(outbox.onEnd(entry(2), true)).as("another entry").isNull();
        List<Long> removable = outbox.takeRemovable(10);
        assertThat(removable).containsExactly(2L);
        assertThat(outbox.removable()).isZero();
        outbox.keep(removable);
        assertThat(outbox.removable()).isEqualTo(1);
    }

    /** Whatever the order of answers and ends, the floor never passes what stands, and all is sent in order. */
    @Property
    void theFloorNeverPassesWhatStands(@ForAll long seed) {
        Random random = new Random(seed);
        Outbox outbox = new Outbox(0, 1_000);
        TreeSet<Long> standing = new TreeSet<>();
        TreeMap<Long, Outbox.Entry> unheard = new TreeMap<>();
        List<Outbox.Entry> underWay = new ArrayList<>();
        long newest = 0;
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    newest++;
                    standing.add(newest);
                    unheard.put(newest, entry(newest));
                }
                case 2 -> {
                    if (!unheard.isEmpty()) {
                        List<Long> keys = new ArrayList<>(unheard.keySet());
                        outbox.add(Objects.requireNonNull(unheard.remove(keys.get(random.nextInt(keys.size())))));
                    }
                }
                case 3 -> {
                    Outbox.Entry next = outbox.next();
                    if (next != null) {
                        underWay.add(next);
                    }
                }
                default -> {
                    if (!underWay.isEmpty()) {
                        Outbox.Entry ended = underWay.remove(random.nextInt(underWay.size()));
                        outbox.onEnd(ended, true);
                        for (long sequence : outbox.takeRemovable(2)) {
                            standing.remove(sequence);
                            outbox.onRemoved(sequence);
                        }
                    }
                }
            }
            assertThat(outbox.floor()).isEqualTo(standing.isEmpty() ? newest + 1 : standing.first());
        }
    }

    @Property
    void contentsSurviveTheirBytes(@ForAll int shard, @ForAll byte[] onDone, @ForAll byte[] message) {
        OutboxContent content = new OutboxContent(shard, onDone, null, message);
        assertThat(OutboxContent.decode(content.encode()))
                .usingRecursiveComparison()
                .isEqualTo(content);
    }

    @Property
    void garbageIsRefusedCleanly(@ForAll byte[] garbage) {
        try {
            OutboxContent.decode(garbage);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                    .matches("no message of an outbox of format 1: .*|a message of an outbox ends .*");
        }
    }

    @Example
    void anotherFormatIsNamed() {
        assertThatThrownBy(() -> OutboxContent.decode(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                .hasMessage("no message of an outbox of format 1: 13 bytes of format 9");
        assertThatThrownBy(() -> OutboxContent.decode(new byte[0]))
                .hasMessage("no message of an outbox of format 1: 0 bytes");
    }
}
