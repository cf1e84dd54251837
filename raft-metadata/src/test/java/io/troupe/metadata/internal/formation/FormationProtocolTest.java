package io.troupe.metadata.internal.formation;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.formation.SimulatedSeeds.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

import static io.troupe.metadata.internal.formation.SimulatedSeeds.SEEDS;
import static io.troupe.metadata.internal.formation.SimulatedSeeds.empty;
import static io.troupe.metadata.internal.formation.SimulatedSeeds.member;
import static org.assertj.core.api.Assertions.assertThat;

/** Empty seeds form their first group, and never a second one. */
class FormationProtocolTest {
    private final SimulatedSeeds seeds = new SimulatedSeeds();

    @Test
    void allEmptySeedsFormOneGroup() {
        seeds.add("n1").start();
        seeds.add("n2").start();
        seeds.add("n3").start();
        seeds.run(10);
        assertThat(seeds.all()).allSatisfy(seed -> {
            Identity.Group group = Objects.requireNonNull(seed.disk.group());
            assertThat(group.clusterId()).isEqualTo("cluster-1");
            assertThat(group.members())
                    .extracting(Identity.Member::peerId)
                    .containsExactly("n1@disk-n1", "n2@disk-n2", "n3@disk-n3");
        });
    }

    @Test
    void aSingleSeedFormsItsGroupAlone() {
        Seed alone = seeds.add("n1", empty("n1", SEEDS.subList(0, 1))).start();
        seeds.run(1);
        assertThat(alone.disk.group()).isNotNull();
    }

    @Test
    void aMajorityOfEmptySeedsIsNotEnough() {
        Seed first = seeds.add("n1").start();
        seeds.add("n2").start();
        seeds.run(100);
        assertThat(first.disk.group()).isNull();
        assertThat(Objects.requireNonNull(first.protocol).missing()).containsExactly(SEEDS.get(2));
    }

    @Test
    void aSeedThatComesLateLearnsTheGroup() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.disk = empty("n3", SEEDS); // It had told its storage id, and crashed before it wrote the group.
        third.start();
        seeds.run(3);
        assertThat(third.disk.group()).isNotNull();
    }

    @Test
    void aWipedVoterIsRefused() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.disk = SimulatedSeeds.anotherDisk("n3");
        third.start();
        seeds.run(3);
        assertThat(third.code()).isEqualTo(Code.WIPED_VOTER);
        assertThat(third.failure)
                .hasMessageContaining("n3")
                .hasMessageContaining("disk-n3")
                .hasMessageContaining("restore");
        assertThat(third.disk.group()).isNull();
    }

    @Test
    void aWipedLowestSeedDoesNotFormASecondGroup() {
        seeds.formed();
        Seed first = seeds.get("n1");
        first.disk = SimulatedSeeds.anotherDisk("n1");
        first.start();
        seeds.run(3);
        assertThat(first.code()).isEqualTo(Code.WIPED_VOTER);
        assertThat(seeds.groupsFormed()).isEqualTo(1);
    }

    @Test
    void differentSeedListsFailOnBothSidesAndAreBothNamed() {
        List<Voter> other = List.of(SEEDS.get(0), SEEDS.get(1), new Voter("n4", "h4", 7804));
        Seed first = seeds.add("n1").start();
        Seed second = seeds.add("n2", empty("n2", other)).start();
        seeds.run(20);
        for (Seed seed : List.of(first, second)) {
            assertThat(seed.code()).isEqualTo(Code.BAD_CONFIG);
            assertThat(seed.failure)
                    .hasMessageContaining("n1=h1:7801,n2=h2:7802,n3=h3:7803")
                    .hasMessageContaining("n1=h1:7801,n2=h2:7802,n4=h4:7804")
                    .hasMessageContaining("the same list");
        }
    }

    @Test
    void aSeedOfAnotherClusterIsNamed() {
        Seed first = seeds.add("n1").start();
        seeds.add("n2", new Identity("bank", "n2", "disk-n2", SEEDS, null)).start();
        seeds.run(20);
        assertThat(first.code()).isEqualTo(Code.BAD_CONFIG);
        assertThat(first.failure).hasMessageContaining("shop").hasMessageContaining("bank");
    }

    @Test
    void differentNumbersOfGroupsFailOnBothSidesAndAreBothNamed() {
        Seed first = seeds.add("n1").start();
        Seed second = seeds.add("n2", new Identity("shop", "n2", "disk-n2", SEEDS, 3, null, null))
                .start();
        seeds.run(20);
        for (Seed seed : List.of(first, second)) {
            assertThat(seed.code()).isEqualTo(Code.BAD_CONFIG);
            assertThat(seed.failure)
                    .hasMessageContaining("groups(1)")
                    .hasMessageContaining("groups(3)")
                    .hasMessageContaining("give every node the same number");
        }
    }

    @Test
    void onlyAnIdentityWithSeveralGroupsHasOtherBytesThanBefore() {
        Identity single = new Identity("c", "n", "s", List.of(), null);
        Identity several = new Identity("c", "n", "s", List.of(), 3, null, null);
        Identity damaged = new Identity("c", "n", "s", List.of(), 3, null, null, false);
        assertThat(hex(single)).isEqualTo("030163016e0173000000");
        assertThat(hex(several)).isEqualTo("0503010163016e0173000000");
        assertThat(hex(damaged)).isEqualTo("0503000163016e0173000000");
    }

    private static String hex(Identity identity) {
        ByteWriter bytes = new ByteWriter();
        IdentityCodec.write(bytes, identity);
        assertThat(IdentityCodec.read(ByteReader.of(bytes.toByteArray()))).isEqualTo(identity);
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Test
    void aRunningVoterSurvivesAStranger() {
        seeds.formed();
        Seed stranger = seeds.add("n2", empty("n2", SEEDS.subList(0, 2))).start();
        seeds.run(20);
        Seed first = seeds.get("n1");
        assertThat(first.failure).isNull();
        assertThat(first.strangers).isPositive();
        assertThat(stranger.code()).isEqualTo(Code.BAD_CONFIG);
    }

    @Test
    void strangersThatHaveFormedDoNotAnswerAnswers() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.disk = third.disk.formed(new Identity.Group("cluster-9", List.of(member("n3", "disk-n3")), 0));
        third.start();
        int messages = 0;
        for (int step = 0; step < 100; step++) {
            seeds.run(1);
            messages += seeds.messagesUnderWay();
        }
        assertThat(messages).isLessThan(200);
        assertThat(seeds.get("n1").strangers).isPositive();
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whateverIsLostAndWhoeverCrashesThereIsOneGroup(@ForAll long choices) {
        Random random = new Random(choices);
        SimulatedSeeds seeds = new SimulatedSeeds(random);
        seeds.lossy = true;
        List.of("n1", "n2", "n3").forEach(seeds::add);
        for (int step = 0; step < 60; step++) {
            for (Seed seed : seeds.all()) {
                if (random.nextInt(12) == 0) {
                    seed.crash();
                } else if (!seed.runs() && random.nextInt(4) == 0) {
                    seed.start();
                }
            }
            seeds.run(1);
            seeds.checkOneGroup();
        }
        seeds.lossy = false;
        seeds.all().forEach(Seed::start);
        seeds.run(10);
        seeds.checkOneGroup();
        assertThat(seeds.all()).allSatisfy(seed -> {
            assertThat(seed.disk.group()).isNotNull();
            assertThat(seed.failure).isNull();
        });
    }
}
