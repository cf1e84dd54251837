package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.VoterChangeSteps.assertRefused;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.done;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A cluster of several groups is backed up while it is written to, lost with all its disks, and formed anew. */
class RestoredGroupsTest {
    private static final int GROUPS = 3;
    private static final int CHAINS = 4;
    private static final String[] ALL = {"q1", "q2", "q3"};

    @TempDir
    private Path directory;

    /** Keys of which each is written, into the next group, when the one before it was acknowledged. */
    private static final class Chain {
        private final MetadataStore store;
        private final String prefix;
        private volatile int acknowledged;
        private volatile boolean stopped;
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        Chain(MetadataStore store, int number) {
            this.store = store;
            prefix = "chain" + number + "/";
            write(0);
        }

        private void write(int number) {
            if (stopped) {
                end.complete(null);
                return;
            }
            CompletableFuture<?> unused = store.group(number % GROUPS)
                    .put(prefix + number, new byte[8])
                    .whenComplete((result, failure) -> {
                        if (failure != null) {
                            end.completeExceptionally(failure);
                        } else {
                            acknowledged = number + 1;
                            write(number + 1);
                        }
                    });
        }

        /** How many keys there are; none is missing before the last one. */
        int lengthIn(MetadataStore node) {
            int length = 0;
            while (node.group(length % GROUPS).view().get(prefix + length) != null) {
                length++;
            }
            for (int later = length; later < acknowledged; later++) {
                assertThat(node.group(later % GROUPS).view().get(prefix + later))
                        .as("key %d of %s, without key %d", later, prefix, length)
                        .isNull();
            }
            return length;
        }
    }

    private static Map<String, Long> keys(MetadataView view) {
        Map<String, Long> keys = new TreeMap<>();
        view.forEach("", entry -> keys.put(entry.key(), entry.modRevision()));
        return keys;
    }

    @Test
    void aNewClusterStartsFromOneMomentOfAllGroups() {
        Path file = directory.resolve("monday.backup");
        List<Chain> chains = new ArrayList<>();
        List<Integer> before = new ArrayList<>();
        List<SessionId> lives = new ArrayList<>();
        try (Voters old = new Voters('q', directory.resolve("old"), 3, builder -> builder.groups(GROUPS)).start(ALL)) {
            assertRefused(old.voter("q3").backup(directory.resolve("none")), Code.NO_SESSION);
            assertThat(directory.resolve("none")).doesNotExist();
            for (int group = 0; group < GROUPS; group++) {
                lives.add(get(old.voter("q1").group(group).openSession(Voters.LONG_LEASE)));
                get(old.voter("q2").group(group).openSession(Voters.LONG_LEASE));
            }
            for (int number = 0; number < CHAINS; number++) {
                chains.add(new Chain(old.voter("q1"), number));
            }
            await().atMost(Voters.PATIENCE).until(() -> chains.stream().allMatch(chain -> chain.acknowledged > 100));
            chains.forEach(chain -> before.add(chain.acknowledged));
            Backup backup = get(old.voter("q2").group(2).backup(file));
            assertThat(backup.file()).isEqualTo(file).hasSize(backup.length());
            chains.forEach(chain -> chain.stopped = true);
            chains.forEach(chain -> get(chain.end));
        }
        AtomicBoolean told = new AtomicBoolean(true);
        try (Voters again = new Voters('q', directory.resolve("new"), 3, builder -> {
            builder.groups(GROUPS);
            return told.get() ? builder.restoreFrom(file) : builder;
        })) {
            again.start(ALL);
            told.set(false);
            for (String node : ALL) {
                for (int number = 0; number < CHAINS; number++) {
                    assertThat(chains.get(number).lengthIn(again.voter(node)))
                            .as("what was acknowledged before the backup is in it")
                            .isBetween(before.get(number), chains.get(number).acknowledged);
                }
            }
            for (int group = 0; group < GROUPS; group++) {
                MetadataStore store = again.voter("q1").group(group);
                assertThat(store.view().isOpen(lives.get(group))).isFalse();
                assertThat(get(store.openSession(Voters.LONG_LEASE)).incarnation())
                        .isGreaterThan(1L << 40);
                get(store.put("later", new byte[1]));
            }
            theGroupsGoOn(again);
        }
    }

    /** They restart from their own disks, and a node that joins gets the state of each. */
    private static void theGroupsGoOn(Voters voters) {
        voters.kill("q3");
        voters.start("q3");
        Voter fourth = voters.address("q4");
        CompletableFuture<Void> joined = voters.startJoining(fourth, "q4");
        done(voters, leading -> leading.addVoter(fourth, Voters.PATIENCE));
        get(joined);
        for (int group = 0; group < GROUPS; group++) {
            long end = get(voters.voter("q1").group(group).put("end", new byte[1]));
            get(voters.voter("q1").group(group).awaitRevision(end));
            Map<String, Long> expected = keys(voters.voter("q1").group(group).view());
            for (String node : voters.running()) {
                MetadataStore store = voters.voter(node).group(group);
                get(store.awaitRevision(end));
                assertThat(keys(store.view())).as("group %d of %s", group, node).isEqualTo(expected);
            }
        }
    }

    @Test
    void aBackupIsRestoredIntoAsManyGroupsAsItHas() {
        Path file = directory.resolve("two.backup");
        try (Voters old = new Voters('q', directory.resolve("old"), 1, builder -> builder.groups(2)).start("q1")) {
            get(old.voter("q1").openSession(Voters.LONG_LEASE));
            get(old.voter("q1").group(1).openSession(Voters.LONG_LEASE));
            get(old.voter("q1").group(1).put("in group 1", new byte[1]));
            get(old.voter("q1").backup(file));
        }
        try (Voters one = new Voters('q', directory.resolve("one"), 1, builder -> builder.restoreFrom(file))) {
            assertRefused(one.startOne("q1"), Code.BAD_BACKUP)
                    .hasMessageContaining("backup " + file + " has the states of 2 groups, and node q1 has groups(1): "
                            + "start every node with groups(2), which is stateGroups(1) of a cluster of actors");
        }
        assertThat(directory.resolve("one").resolve("q1").resolve("cluster.properties"))
                .doesNotExist();
        try (Voters two = new Voters(
                'q', directory.resolve("two"), 1, builder -> builder.groups(2).restoreFrom(file))) {
            two.start("q1");
            assertThat(two.voter("q1").group(1).view().get("in group 1")).isNotNull();
        }
    }
}
