package io.troupe.metadata.internal.formation;

import java.util.List;
import java.util.Random;

import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.SimulatedSeeds.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** An operator vouches for the seeds that are missing: the group is formed without them, and only once. */
class BootstrapTest {
    private final SimulatedSeeds seeds = new SimulatedSeeds();

    @Test
    void anOperatorMayVouchForSeedsThatNeverRan() {
        Seed first = seeds.add("n1").start();
        seeds.add("n2").start();
        seeds.run(3);
        assertThat(first.bootstrap()).isNull();
        assertThat(first.bootstrap()).as("asked twice").isNull();
        seeds.run(19);
        assertThat(first.disk.group()).as("it listens first").isNull();
        seeds.run(3);
        assertThat(first.peers()).containsExactly("n1@disk-n1", "n2@disk-n2");
        assertThat(seeds.get("n2").peers()).isEqualTo(first.peers());
    }

    @Test
    void aSeedThatHasFallenSilentIsNotBootstrapped() {
        Seed first = seeds.add("n1").start();
        Seed second = seeds.add("n2").start();
        seeds.run(3);
        second.crash();
        assertThat(first.bootstrap()).isNull();
        seeds.run(22);
        assertThat(first.peers()).containsExactly("n1@disk-n1");
    }

    @Test
    void aSeedThatTheBootstrapLeftOutIsToldWhatToDo() {
        Seed first = seeds.add("n1").start();
        assertThat(first.bootstrap()).isNull();
        seeds.run(22);
        Seed late = seeds.add("n3").start();
        seeds.run(3);
        assertThat(late.code()).isEqualTo(Code.WIPED_VOTER);
        assertThat(late.failure).hasMessageContaining("n3");
        assertThat(late.disk.group()).isNull();
    }

    @Test
    void onlyTheLowestSeedMayBootstrap() {
        assertThat(seeds.add("n2").start().bootstrap())
                .hasMessageContaining("only node n1")
                .hasMessageContaining("call bootstrap on it");
    }

    @Test
    void aVoterOfAGroupHasNothingToBootstrap() {
        seeds.formed();
        assertThat(seeds.get("n1").bootstrap())
                .hasMessageContaining("belongs to the cluster with id cluster-1 already");
    }

    @Test
    void aWipedSeedThatHearsOfTheGroupDoesNotBootstrapASecondOne() {
        seeds.formed();
        Seed first = seeds.get("n1");
        first.disk = SimulatedSeeds.anotherDisk("n1");
        first.start();
        assertThat(first.bootstrap()).as("nothing was heard yet").isNull();
        seeds.run(30);
        assertThat(first.code()).isEqualTo(Code.WIPED_VOTER);
        assertThat(first.bootstrap()).hasMessageContaining("the cluster exists");
        assertThat(seeds.groupsFormed()).isEqualTo(1);
    }

    /** The operator asks any seed at any time, but tells the truth: no other disk has the group. One disk is wiped. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whoeverIsAskedToBootstrapThereIsNeverASecondGroup(@ForAll long choices) {
        Random random = new Random(choices);
        SimulatedSeeds seeds = new SimulatedSeeds(random);
        seeds.lossy = true;
        List.of("n1", "n2", "n3").forEach(seeds::add);
        int wipeAt = random.nextInt(80);
        for (int step = 0; step < 80; step++) {
            for (Seed seed : seeds.all()) {
                if (random.nextInt(20) == 0) {
                    seed.crash();
                } else if (!seed.runs() && random.nextInt(6) == 0) {
                    seed.start();
                }
                if (seed.runs() && random.nextInt(8) == 0 && nobodyElseHasAGroup(seeds, seed)) {
                    seed.bootstrap();
                }
            }
            if (step == wipeAt) {
                Seed wiped = seeds.get("n" + (1 + random.nextInt(3)));
                wiped.crash();
                wiped.disk = SimulatedSeeds.anotherDisk(wiped.id);
            }
            seeds.run(1);
            seeds.checkOneGroup();
        }
    }

    private static boolean nobodyElseHasAGroup(SimulatedSeeds seeds, Seed seed) {
        return seeds.all().stream().allMatch(other -> other == seed || other.disk.group() == null);
    }
}
