package io.troupe.metadata.internal.formation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FormationProtocolTest {
    private static final List<Voter> SEEDS =
            List.of(new Voter("n1", "h1", 7801), new Voter("n2", "h2", 7802), new Voter("n3", "h3", 7803));

    private final Map<String, Seed> seeds = new TreeMap<>();
    private final ArrayDeque<Runnable> wire = new ArrayDeque<>();
    private Random random = new Random(1);
    private boolean lossy;
    private long now;
    private int clusterIds;

    /** A seed with its disk; a crash loses everything but the disk. */
    private final class Seed implements FormationProtocol.Output {
        final String id;
        Identity disk;

        @Nullable
        FormationProtocol protocol;

        @Nullable
        MetadataException failure;

        int strangers;
        boolean joining;
        boolean removed;

        Seed(String id, Identity disk) {
            this.id = id;
            this.disk = disk;
            seeds.put(id, this);
        }

        Seed start() {
            protocol = new FormationProtocol(disk, joining, now, this);
            return this;
        }

        @Override
        public void tell(String nodeId, Identity self) {
            if (lossy && random.nextInt(4) == 0) {
                return;
            }
            ByteWriter bytes = new ByteWriter();
            IdentityCodec.write(bytes, self);
            wire.add(() -> {
                Seed to = seeds.get(nodeId);
                if (to != null && to.protocol != null) {
                    to.protocol.onTold(IdentityCodec.read(ByteReader.of(bytes.toByteArray())), now);
                }
            });
        }

        @Override
        public String newClusterId() {
            return "cluster-" + ++clusterIds;
        }

        @Override
        public void onFormed(Identity formed) {
            disk = formed;
        }

        @Override
        public void onChanged(Identity changed) {
            disk = changed;
        }

        @Override
        public void onRemoved(Identity identity) {
            removed = true;
        }

        @Override
        public void onFailed(MetadataException why) {
            failure = why;
        }

        @Override
        public void onStranger(String problem) {
            strangers++;
        }
    }

    private Seed seed(String id) {
        return new Seed(id, empty(id, SEEDS));
    }

    private static Identity empty(String id, List<Voter> list) {
        return new Identity("shop", id, "disk-" + id, list, null);
    }

    private void run(int steps) {
        for (int step = 0; step < steps; step++) {
            now += FormationProtocol.TELL_NS / 2;
            for (Seed seed : seeds.values()) {
                if (seed.protocol != null) {
                    seed.protocol.flush(now);
                }
            }
            for (int left = wire.size(); left > 0; left--) {
                wire.remove().run();
            }
        }
    }

    private static Code code(Seed seed) {
        return Objects.requireNonNull(seed.failure, "a failure of " + seed.id).code();
    }

    @Test
    void allEmptySeedsFormOneGroup() {
        seed("n1").start();
        seed("n2").start();
        seed("n3").start();
        run(10);
        assertThat(seeds.values()).allSatisfy(seed -> {
            Identity.Group group = Objects.requireNonNull(seed.disk.group());
            assertThat(group.clusterId()).isEqualTo("cluster-1");
            assertThat(group.members())
                    .extracting(Identity.Member::peerId)
                    .containsExactly("n1@disk-n1", "n2@disk-n2", "n3@disk-n3");
        });
    }

    @Test
    void aSingleSeedFormsItsGroupAlone() {
        Seed alone = new Seed("n1", empty("n1", SEEDS.subList(0, 1))).start();
        run(1);
        assertThat(alone.disk.group()).isNotNull();
    }

    @Test
    void aMajorityOfEmptySeedsIsNotEnough() {
        Seed first = seed("n1").start();
        seed("n2").start();
        run(100);
        assertThat(first.disk.group()).isNull();
        assertThat(Objects.requireNonNull(first.protocol).missing()).containsExactly(SEEDS.get(2));
    }

    @Test
    void aSeedThatComesLateLearnsTheGroup() {
        allEmptySeedsFormOneGroup();
        Seed third = Objects.requireNonNull(seeds.get("n3"));
        third.disk = empty("n3", SEEDS); // It had told its storage id, and crashed before it wrote the group.
        third.start();
        run(3);
        assertThat(third.disk.group()).isNotNull();
    }

    @Test
    void aWipedVoterIsRefused() {
        allEmptySeedsFormOneGroup();
        Seed third = Objects.requireNonNull(seeds.get("n3"));
        third.disk = new Identity("shop", "n3", "another-disk", SEEDS, null);
        third.start();
        run(3);
        assertThat(code(third)).isEqualTo(Code.WIPED_VOTER);
        assertThat(third.failure)
                .hasMessageContaining("n3")
                .hasMessageContaining("disk-n3")
                .hasMessageContaining("restore");
        assertThat(third.disk.group()).isNull();
    }

    @Test
    void aWipedLowestSeedDoesNotFormASecondGroup() {
        allEmptySeedsFormOneGroup();
        Seed first = Objects.requireNonNull(seeds.get("n1"));
        first.disk = new Identity("shop", "n1", "another-disk", SEEDS, null);
        first.start();
        run(3);
        assertThat(code(first)).isEqualTo(Code.WIPED_VOTER);
        assertThat(clusterIds).isEqualTo(1);
    }

    @Test
    void differentSeedListsFailOnBothSidesAndAreBothNamed() {
        List<Voter> other = List.of(SEEDS.get(0), SEEDS.get(1), new Voter("n4", "h4", 7804));
        Seed first = seed("n1").start();
        Seed second = new Seed("n2", empty("n2", other)).start();
        run(20);
        for (Seed seed : List.of(first, second)) {
            assertThat(code(seed)).isEqualTo(Code.BAD_CONFIG);
            assertThat(seed.failure)
                    .hasMessageContaining("n1=h1:7801,n2=h2:7802,n3=h3:7803")
                    .hasMessageContaining("n1=h1:7801,n2=h2:7802,n4=h4:7804")
                    .hasMessageContaining("the same list");
        }
    }

    @Test
    void aSeedOfAnotherClusterIsNamed() {
        Seed first = seed("n1").start();
        new Seed("n2", new Identity("bank", "n2", "disk-n2", SEEDS, null)).start();
        run(20);
        assertThat(code(first)).isEqualTo(Code.BAD_CONFIG);
        assertThat(first.failure).hasMessageContaining("shop").hasMessageContaining("bank");
    }

    @Test
    void aRunningVoterSurvivesAStranger() {
        allEmptySeedsFormOneGroup();
        Seed stranger = new Seed("n2", empty("n2", SEEDS.subList(0, 2))).start();
        run(20);
        Seed first = Objects.requireNonNull(seeds.get("n1"));
        assertThat(first.failure).isNull();
        assertThat(first.strangers).isPositive();
        assertThat(code(stranger)).isEqualTo(Code.BAD_CONFIG);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whateverIsLostAndWhoeverCrashesThereIsOneGroup(@ForAll long choices) {
        seeds.clear();
        wire.clear();
        clusterIds = 0;
        random = new Random(choices);
        lossy = true;
        List.of("n1", "n2", "n3").forEach(this::seed);
        for (int step = 0; step < 60; step++) {
            for (Seed seed : seeds.values()) {
                if (random.nextInt(12) == 0) {
                    seed.protocol = null;
                } else if (seed.protocol == null && random.nextInt(4) == 0) {
                    seed.start();
                }
            }
            run(1);
            checkOneGroup();
        }
        lossy = false;
        seeds.values().forEach(Seed::start);
        run(10);
        checkOneGroup();
        assertThat(seeds.values()).allSatisfy(seed -> {
            assertThat(seed.disk.group()).isNotNull();
            assertThat(seed.failure).isNull();
        });
    }

    @Test
    void anOperatorMayVouchForSeedsThatNeverRan() {
        Seed first = seed("n1").start();
        seed("n2").start();
        run(3);
        assertThat(refusal(first)).isNull();
        assertThat(refusal(first)).as("asked twice").isNull();
        run(19);
        assertThat(first.disk.group()).as("it listens first").isNull();
        run(3);
        assertThat(peers(first)).containsExactly("n1@disk-n1", "n2@disk-n2");
        assertThat(peers(Objects.requireNonNull(seeds.get("n2")))).isEqualTo(peers(first));
    }

    @Test
    void aSeedThatHasFallenSilentIsNotBootstrapped() {
        Seed first = seed("n1").start();
        Seed second = seed("n2").start();
        run(3);
        second.protocol = null;
        assertThat(refusal(first)).isNull();
        run(22);
        assertThat(peers(first)).containsExactly("n1@disk-n1");
    }

    @Test
    void aSeedThatTheBootstrapLeftOutIsToldWhatToDo() {
        Seed first = seed("n1").start();
        assertThat(refusal(first)).isNull();
        run(22);
        Seed late = seed("n3").start();
        run(3);
        assertThat(code(late)).isEqualTo(Code.WIPED_VOTER);
        assertThat(late.failure).hasMessageContaining("n3");
        assertThat(late.disk.group()).isNull();
    }

    @Test
    void onlyTheLowestSeedMayBootstrap() {
        assertThat(refusal(seed("n2").start()))
                .hasMessageContaining("only node n1")
                .hasMessageContaining("call bootstrap on it");
    }

    @Test
    void aVoterOfAGroupHasNothingToBootstrap() {
        allEmptySeedsFormOneGroup();
        assertThat(refusal(Objects.requireNonNull(seeds.get("n1"))))
                .hasMessageContaining("belongs to the cluster with id cluster-1 already");
    }

    @Test
    void aWipedSeedThatHearsOfTheGroupDoesNotBootstrapASecondOne() {
        allEmptySeedsFormOneGroup();
        Seed first = Objects.requireNonNull(seeds.get("n1"));
        first.disk = new Identity("shop", "n1", "another-disk", SEEDS, null);
        first.start();
        assertThat(refusal(first)).as("nothing was heard yet").isNull();
        run(30);
        assertThat(code(first)).isEqualTo(Code.WIPED_VOTER);
        assertThat(refusal(first)).hasMessageContaining("the cluster exists");
        assertThat(clusterIds).isEqualTo(1);
    }

    /** The operator asks any seed at any time, but tells the truth: no other disk has the group. One disk is wiped. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whoeverIsAskedToBootstrapThereIsNeverASecondGroup(@ForAll long choices) {
        seeds.clear();
        wire.clear();
        clusterIds = 0;
        random = new Random(choices);
        lossy = true;
        List.of("n1", "n2", "n3").forEach(this::seed);
        int wipeAt = random.nextInt(80);
        for (int step = 0; step < 80; step++) {
            for (Seed seed : seeds.values()) {
                if (random.nextInt(20) == 0) {
                    seed.protocol = null;
                } else if (seed.protocol == null && random.nextInt(6) == 0) {
                    seed.start();
                }
                if (seed.protocol != null && random.nextInt(8) == 0 && nobodyElseHasAGroup(seed)) {
                    refusal(seed);
                }
            }
            if (step == wipeAt) {
                Seed wiped = Objects.requireNonNull(seeds.get("n" + (1 + random.nextInt(3))));
                wiped.protocol = null;
                wiped.disk = new Identity("shop", wiped.id, "another-disk", SEEDS, null);
            }
            run(1);
            checkOneGroup();
        }
    }

    private boolean nobodyElseHasAGroup(Seed seed) {
        return seeds.values().stream().allMatch(other -> other == seed || other.disk.group() == null);
    }

    private static Identity.Member member(String id, String disk) {
        return new Identity.Member(new Voter(id, "h" + id.charAt(1), 7800 + Integer.parseInt(id.substring(1))), disk);
    }

    /** Raft tells these voters to whoever of them runs. */
    private void commit(long version, Identity.Member... members) {
        Identity.Group group = new Identity.Group("cluster-1", List.of(members), version);
        for (Identity.Member member : members) {
            Seed seed = seeds.get(member.voter().nodeId());
            if (seed != null && seed.protocol != null && seed.disk.storageId().equals(member.storageId())) {
                seed.protocol.onCommitted(group, now);
            }
        }
    }

    @Test
    void aVoterThatWasRemovedLearnsItFromWhoeverHasAppliedIt() {
        allEmptySeedsFormOneGroup();
        Seed third = Objects.requireNonNull(seeds.get("n3"));
        third.protocol = null;
        commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        run(1);
        assertThat(peers(Objects.requireNonNull(seeds.get("n1")))).containsExactly("n1@disk-n1", "n2@disk-n2");
        third.start();
        run(3);
        assertThat(third.removed).isTrue();
        assertThat(third.failure).isNull();
        assertThat(Objects.requireNonNull(seeds.get("n1")).removed).isFalse();
    }

    @Test
    void aNodeThatJoinsTakesOverTheGroupAndIsAVoterOnceRaftSaysSo() {
        allEmptySeedsFormOneGroup();
        Seed fourth = seed("n4");
        fourth.joining = true;
        fourth.start();
        run(3);
        assertThat(peers(fourth)).containsExactly("n1@disk-n1", "n2@disk-n2", "n3@disk-n3");
        assertThat(fourth.disk.isMember()).isFalse();
        commit(50, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "disk-n3"), member("n4", "disk-n4"));
        assertThat(fourth.disk.isMember()).isTrue();
        fourth.start();
        run(10);
        assertThat(fourth.removed).isFalse();
        assertThat(fourth.failure).isNull();
    }

    @Test
    void aReplacementWaitsUntilItsPredecessorIsNoVoter() {
        allEmptySeedsFormOneGroup();
        Seed third = Objects.requireNonNull(seeds.get("n3"));
        third.disk = new Identity("shop", "n3", "another-disk", SEEDS, null);
        third.joining = true;
        third.start();
        run(10);
        assertThat(third.disk.group())
                .as("an append to its predecessor would reach it")
                .isNull();
        assertThat(third.failure).isNull();
        commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        run(10);
        assertThat(peers(third)).containsExactly("n1@disk-n1", "n2@disk-n2");
        commit(50, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "another-disk"));
        assertThat(third.disk.isMember()).isTrue();
    }

    @Test
    void whatRaftHasCommittedEarlierChangesNothing() {
        allEmptySeedsFormOneGroup();
        commit(40, member("n1", "disk-n1"), member("n2", "disk-n2"));
        commit(30, member("n1", "disk-n1"), member("n2", "disk-n2"), member("n3", "disk-n3"));
        assertThat(peers(Objects.requireNonNull(seeds.get("n1")))).hasSize(2);
    }

    @Test
    void strangersThatHaveFormedDoNotAnswerAnswers() {
        allEmptySeedsFormOneGroup();
        Seed third = Objects.requireNonNull(seeds.get("n3"));
        third.disk = third.disk.formed(new Identity.Group("cluster-9", List.of(member("n3", "disk-n3")), 0));
        third.start();
        int messages = 0;
        for (int step = 0; step < 100; step++) {
            run(1);
            messages += wire.size();
        }
        assertThat(messages).isLessThan(200);
        assertThat(Objects.requireNonNull(seeds.get("n1")).strangers).isPositive();
    }

    /** Raft adds and removes one directory after the other, each once, to whoever runs; messages get lost. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void onlyWhoWasRemovedIsToldSoAndSoonerOrLaterIs(@ForAll long choices) {
        seeds.clear();
        wire.clear();
        clusterIds = 0;
        random = new Random(choices);
        lossy = false;
        allEmptySeedsFormOneGroup();
        lossy = true;
        TreeMap<String, Identity.Member> current = new TreeMap<>();
        List.of("n1", "n2", "n3").forEach(id -> current.put(id, member(id, "disk-" + id)));
        long version = 10;
        for (int change = 0; change < 12; change++) {
            String id = "n" + (2 + random.nextInt(4));
            Identity.Member old = current.remove(id);
            if (old == null) {
                Seed fresh = new Seed(id, new Identity("shop", id, "disk-" + id + "-" + version, SEEDS, null));
                fresh.joining = true;
                fresh.start();
                run(4);
                current.put(id, member(id, fresh.disk.storageId()));
            }
            List<Identity.Member> told = new java.util.ArrayList<>(current.values());
            if (random.nextInt(3) == 0 && told.size() > 1) {
                Seed away = Objects.requireNonNull(seeds.get(told.get(1).voter().nodeId()));
                away.protocol = null;
            }
            commit(version++, told.toArray(Identity.Member[]::new));
            run(random.nextInt(6));
            for (Seed seed : seeds.values()) {
                if (seed.protocol == null) {
                    seed.start();
                }
            }
            checkRemovals(current);
        }
        commit(version, current.values().toArray(Identity.Member[]::new));
        lossy = false;
        run(60);
        checkRemovals(current);
        seeds.values().stream()
                .filter(seed -> !current.containsKey(seed.id) && seed.disk.isMember())
                .forEach(seed ->
                        assertThat(seed.removed).as(seed.disk.toString()).isTrue());
    }

    private void checkRemovals(Map<String, Identity.Member> current) {
        for (Seed seed : seeds.values()) {
            Identity.Member member = current.get(seed.id);
            if (member != null && member.storageId().equals(seed.disk.storageId())) {
                assertThat(seed.removed).as(seed.disk.toString()).isFalse();
                assertThat(seed.failure).isNull();
            }
        }
    }

    private @Nullable MetadataException refusal(Seed seed) {
        return Objects.requireNonNull(seed.protocol).bootstrap(now);
    }

    private static List<String> peers(Seed seed) {
        return Objects.requireNonNull(seed.disk.group()).members().stream()
                .map(Identity.Member::peerId)
                .toList();
    }

    private void checkOneGroup() {
        assertThat(seeds.values().stream()
                        .map(seed -> seed.disk.group())
                        .filter(Objects::nonNull)
                        .distinct())
                .hasSizeLessThanOrEqualTo(1);
    }
}
