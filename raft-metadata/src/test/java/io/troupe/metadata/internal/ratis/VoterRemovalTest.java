package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException.Code;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

/** Voters are removed while real Ratis groups work, unless that would harm the group. */
class VoterRemovalTest {
    private static final String[] ALL = {"n1", "n2", "n3"};

    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private Voters three() {
        return new Voters(directory, 3).start(ALL);
    }

    @Test
    void aRemovedVoterStopsAndItsDirectoryIsNeverUsedAgain() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String gone = voters.otherThan(leader).nodeId();
            get(leader.openSession(Voters.LONG_LEASE));
            removed(voters, gone);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(ids(leader)).hasSize(2).doesNotContain(gone));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertRefused(voters.voter(gone).openSession(1_000), Code.REMOVED_VOTER)
                            .hasMessageContaining("node " + gone + " was removed from the voters of cluster test")
                            .hasMessageContaining("empty directory"));
            put(leader, "without it");
            voters.kill(gone);
            assertRefused(voters.startOne(gone), Code.REMOVED_VOTER).hasMessageContaining("call addVoter");

            CompletableFuture<Void> again = voters.startJoining(voters.address(gone), "anew");
            done(voters, leading -> leading.addVoter(voters.address(gone), PATIENCE));
            get(again);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ids(leader)).containsExactly(ALL));
            get(voters.voter(gone).awaitRevision(leader.view().revision()));
            assertThat(voters.voter(gone).view().get("without it")).isNotNull();
        }
    }

    @Test
    @Tag("chaos")
    void aVoterThatIsRemovedWhileItIsAwayLearnsItWhenItReturns() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String gone = voters.otherThan(leader).nodeId();
            voters.kill(gone);
            removed(voters, gone);
            assertRefused(voters.startOne(gone), Code.REMOVED_VOTER).hasMessageContaining("node " + gone);
            get(leader.openSession(Voters.LONG_LEASE));
            put(leader, "undisturbed");
        }
    }

    @Test
    @Tag("chaos")
    void whatWouldHarmTheGroupIsRefusedAndChangesNothing() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String other = voters.otherThan(leader).nodeId();
            Voter fourth = voters.address("n4");
            assertRefused(voters.voter(other).addVoter(fourth, SHORT), Code.NOT_LEADING)
                    .hasMessageContaining("ask " + leader.nodeId());
            assertRefused(voters.voter(other).removeVoter(leader.nodeId(), SHORT), Code.NOT_LEADING);
            assertRefused(voters.follower("f1", "").addVoter(fourth, SHORT), Code.NOT_LEADING);
            assertRefused(leader.removeVoter("n9", SHORT), Code.BAD_CONFIG)
                    .hasMessageContaining("node n9 is no voter: name one of [n1@");
            assertRefused(leader.removeVoter(leader.nodeId(), SHORT), Code.BAD_CONFIG)
                    .hasMessageContaining("transferLeadership first");
            assertRefused(leader.addVoter(new Voter("n4", "127.0.0.1", 0), SHORT), Code.BAD_CONFIG)
                    .hasMessageContaining("a port from 1 to 65535");
            CompletableFuture<Void> waiting = leader.addVoter(fourth, SHORT);
            assertRefused(leader.removeVoter(other, SHORT), Code.BUSY)
                    .hasMessageContaining("node n4 is being added, and voters change one at a time");
            assertRefused(waiting, Code.FAILED).hasMessageContaining("it is not heard of: start it with joining");

            voters.kill(other);
            String third = List.of(ALL).stream()
                    .filter(node -> !node.equals(other) && !node.equals(leader.nodeId()))
                    .findFirst()
                    .orElseThrow();
            // A voter that died just now is still counted: wait until its silence is known to the leader.
            await().atMost(PATIENCE)
                    .until(() -> Objects.requireNonNull(voters.leader().raft()).answering(2_000).stream()
                            .noneMatch(peer -> peer.startsWith(other + "@")));
            RatisMetadataStore still = voters.leader();
            String needed = still.nodeId().equals(third) ? leader.nodeId() : third;
            assertRefused(still.removeVoter(needed, SHORT), Code.UNSAFE)
                    .hasMessageContaining("without node " + needed + " there would be 2 voters")
                    .hasMessageContaining(other + "@");
            assertThat(peers(leader)).hasSize(3);
            get(leader.openSession(Voters.LONG_LEASE));
            put(leader, "as before");
        }
    }

    @Test
    void theLastVoterStays() {
        try (Voters voters = new Voters(directory, 1).start("n1")) {
            assertRefused(voters.leader().removeVoter("n1", SHORT), Code.UNSAFE).hasMessageContaining("the last voter");
        }
    }
}
