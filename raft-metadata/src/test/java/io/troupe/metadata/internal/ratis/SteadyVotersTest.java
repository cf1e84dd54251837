package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What needs three voters, but neither loses nor changes them: all tests share one real Ratis group. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SteadyVotersTest {
    private static final String[] ALL = {"d1", "d2", "d3"};

    private static final int ATTEMPTS = 3;

    @TempDir
    private static Path directory;

    private static Voters voters;

    @BeforeAll
    static void start() {
        voters = new Voters('d', directory, 3).start(ALL);
    }

    @AfterAll
    static void stop() {
        voters.close();
    }

    @Test
    void theLeaderHandsOverToTheVoterThatIsNamed() throws IOException {
        undisturbed(leader -> {
            RatisMetadataStore next = voters.otherThan(leader);
            get(next.openSession(Voters.LONG_LEASE));
            assertThatThrownBy(() -> get(next.transferLeadership(leader.nodeId(), Voters.PATIENCE)))
                    .hasMessageContaining("node " + next.nodeId() + " does not lead: ask " + leader.nodeId());
            assertThatThrownBy(() -> get(leader.transferLeadership("d9", Voters.PATIENCE)))
                    .hasMessageContaining("node d9 is no other voter of this cluster: name one of ");
            get(leader.transferLeadership(next.nodeId(), Voters.PATIENCE));
            // Each of them learns it on a thread of its own.
            await().atMost(Voters.PATIENCE).untilAsserted(() -> {
                assertThat(next.isLeader()).isTrue();
                assertThat(leader.isLeader()).isFalse();
            });
            assertThat(get(next.txn(Txn.of(new Op.Put("led by", new byte[1])))).succeeded())
                    .isTrue();
        });
    }

    private interface Steps {
        void run(RatisMetadataStore leader) throws IOException;
    }

    /**
     * Runs it again if it has failed and another leader was elected meanwhile: a busy machine causes elections, too.
     * One that comes every time is no accident.
     */
    private static void undisturbed(Steps steps) throws IOException {
        for (int attempt = 1; ; attempt++) {
            RatisMetadataStore leader = voters.leader();
            long term = leaderTerm(leader);
            try {
                steps.run(leader);
                return;
            } catch (AssertionError | ConditionTimeoutException e) {
                if (attempt == ATTEMPTS || leaderTerm(voters.leader()) == term) {
                    throw e;
                }
            }
        }
    }

    @Test
    void whatIsTooLargeNeverReachesTheLogAndTheLeaderStays() throws IOException {
        undisturbed(SteadyVotersTest::writeWhatIsTooLarge);
    }

    private static void writeWhatIsTooLarge(RatisMetadataStore leader) {
        RatisMetadataStore writer = voters.otherThan(leader);
        get(writer.openSession(Voters.LONG_LEASE));
        long term = leaderTerm(writer);
        CompletableFuture<TxnResult> refused =
                writer.txn(Txn.of(new Op.Put("big", new byte[MetadataStore.MAX_VALUE_LENGTH + 1])));
        assertThat(refused)
                .failsWithin(Voters.PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.TOO_LARGE));
        List<CompletableFuture<TxnResult>> large = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            large.add(writer.txn(Txn.of(new Op.Put("large" + i, new byte[MetadataStore.MAX_VALUE_LENGTH - 1024]))));
        }
        large.forEach(result -> assertThat(get(result).succeeded()).isTrue());
        TxnResult read = get(writer.txn(Txn.of(new Op.Get("large0"), new Op.Get("large1"), new Op.Get("large2"))));
        assertThat(read.reads()).hasSize(3).doesNotContainNull();
        assertThat(leaderTerm(writer)).isEqualTo(term);
    }

    @Test
    @Order(Integer.MAX_VALUE) // It ends the group of the tests before it.
    void whatIsAcknowledgedWasForcedToTheDiskAndNothingIsLeftAfterClose() throws Exception {
        undisturbed(SteadyVotersTest::whatIsAcknowledgedWasForcedToTheDisk);

        assertThat(threads()).as("what the end is to remove").isNotEmpty();
        voters.close();
        await().atMost(Voters.PATIENCE)
                .untilAsserted(() -> assertThat(threads()).isEmpty());
        for (int number = 1; number <= 3; number++) {
            new ServerSocket(voters.port(number), 1, InetAddress.getLoopbackAddress()).close();
        }
        for (String node : ALL) {
            assertThat(voters.directory(node).resolve("cluster.properties")).exists();
        }
    }

    private static void whatIsAcknowledgedWasForcedToTheDisk(RatisMetadataStore leader) throws IOException {
        RatisNode raft = Objects.requireNonNull(leader.raft());
        RaftProperties effective = raft.properties();
        assertThat(RaftServerConfigKeys.Log.useMemory(effective)).isFalse();
        assertThat(RaftServerConfigKeys.Log.unsafeFlushEnabled(effective)).isFalse();
        assertThat(RaftServerConfigKeys.Log.asyncFlushEnabled(effective)).isFalse();
        assertThat(RaftServerConfigKeys.storageDir(effective))
                .containsExactly(
                        voters.directory(leader.nodeId()).resolve("raft").toFile());
        // The commit index never passes what this leader has flushed: its own fsync is part of every commit.
        get(leader.openSession(Voters.LONG_LEASE));
        TxnResult result = get(leader.txn(Txn.of(new Op.Put("flushed", new byte[1]))));
        assertThat(result.succeeded()).isTrue();
        long committed = raft.division().getRaftLog().getLastCommittedIndex();
        assertThat(raft.division().getRaftLog().getFlushIndex()).isGreaterThanOrEqualTo(committed);
    }

    /** Of these voters, ours and those of Ratis. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("troupe-d[123]-.*|d[123]@.*"))
                .toList();
    }

    private static long leaderTerm(MetadataStore store) {
        MetadataView.Leader leader = store.view().leader();
        return leader == null ? 0 : leader.term();
    }
}
