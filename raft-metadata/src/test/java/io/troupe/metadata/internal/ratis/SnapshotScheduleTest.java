package io.troupe.metadata.internal.ratis;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SnapshotScheduleTest {
    private static final long ENTRIES = 50_000;

    @Test
    void comesAfterHalfOfTheEntriesAtTheEarliestAndAllOfThemAtTheLatest() {
        List<Long> at = written("n1", 20, 0);
        long before = 0;
        for (long index : at) {
            assertThat(index - before).isBetween(ENTRIES / 2, ENTRIES);
            before = index;
        }
    }

    @Test
    void comesSoonerWhenEntriesAreLong() {
        long length = 1 << 20;
        long inEntries = SnapshotSchedule.LENGTH / length;
        long before = 0;
        for (long index : written("n1", 20, length)) {
            assertThat(index - before).isBetween(inEntries / 2, inEntries);
            before = index;
        }
    }

    /** As long as one is written two thousand entries may come. */
    @Test
    void votersSeldomWriteAtTheSameTime() {
        List<Long> one = written("n1", 100, 0);
        List<Long> two = written("n2", 100, 0);
        List<Long> three = written("n3", 100, 0);
        long allAtOnce = one.stream()
                .filter(index -> meets(two, index) && meets(three, index))
                .count();
        assertThat(allAtOnce).isLessThanOrEqualTo(5);
    }

    @Test
    void aVoterThatStartsAgainGoesOnAsBefore() {
        List<Long> at = written("n1", 3, 0);
        SnapshotSchedule again = new SnapshotSchedule("n1", ENTRIES);
        again.onSnapshot(at.get(1));
        assertThat(again.isDue(at.get(2) - 1)).isFalse();
        assertThat(again.isDue(at.get(2))).isTrue();
        assertThat(again.at()).isEqualTo(at.get(1));
    }

    private static boolean meets(List<Long> others, long index) {
        return others.stream().anyMatch(other -> Math.abs(other - index) < 2_000);
    }

    /** The entries at which a voter begins its first snapshots, when all entries have so many bytes. */
    private static List<Long> written(String nodeId, int count, long bytes) {
        SnapshotSchedule schedule = new SnapshotSchedule(nodeId, ENTRIES);
        List<Long> at = new ArrayList<>();
        for (long index = 1; at.size() < count; index++) {
            schedule.onApplied(bytes);
            if (schedule.isDue(index)) {
                schedule.onSnapshot(index);
                at.add(index);
            }
        }
        return at;
    }
}
