package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException.Code;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.NumberedKeys.key;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.assertRefused;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.done;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.ids;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.peers;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.put;
import static io.troupe.metadata.internal.ratis.VoterChangeSteps.removed;
import static io.troupe.metadata.internal.ratis.Voters.PATIENCE;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Voters are added, under a new node id or in place of a lost disk, while real Ratis groups work. */
class VoterAdditionTest {
    private static final String[] ALL = {"n1", "n2", "n3"};

    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private static CompletableFuture<Void> handOver(RatisMetadataStore leading) {
        return leading.nodeId().equals("n4")
                ? CompletableFuture.completedFuture(null)
                : leading.transferLeadership("n4", PATIENCE);
    }

    private Voters three() {
        return new Voters(directory, 3).start(ALL);
    }

    @Test
    void anAddedVoterHasTheWholeLogAndItsVoteCounts() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(Voters.LONG_LEASE));
            put(leader, "before");
            Voter fourth = voters.address("n4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "n4");
            done(voters, leading -> leading.addVoter(fourth, PATIENCE));
            get(started);
            for (String node : voters.running()) {
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> assertThat(ids(voters.voter(node))).containsExactly("n1", "n2", "n3", "n4"));
            }
            get(voters.voter("n4").awaitRevision(leader.view().revision()));
            assertThat(voters.voter("n4").view().get("before")).isNotNull();
            // On a busy machine the leader may change between the two calls.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertRefused(voters.leader().addVoter(fourth, PATIENCE), Code.BAD_CONFIG)
                            .hasMessageContaining("node n4 is a voter already, as n4@"));

            // Of four voters three are needed: without the old leader the new voter has to vote and to confirm.
            voters.kill(leader.nodeId());
            RatisMetadataStore next = voters.leader();
            get(next.openSession(Voters.LONG_LEASE));
            put(next, "with n4");

            // It is a voter like any other: it knows the group from its directory, and may lead.
            removed(voters, leader.nodeId());
            if (!next.nodeId().equals("n4")) {
                voters.kill("n4");
                get(voters.startJoining(fourth, "n4"));
                get(voters.voter("n4").awaitRevision(next.view().revision()));
            }
            await().atMost(PATIENCE.multipliedBy(2)).until(() -> {
                if (!voters.leader().nodeId().equals("n4")) { // More than once if a busy machine elects another one.
                    done(voters, VoterAdditionTest::handOver);
                }
                return voters.voter("n4").isLeader();
            });
            RatisMetadataStore other = voters.running().stream()
                    .map(voters::voter)
                    .filter(voter -> !voter.isLeader())
                    .findFirst()
                    .orElseThrow();
            get(other.openSession(Voters.LONG_LEASE));
            put(other, "led by n4");
        }
    }

    @Test
    @Tag("chaos")
    void anAddedVoterGetsASnapshotWhenTheLogNoLongerBeginsAtTheBeginning() throws Exception {
        try (Voters voters =
                new Voters('n', directory, 3, config -> config.snapshotEntries(LogFiles.SNAPSHOT_ENTRIES)).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(Voters.LONG_LEASE));
            int written = LogFiles.writeUntilTheLogIsCut(leader, voters.directory(leader.nodeId()));
            Voter fourth = voters.address("n4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "n4");
            done(voters, leading -> leading.addVoter(fourth, PATIENCE));
            get(started);
            assertThat(voters.voter("n4").view().get(key(0))).isNotNull();
            assertThat(voters.voter("n4").view().get(key(written - 1))).isNotNull();
            voters.kill(voters.otherThan(leader).nodeId()); // The first: n1 or n2.
            put(leader, "with n4");
            get(voters.voter("n4").awaitRevision(leader.view().revision()));
        }
    }

    @Test
    void aVoterWithALostDiskIsReplacedUnderItsNodeId() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String lost = voters.otherThan(leader).nodeId();
            get(leader.openSession(Voters.LONG_LEASE));
            put(leader, "before");
            voters.kill(lost);
            List<CompletableFuture<Void>> started = new ArrayList<>();
            done(voters, leading -> {
                CompletableFuture<Void> replaced = leading.addVoter(voters.address(lost), PATIENCE);
                if (started.isEmpty()) { // Only now: the leader has nothing but what the lost one said.
                    started.add(voters.startJoining(voters.address(lost), "new-disk"));
                }
                return replaced;
            });
            get(started.get(0));
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(ids(leader)).containsExactly(ALL);
                assertThat(peers(leader))
                        .hasSize(3)
                        .filteredOn(peer -> peer.startsWith(lost + "@"))
                        .hasSize(1);
            });
            String third = List.of(ALL).stream()
                    .filter(node -> !node.equals(lost) && !node.equals(leader.nodeId()))
                    .findFirst()
                    .orElseThrow();
            voters.kill(third);
            put(leader, "with the new disk");
            get(voters.voter(lost).awaitRevision(leader.view().revision()));
            assertThat(voters.voter(lost).view().get("before")).isNotNull();
        }
    }

    @Test
    @Tag("chaos")
    void aNodeThatDoesNotCatchUpIsNotAdded() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(Voters.LONG_LEASE));
            Voter fourth = voters.address("n4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "n4");
            Voter nobody = new Voter("n4", "127.0.0.1", Ports.draw());
            assertRefused(leader.addVoter(nobody, SHORT), Code.FAILED)
                    .hasMessageContaining("it has not caught up with the log")
                    .hasMessageContaining("Check that it is reached at " + nobody);
            RatisMetadataStore next = voters.leader();
            assertThat(ids(next)).containsExactly(ALL);
            get(next.openSession(Voters.LONG_LEASE));
            put(next, "as before");
            assertThat(started).isNotDone();
            voters.kill("n4");
        }
    }

    @Test
    void aNodeThatIsNeverAddedSaysWhatToDo() {
        try (Voters voters = new Voters(directory, 1).start("n1");
                Voters joiners = new Voters(directory.resolve("more"), 1)) {
            Voter second = voters.address("n2");
            RatisMetadataStore store = new RatisMetadataStore(
                    voters.config("n2")
                            .formationTimeout(Duration.ofSeconds(1))
                            .directory(directory.resolve("n2"))
                            .joining(second.host(), second.raftPort())
                            .build(),
                    voters.network.channel("n2"));
            assertThat(joiners.running()).isEmpty();
            assertRefused(store.start(), Code.TIMEOUT).hasMessageContaining("call addVoter(n2=127.0.0.1:");
            store.close();
        }
    }
}
