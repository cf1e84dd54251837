package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.troupe.metadata.internal.formation.SimulatedSeeds.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

import static io.troupe.metadata.internal.formation.SimulatedSeeds.SEEDS;
import static io.troupe.metadata.internal.formation.SimulatedSeeds.member;
import static org.assertj.core.api.Assertions.assertThat;

/** Raft changes the voters of the group: whoever joins takes it over, whoever was removed is told. */
class JoiningAndRemovalTest {
    private final SimulatedSeeds seeds = new SimulatedSeeds();

    @Test
    void aVoterThatWasRemovedLearnsItFromWhoeverHasAppliedIt() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.crash();
        seeds.commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        seeds.run(1);
        assertThat(seeds.get("n1").peers()).containsExactly("n1@disk-n1", "n2@disk-n2");
        third.start();
        seeds.run(3);
        assertThat(third.removed).isTrue();
        assertThat(third.failure).isNull();
        assertThat(seeds.get("n1").removed).isFalse();
    }

    @Test
    void aNodeThatJoinsTakesOverTheGroupAndIsAVoterOnceRaftSaysSo() {
        seeds.formed();
        Seed fourth = seeds.add("n4");
        fourth.joining = true;
        fourth.start();
        seeds.run(3);
        assertThat(fourth.peers()).containsExactly("n1@disk-n1", "n2@disk-n2", "n3@disk-n3");
        assertThat(fourth.disk.isMember()).isFalse();
        seeds.commit(
                50, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "disk-n3"), member("n4", "disk-n4"));
        assertThat(fourth.disk.isMember()).isTrue();
        fourth.start();
        seeds.run(10);
        assertThat(fourth.removed).isFalse();
        assertThat(fourth.failure).isNull();
    }

    @Test
    void aReplacementWaitsUntilItsPredecessorIsNoVoter() {
        seeds.formed();
        Seed third = seeds.get("n3");
        third.disk = SimulatedSeeds.anotherDisk("n3");
        third.joining = true;
        third.start();
        seeds.run(10);
        assertThat(third.disk.group())
                .as("an append to its predecessor would reach it")
                .isNull();
        assertThat(third.failure).isNull();
        seeds.commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        seeds.run(10);
        assertThat(third.peers()).containsExactly("n1@disk-n1", "n2@disk-n2");
        seeds.commit(50, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "another-disk"));
        assertThat(third.disk.isMember()).isTrue();
    }

    @Test
    void whatRaftHasCommittedEarlierChangesNothing() {
        seeds.formed();
        seeds.commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        seeds.commit(30, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "disk-n3"));
        assertThat(seeds.get("n1").peers()).hasSize(2);
    }

    /** Raft adds and removes one directory after the other, each once, to whoever runs; messages get lost. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void onlyWhoWasRemovedIsToldSoAndSoonerOrLaterIs(@ForAll long choices) {
        Random random = new Random(choices);
        SimulatedSeeds seeds = new SimulatedSeeds(random);
        seeds.formed();
        seeds.lossy = true;
        TreeMap<String, Identity.Member> current = new TreeMap<>();
        List.of("n1", "n2", "n3").forEach(id -> current.put(id, member(id, "disk-" + id)));
        long version = 10;
        for (int change = 0; change < 12; change++) {
            String id = "n" + (2 + random.nextInt(4));
            Identity.Member old = current.remove(id);
            if (old == null) {
                Seed fresh = seeds.add(id, new Identity("shop", id, "disk-" + id + "-" + version, SEEDS, null));
                fresh.joining = true;
                fresh.start();
                seeds.run(4);
                current.put(id, member(id, fresh.disk.storageId()));
            }
            List<Identity.Member> told = new ArrayList<>(current.values());
            if (random.nextInt(3) == 0 && told.size() > 1) {
                Seed away = seeds.get(told.get(1).voter().nodeId());
                away.crash();
            }
            seeds.commit(version++, told.toArray(Identity.Member[]::new));
            seeds.run(random.nextInt(6));
            for (Seed seed : seeds.all()) {
                if (!seed.runs()) {
                    seed.start();
                }
            }
            checkRemovals(seeds, current);
        }
        seeds.commit(version, current.values().toArray(Identity.Member[]::new));
        seeds.lossy = false;
        seeds.run(60);
        checkRemovals(seeds, current);
        seeds.all().stream()
                .filter(seed -> !current.containsKey(seed.id) && seed.disk.isMember())
                .forEach(seed ->
                        assertThat(seed.removed).as(seed.disk.toString()).isTrue());
    }

    private static void checkRemovals(SimulatedSeeds seeds, Map<String, Identity.Member> current) {
        for (Seed seed : seeds.all()) {
            Identity.Member member = current.get(seed.id);
            if (member != null && member.storageId().equals(seed.disk.storageId())) {
                assertThat(seed.removed).as(seed.disk.toString()).isFalse();
                assertThat(seed.failure).isNull();
            }
        }
    }
}
