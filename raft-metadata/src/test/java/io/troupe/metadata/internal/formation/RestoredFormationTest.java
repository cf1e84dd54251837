package io.troupe.metadata.internal.formation;

import java.util.List;
import java.util.Objects;
import java.util.Random;

import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.SimulatedSeeds.Seed;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

import static io.troupe.metadata.internal.formation.SimulatedSeeds.SEEDS;
import static io.troupe.metadata.internal.formation.SimulatedSeeds.empty;
import static io.troupe.metadata.internal.formation.SimulatedSeeds.restoring;
import static org.assertj.core.api.Assertions.assertThat;

/** Seeds that are told a backup form a group that starts from it, all of them, or none. */
class RestoredFormationTest {
    private final SimulatedSeeds seeds = new SimulatedSeeds();

    private Seed add(String id, @Nullable String backup) {
        return seeds.add(id, restoring(empty(id, SEEDS), backup));
    }

    @Example
    void seedsWithTheSameBackupFormAGroupThatKnowsIt() {
        List.of("n1", "n2", "n3").forEach(id -> add(id, "feed").start());
        seeds.run(10);
        assertThat(seeds.all()).allSatisfy(seed -> {
            assertThat(seed.failure).isNull();
            assertThat(seed.disk.backup()).isEqualTo("feed");
            assertThat(seed.peers()).hasSize(3);
        });
        assertThat(seeds.groupsFormed()).isEqualTo(1);
    }

    @Example
    void seedsWithDifferentBackupsFailOnBothSidesAndNameThem() {
        Seed first = add("n1", "feed").start();
        Seed second = add("n2", "beef").start();
        add("n3", "feed").start();
        seeds.run(20);
        for (Seed seed : List.of(first, second)) {
            assertThat(seed.code()).isEqualTo(Code.BAD_CONFIG);
            assertThat(seed.failure)
                    .hasMessageContaining("backup feed")
                    .hasMessageContaining("backup beef")
                    .hasMessageContaining("give every seed the same backup");
        }
        assertThat(seeds.groupsFormed()).isZero();
    }

    @Example
    void aSeedWithoutTheBackupOfTheOthersFails() {
        add("n1", "feed").start();
        Seed second = add("n2", null).start();
        add("n3", "feed").start();
        seeds.run(20);
        assertThat(second.failure).hasMessageContaining("node n2 restores none");
        assertThat(seeds.groupsFormed()).isZero();
    }

    @Example
    void aClusterThatExistsIsNotRestoredInto() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.disk = restoring(SimulatedSeeds.anotherDisk("n3"), "feed");
        third.start();
        seeds.run(20);
        assertThat(third.code()).isEqualTo(Code.BAD_CONFIG);
        assertThat(third.failure)
                .hasMessageContaining("node n3 restores backup feed")
                .hasMessageContaining("belongs to the cluster with id cluster-1")
                .hasMessageContaining("start node n3 without restoreFrom");
        assertThat(third.disk.group()).isNull();
        assertThat(seeds.get("n1").failure).isNull();
    }

    @Example
    void aSeedOfARestoredGroupThatComesBackWithoutTheBackupDoesNotStartEmpty() {
        List.of("n1", "n2", "n3").forEach(id -> add(id, "feed").start());
        seeds.run(1);
        Seed third = seeds.get("n3");
        third.crash(); // Before it has heard of the group that it is in.
        seeds.run(10);
        assertThat(seeds.get("n1").peers()).contains("n3@disk-n3");
        third.disk = restoring(third.disk, null);
        third.start();
        seeds.run(10);
        assertThat(third.disk.group()).isNull();
        assertThat(third.failure)
                .hasMessageContaining("start from backup feed")
                .hasMessageContaining("start node n3 with restoreFrom and that backup");
        third.disk = restoring(third.disk, "feed");
        third.failure = null;
        third.start();
        seeds.run(10);
        assertThat(third.failure).isNull();
        assertThat(third.peers()).hasSize(3);
    }

    @Example
    void whoJoinsARestoredGroupNeedsNoBackup() {
        Seed fourth = seeds.add("n4");
        fourth.joining = true;
        fourth.start();
        List.of("n1", "n2", "n3").forEach(id -> add(id, "feed").start());
        seeds.run(10);
        assertThat(seeds.groupsFormed()).isEqualTo(1);
        seeds.run(10);
        assertThat(fourth.failure).isNull();
        assertThat(fourth.disk.group()).isNotNull();
        assertThat(fourth.disk.backup()).isNull();
    }

    /** People change their minds about the backup at every restart. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whateverIsToldToWhomAllSeedsOfAGroupStartFromTheSame(@ForAll long choices) {
        Random random = new Random(choices);
        SimulatedSeeds seeds = new SimulatedSeeds(random);
        seeds.lossy = true;
        List.of("n1", "n2", "n3").forEach(seeds::add);
        for (int step = 0; step < 100; step++) {
            for (Seed seed : seeds.all()) {
                if (random.nextInt(12) == 0) {
                    seed.crash();
                } else if (!seed.runs() && random.nextInt(4) == 0) {
                    seed.failure = null;
                    String backup = random.nextInt(5) == 0 ? "beef" : random.nextInt(5) == 0 ? null : "feed";
                    seed.disk = restoring(seed.disk, backup);
                    seed.start();
                }
            }
            seeds.run(1);
            seeds.checkOneGroup();
            assertThat(seeds.all().stream()
                            .filter(seed -> seed.disk.group() != null)
                            .map(seed -> Objects.toString(seed.disk.backup()))
                            .distinct())
                    .hasSizeLessThanOrEqualTo(1);
        }
    }
}
