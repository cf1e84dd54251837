package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.actors.internal.durable.Reminders.Standing;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FairRoundTest {
    /** As a node that owns a third of the default set: each shard has a thousand reminders due. */
    @Example
    void aStepHandsOutItsMostHoweverMuchIsDue() {
        List<Reminders> shards = new ArrayList<>();
        for (int shard = 0; shard < 341; shard++) {
            Reminders due = new Reminders();
            for (int i = 0; i < 1_000; i++) {
                due.set(new Standing("e/" + i, 1, new Reminder(1, 0, false, new byte[0])));
            }
            shards.add(due);
        }
        FairRound round = new FairRound(341, 1_000, 100);
        int steps = 0;
        boolean more;
        int before = 0;
        int[] out = {0};
        do {
            more = round.step((shard, limit) -> {
                int taken = shards.get(shard).takeDue(1, limit).size();
                out[0] += taken;
                return taken;
            });
            assertThat(out[0] - before).isLessThanOrEqualTo(1_000);
            before = out[0];
            steps++;
        } while (more);
        assertThat(out[0]).isEqualTo(341_000);
        assertThat(steps).isEqualTo(342);
    }

    @Property(tries = 500)
    void allOfItIsHandedOutAndNobodyWaitsForLongerThanARoundOfTurns(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 60) Integer> due,
            @ForAll @IntRange(min = 1, max = 7) int turn,
            @ForAll @IntRange(max = 20) int room) {
        int shards = due.size();
        int most = turn + room;
        int[] left = due.stream().mapToInt(Integer::intValue).toArray();
        int[] waited = new int[shards];
        int longest = (shards * turn + most - 1) / most;
        FairRound round = new FairRound(shards, most, turn);
        boolean more = true;
        for (int steps = 0; more; steps++) {
            assertThat(steps).as("steps").isLessThan(60 * 40 + 2);
            int[] before = left.clone();
            more = round.step((shard, limit) -> {
                int out = Math.min(limit, left[shard]);
                left[shard] -= out;
                return out;
            });
            assertThat(Arrays.stream(before).sum() - Arrays.stream(left).sum()).isLessThanOrEqualTo(most);
            for (int shard = 0; shard < shards; shard++) {
                waited[shard] = left[shard] > 0 && left[shard] == before[shard] ? waited[shard] + 1 : 0;
                assertThat(waited[shard]).as("steps without a turn").isLessThan(longest);
            }
        }
        assertThat(left).as("what is left when nothing more is promised").containsOnly(0);
    }

    @Example
    void aRoundThatCouldNotEndIsRefused() {
        assertThatThrownBy(() -> new FairRound(1, 9, 10))
                .hasMessage(
                        "a round of 1 shards with turns of 10 and steps of 9 never ends: there must be a shard, and a"
                                + " step must have room for a turn");
    }
}
