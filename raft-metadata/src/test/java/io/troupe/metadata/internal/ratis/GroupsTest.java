package io.troupe.metadata.internal.ratis;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.follow.MetadataFollower;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.VoterChangeSteps.assertRefused;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.done;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.ids;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.put;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.removed;
import static io.troupe.metadata.internal.ratis.Voters.PATIENCE;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Several groups in every voter, over real Ratis. */
class GroupsTest {
    private static final String[] ALL = {"g1", "g2", "g3"};
    private static final int GROUPS = 3;

    @TempDir
    private Path directory;

    private Voters voters() {
        return new Voters('g', directory, 3, builder -> builder.groups(GROUPS));
    }

    /** Waits for a leader of the group, which on a busy machine need not last. */
    private static MetadataStore leader(Voters voters, int group) {
        await().atMost(PATIENCE).until(() -> leaders(voters, group).findFirst().isPresent());
        return leaders(voters, group).findFirst().orElseThrow();
    }

    private static Stream<MetadataStore> leaders(Voters voters, int group) {
        return voters.running().stream()
                .map(node -> voters.voter(node).group(group))
                .filter(MetadataStore::isLeader);
    }

    private static MetadataStore opened(MetadataStore store) {
        get(store.openSession(Voters.LONG_LEASE));
        return store;
    }

