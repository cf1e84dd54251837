package io.troupe.metadata.internal.formation;

import java.util.ArrayDeque;
import java.util.Collection;
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
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Seeds that form a group by telling each other who they are; time passes in steps, and messages may get lost. */
final class SimulatedSeeds {
    static final List<Voter> SEEDS =
            List.of(new Voter("n1", "h1", 7801), new Voter("n2", "h2", 7802), new Voter("n3", "h3", 7803));

    private final Map<String, Seed> seeds = new TreeMap<>();
    /** Tells the seeds to restore, from their next start on; those with a group have theirs already. */
    static Identity restoring(Identity disk, @Nullable String backup) {
        return disk.group() != null
                ? disk
                : new Identity(
                        disk.clusterName(), disk.nodeId(), disk.storageId(), disk.seeds(), disk.groups(), null, backup);
    }

    private final ArrayDeque<Runnable> wire = new ArrayDeque<>();
    private final Random random;
    private long now;
    private int clusterIds;

    /** While it is true, every fourth message is lost. */
    boolean lossy;

    SimulatedSeeds() {
        this(new Random(1));
    }

    SimulatedSeeds(Random random) {
        this.random = random;
    }

    /** A seed with its disk; a crash loses everything but the disk. */
    final class Seed implements FormationProtocol.Output {
        final String id;
        Identity disk;

        @Nullable
        FormationProtocol protocol;

        @Nullable
        MetadataException failure;

        int strangers;
        boolean joining;
        boolean removed;

        private Seed(String id, Identity disk) {
            this.id = id;
            this.disk = disk;
            seeds.put(id, this);
        }

        Seed start() {
            protocol = new FormationProtocol(disk, joining, now, this);
            return this;
        }

        boolean runs() {
            return protocol != null;
        }

        void crash() {
            protocol = null;
        }

        /** {@return why its operator may not vouch for the seeds that are missing; null: it is done} */
        @Nullable
        MetadataException bootstrap() {
            return Objects.requireNonNull(protocol).bootstrap(now);
        }

        Code code() {
            return Objects.requireNonNull(failure, "a failure of " + id).code();
        }

        List<String> peers() {
            return Objects.requireNonNull(disk.group()).members().stream()
                    .map(Identity.Member::peerId)
                    .toList();
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

    static Identity empty(String id, List<Voter> list) {
        return new Identity("shop", id, "disk-" + id, list, null);
    }

    /** An empty disk that is not the one that the node had. */
    static Identity anotherDisk(String id) {
        return new Identity("shop", id, "another-disk", SEEDS, null);
    }

    static Identity.Member member(String id, String disk) {
        return new Identity.Member(new Voter(id, "h" + id.charAt(1), 7800 + Integer.parseInt(id.substring(1))), disk);
    }

    /** A new seed with an empty disk, not started. */
    Seed add(String id) {
        return add(id, empty(id, SEEDS));
    }

    Seed add(String id, Identity disk) {
        return new Seed(id, disk);
    }

    Seed get(String id) {
        return Objects.requireNonNull(seeds.get(id), id);
    }

    Collection<Seed> all() {
        return seeds.values();
    }

    /** All seeds start with empty disks, and form their group. */
    SimulatedSeeds formed() {
        add("n1").start();
        add("n2").start();
        add("n3").start();
        run(10);
        assertThat(seeds.values())
                .allSatisfy(seed -> assertThat(seed.peers()).containsExactly("n1@disk-n1", "n2@disk-n2", "n3@disk-n3"));
        return this;
    }

    void run(int steps) {
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

    /** Raft tells these voters to whoever of them runs. */
    void commit(long version, Identity.Member... members) {
        Identity.Group group = new Identity.Group("cluster-1", List.of(members), version);
        for (Identity.Member member : members) {
            Seed seed = seeds.get(member.voter().nodeId());
            if (seed != null && seed.protocol != null && seed.disk.storageId().equals(member.storageId())) {
                seed.protocol.onCommitted(group, now);
            }
        }
    }

    int messagesUnderWay() {
        return wire.size();
    }

    /** {@return how many groups were ever formed} */
    int groupsFormed() {
        return clusterIds;
    }

    void checkOneGroup() {
        assertThat(seeds.values().stream()
                        .map(seed -> seed.disk.group())
                        .filter(Objects::nonNull)
                        .distinct())
                .hasSizeLessThanOrEqualTo(1);
    }
}
