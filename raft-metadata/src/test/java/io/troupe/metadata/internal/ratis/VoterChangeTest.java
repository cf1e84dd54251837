package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.apache.ratis.protocol.RaftPeer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.PATIENCE;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Voters come and go while real Ratis groups work. */
class VoterChangeTest {
    private static final String[] ALL = {"n1", "n2", "n3"};
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private Voters three() {
        return new Voters(directory, 3).start(ALL);
    }

    @Test
    void anAddedVoterHasTheWholeLogAndItsVoteCounts() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(60_000));
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
            assertThat(voters.voter("n4").view().get("before")).isNotNull();
            assertRefused(voters.leader().addVoter(fourth, SHORT), Code.BAD_CONFIG)
                    .hasMessageContaining("node n4 is a voter already, as n4@");

            // Of four voters three are needed: without the old leader the new voter has to vote and to confirm.
            voters.kill(leader.nodeId());
            RatisMetadataStore next = voters.leader();
            get(next.openSession(60_000));
            put(next, "with n4");

            // It is a voter like any other: it knows the group from its directory, and may lead.
            done(voters, leading -> leading.removeVoter(leader.nodeId(), PATIENCE));
            if (!next.nodeId().equals("n4")) {
                voters.kill("n4");
                get(voters.startJoining(fourth, "n4"));
                get(voters.voter("n4").awaitRevision(next.view().revision()));
                done(
                        voters,
                        leading -> leading.nodeId().equals("n4")
                                ? CompletableFuture.completedFuture(null)
                                : leading.transferLeadership("n4", PATIENCE));
            }
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(voters.voter("n4").isLeader()).isTrue());
            RatisMetadataStore other = voters.running().stream()
                    .map(voters::voter)
                    .filter(voter -> !voter.isLeader())
                    .findFirst()
                    .orElseThrow();
            get(other.openSession(60_000));
            put(other, "led by n4");
        }
    }

    @Test
    @Tag("chaos")
    void anAddedVoterGetsASnapshotWhenTheLogNoLongerBeginsAtTheBeginning() throws Exception {
        try (Voters voters = new Voters(directory, 3, config -> config.snapshotEntries(50)).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(60_000));
            int written = 0;
            while (ThreeVotersTest.firstLogIndex(voters.directory(leader.nodeId())) < 50) {
                assertThat(written).isLessThan(2_000);
                put(leader, "t/" + written++);
                get(leader.txn(Txn.of(new Op.Put("padding", new byte[200_000]))));
            }
            Voter fourth = voters.address("n4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "n4");
            done(voters, leading -> leading.addVoter(fourth, PATIENCE));
            get(started);
            assertThat(voters.voter("n4").view().get("t/0")).isNotNull();
            assertThat(voters.voter("n4").view().get("t/" + (written - 1))).isNotNull();
            voters.kill(other(voters, leader).equals("n4") ? "n3" : other(voters, leader));
            put(leader, "with n4");
            get(voters.voter("n4").awaitRevision(leader.view().revision()));
        }
    }

    @Test
    void aRemovedVoterStopsAndItsDirectoryIsNeverUsedAgain() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String gone = other(voters, leader);
            get(leader.openSession(60_000));
            done(voters, leading -> leading.removeVoter(gone, PATIENCE));
            assertThat(ids(leader)).hasSize(2).doesNotContain(gone);
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
            assertThat(ids(leader)).containsExactly(ALL);
            assertThat(voters.voter(gone).view().get("without it")).isNotNull();
        }
    }

    @Test
    @Tag("chaos")
    void aVoterThatIsRemovedWhileItIsAwayLearnsItWhenItReturns() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String gone = other(voters, leader);
            voters.kill(gone);
            done(voters, leading -> leading.removeVoter(gone, PATIENCE));
            assertRefused(voters.startOne(gone), Code.REMOVED_VOTER).hasMessageContaining("node " + gone);
            get(leader.openSession(60_000));
            put(leader, "undisturbed");
        }
    }

    @Test
    void aVoterWithALostDiskIsReplacedUnderItsNodeId() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String lost = other(voters, leader);
            get(leader.openSession(60_000));
            put(leader, "before");
            voters.kill(lost);
            CompletableFuture<Void> started = voters.startJoining(voters.address(lost), "new-disk");
            done(voters, leading -> leading.addVoter(voters.address(lost), PATIENCE));
            get(started);
            assertThat(ids(leader)).containsExactly(ALL);
            assertThat(peers(leader))
                    .hasSize(3)
                    .filteredOn(peer -> peer.startsWith(lost + "@"))
                    .hasSize(1);
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
    void whatWouldHarmTheGroupIsRefusedAndChangesNothing() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            String other = other(voters, leader);
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
            get(leader.openSession(60_000));
            put(leader, "as before");
        }
    }

    @Test
    void theLastVoterStays() {
        try (Voters voters = new Voters(directory, 1).start("n1")) {
            assertRefused(voters.leader().removeVoter("n1", SHORT), Code.UNSAFE).hasMessageContaining("the last voter");
        }
    }

    @Test
    @Tag("chaos")
    void aNodeThatDoesNotCatchUpIsNotAdded() {
        try (Voters voters = three()) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(60_000));
            Voter fourth = voters.address("n4");
            CompletableFuture<Void> started = voters.startJoining(fourth, "n4");
            Voter nobody = new Voter("n4", "127.0.0.1", Voters.freePorts(1).get(0));
            assertRefused(leader.addVoter(nobody, SHORT), Code.FAILED)
                    .hasMessageContaining("it has not caught up with the log")
                    .hasMessageContaining("Check that it is reached at " + nobody);
            RatisMetadataStore next = voters.leader();
            assertThat(ids(next)).containsExactly(ALL);
            get(next.openSession(60_000));
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

    /** Asks whoever leads until it is done: on a busy machine the leader may change meanwhile. */
    private static void done(Voters voters, Function<RatisMetadataStore, CompletableFuture<Void>> change) {
        boolean[] unknown = {false};
        await().atMost(PATIENCE.multipliedBy(2)).until(() -> {
            try {
                change.apply(voters.leader())
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
                return true;
            } catch (CompletionException e) {
                Code code = ((MetadataException) Objects.requireNonNull(e.getCause())).code();
                if (unknown[0] && code == Code.BAD_CONFIG) {
                    return true; // It was done after all, and cannot be done again.
                }
                unknown[0] |= code == Code.FAILED;
                if (code != Code.FAILED && code != Code.NOT_LEADING) {
                    throw e;
                }
                return false;
            }
        });
    }

    private static void put(MetadataStore store, String key) {
        assertThat(get(store.txn(Txn.of(new Op.Put(key, new byte[1])))).succeeded())
                .isTrue();
    }

    private static List<String> ids(MetadataStore store) {
        return store.voters().stream().map(Voter::nodeId).toList();
    }

    private static List<String> peers(RatisMetadataStore store) throws AssertionError {
        try {
            return Objects.requireNonNull(store.raft()).division().getRaftConf().getCurrentPeers().stream()
                    .map(RaftPeer::getId)
                    .map(Object::toString)
                    .toList();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String other(Voters voters, RatisMetadataStore leader) {
        return voters.running().stream()
                .filter(node -> !node.equals(leader.nodeId()))
                .findFirst()
                .orElseThrow();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(CompletableFuture<?> call, Code code) {
        return assertThatThrownBy(() -> {
                    try {
                        call.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
                    } catch (CompletionException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                })
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code())
                                .as(failure.toString())
                                .isEqualTo(code));
    }
}