    private static String text(MetadataStore store, String key) {
        return new String(Objects.requireNonNull(store.view().get(key), key).value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Path> logs(Path root) throws Exception {
        try (Stream<Path> found = Files.list(root)) {
            return found.filter(Files::isDirectory).toList();
        }
    }

    @Test
    void eachGroupHasItsOwnKeysRevisionsSessionsAndWatchesAndKeepsThemOverARestart() throws Exception {
        Map<Integer, Long> revisions = new TreeMap<>();
        try (Voters voters = voters().start(ALL)) {
            Recorder recorder = new Recorder();
            MetadataStore watched = voters.voter("g2").group(1);
            watched.watch("", watched.view().revision() + 1, recorder);
            for (int group = 0; group < GROUPS; group++) {
                MetadataStore store = opened(voters.voter("g1").group(group));
                assertThat(store.groups()).isEqualTo(GROUPS);
                for (int i = 0; i <= group; i++) {
                    get(store.put("key", bytes("of " + group)));
                }
                put(store, "only in " + group);
            }
            for (int group = 0; group < GROUPS; group++) {
                MetadataStore store = voters.voter("g3").group(group);
                get(store.awaitRevision(get(voters.voter("g1").group(group).barrier())));
                assertThat(text(store, "key")).isEqualTo("of " + group);
                assertThat(store.view().keys("only", "", 10).keys()).containsExactly("only in " + group);
                assertThat(Objects.requireNonNull(store.view().get("key")).version())
                        .isEqualTo(group + 1);
                revisions.put(group, store.view().revision());
            }
            await().atMost(PATIENCE).until(() -> recorder.keys.contains("only in 1"));
            assertThat(recorder.keys).containsExactly("key", "key", "only in 1");
            get(voters.voter("g1").group(1).closeSession());
            assertThat(voters.voter("g1").view().session("g1"))
                    .as("a session is one of a single group")
                    .matches(session -> session.open());
            assertThreadsAreFew();
            assertThat(logs(voters.directory("g1").resolve("raft"))).hasSize(1);
            assertThat(logs(voters.directory("g1").resolve("groups"))).hasSize(GROUPS - 1);
            assertThat(voters.voter("g1").group(2).group(0)).isSameAs(voters.voter("g1"));
            voters.voter("g1").group(2).close();
            get(voters.voter("g1").group(2).barrier());

            for (String node : ALL) {
                voters.kill(node);
            }
            MetadataConfig two = voters.config("g1").groups(2).build();
            try (MetadataStore other = new RatisMetadataStore(two, voters.network.channel("g1"))) {
                assertRefused(other.start(), Code.BAD_DIRECTORY)
                        .hasMessageContaining(
                                "was formed with 3 groups, not with 2 groups: start every node with groups(3)");
            }
            // As if it had stopped before it started its last group for the first time.
            Path never = logs(voters.directory("g2").resolve("groups")).get(0);
            assertThat(never.toFile().renameTo(directory.resolve("aside").toFile()))
                    .isTrue();
            LogFiles.forget(voters.directory("g2"));
            voters.start(ALL);
            SessionId life = get(voters.voter("g2").openSession(Voters.LONG_LEASE));
            for (int group = 0; group < GROUPS; group++) {
                MetadataStore store = voters.voter("g2").group(group);
                if (group > 0) {
                    assertThat(get(store.joinSession(life, Voters.LONG_LEASE))).isEqualTo(life);
                }
                assertThat(text(store, "key")).isEqualTo("of " + group);
                assertThat(store.view().revision()).isGreaterThanOrEqualTo(revisions.get(group));
                put(store, "again");
            }
        }
    }

    @Test
    void aGroupThatDiesOnANodeSaysSoAndTheOthersGoOn() {
        try (Voters voters = voters().start(ALL)) {
            String node = leader(voters, 1).nodeId();
            FurtherStore dead = (FurtherStore) voters.voter(node).group(1);
            RatisNode raft = Objects.requireNonNull(dead.raft());
            CompletableFuture<Long> waiting = dead.awaitRevision(Long.MAX_VALUE);
            raft.stop(); // As Ratis does when a log cannot be written.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertRefused(dead.txn(Txn.EMPTY), Code.FAILED)
                            .hasMessageContaining("the metadata replica of node " + node + " (group 1) is dead")
                            .hasMessageContaining("restart the node"));
            assertRefused(waiting, Code.FAILED);
            for (int group : new int[] {0, 2}) {
                put(opened(voters.voter(node).group(group)), "as before");
            }
            String other =
                    Stream.of(ALL).filter(id -> !id.equals(node)).findFirst().orElseThrow();
            put(opened(voters.voter(other).group(1)), "by another leader");

            voters.kill(node);
            for (int group = 0; group < GROUPS; group++) {
                put(opened(voters.voter(other).group(group)), "without " + node);
            }
            voters.start(node);
            MetadataStore back = voters.voter(node).group(1);
            get(back.awaitRevision(get(voters.voter(other).group(1).barrier())));
            assertThat(back.view().get("by another leader")).isNotNull();

            Objects.requireNonNull(voters.voter(other).raft()).stop();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertRefused(voters.voter(other).txn(Txn.EMPTY), Code.FAILED)
                            .hasMessageContaining("the metadata replica of node " + other + " is dead"));
            put(voters.voter(other).group(2), "without the first group");
        }
    }

    @Test
    void aVoterWithALostDiskIsReplacedInAllGroupsAndFollowersFollowThemAll() {
        try (Voters voters = voters().start(ALL)) {
            writeIntoAll(voters);
            MetadataFollower follower = voters.follower("f1", "");
            assertRefused(voters.voter("g1").group(1).addVoter(voters.address("g4"), PATIENCE), Code.BAD_CONFIG)
                    .hasMessageContaining("call addVoter on the leader of group(0)");

            voters.kill("g3");
            CompletableFuture<Void> replaced = voters.startJoining(voters.address("g3"), "another-disk");
            done(voters, GroupsTest::replaced);
            get(replaced);
            assertVoters(voters, "g1", "g2", "g3");
            assertAllHaveWhatWasWritten(voters.voter("g3"));
            for (int group = 0; group < GROUPS; group++) {
                MetadataStore store = follower.group(group);
                long written = get(opened(store).put("by the follower", bytes("in " + group)));
                MetadataStore voter = voters.voter("g1").group(group);
                get(voter.awaitRevision(written));
                assertThat(text(voter, "by the follower")).isEqualTo("in " + group);
                get(store.barrier());
                assertThat(store.view().get("before " + group)).isNotNull();
                assertThat(store.view().get("before " + (group + 1) % GROUPS)).isNull();
            }
            MetadataConfig five = voters.config("f2")
                    .groups(5)
                    .formationTimeout(Duration.ofSeconds(1))
                    .build();
            try (MetadataStore more = new MetadataFollower(five, voters.network.channel("f2"))) {
                assertRefused(more.start(), Code.TIMEOUT)
                        .hasMessageContaining(
                                "group 3, group 4, and this node has groups(5): give it the number of the");
            }
        }
    }

    /** Until its silence is noticed it is a voter like any other. */
    private static CompletableFuture<Void> replaced(MetadataStore leading) {
        Voter third = leading.voters().get(leading.voters().size() - 1);
        return leading.addVoter(third, PATIENCE).exceptionallyCompose(refused -> {
            boolean early = String.valueOf(refused.getMessage()).contains("is a voter already");
            return CompletableFuture.failedFuture(
                    early ? new MetadataException(Code.NOT_LEADING, "asked again once it is missed") : refused);
        });
    }

    @Test
    @Tag("chaos")
    void aVoterIsAddedAndAnotherRemovedInAllGroups() {
        try (Voters voters = voters().start(ALL)) {
            writeIntoAll(voters);
            Voter fourth = voters.address("g4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "g4");
            done(voters, leading -> leading.addVoter(fourth, PATIENCE));
            get(started);
            assertVoters(voters, "g1", "g2", "g3", "g4");
            assertAllHaveWhatWasWritten(voters.voter("g4"));
            removed(voters, "g2");
            voters.kill("g2");
            assertVoters(voters, "g1", "g3", "g4");
            voters.kill("g4");
            get(voters.startJoining(fourth, "g4"));
            assertAllHaveWhatWasWritten(voters.voter("g4"));
            writeIntoAll(voters);
        }
    }

    private static void writeIntoAll(Voters voters) {
        for (int group = 0; group < GROUPS; group++) {
            put(opened(leader(voters, group)), "before " + group);
        }
    }

    private static void assertAllHaveWhatWasWritten(MetadataStore node) {
        for (int group = 0; group < GROUPS; group++) {
            MetadataStore store = node.group(group);
            String key = "before " + group;
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(store.view().get(key)).isNotNull());
        }
    }

    /** Two of ours and about six of Ratis for each further group; pools that grew under load shrink again. */
    private static void assertThreadsAreFew() {
        await().atMost(PATIENCE.multipliedBy(3)).untilAsserted(() -> {
            List<String> names = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .toList();
            assertThat(names).filteredOn(name -> name.startsWith("troupe-g2-g")).hasSize(2 * (GROUPS - 1));
            assertThat(names)
                    .filteredOn(name -> name.startsWith("troupe-g2-") || name.startsWith("g2@"))
                    .hasSizeLessThanOrEqualTo(20 + 10 * (GROUPS - 1));
        });
    }

    private static void assertVoters(Voters voters, String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (int group = 0; group < GROUPS; group++) {
                RatisNode raft = Objects.requireNonNull(((ReplicaStore) leader(voters, group)).raft());
                assertThat(ids(voters.voter("g1").group(group))).containsExactly(expected);
                assertThat(Objects.requireNonNull(raft.committedVoters()).keySet().stream()
                                .map(peer -> peer.substring(0, peer.indexOf('@'))))
                        .containsExactly(expected);
            }
        });
    }

    private static final class Recorder implements WatchListener {
        final ConcurrentLinkedQueue<String> keys = new ConcurrentLinkedQueue<>();

        @Override
        public void onEvents(List<WatchEvent> changes, MetadataView view) {
            List<String> names = new ArrayList<>();
            changes.forEach(change -> names.add(change.key()));
            keys.addAll(names);
        }

        @Override
        public void onResync(MetadataView view) {}
    }
}
