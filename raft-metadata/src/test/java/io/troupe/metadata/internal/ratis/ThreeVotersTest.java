package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.follow.MetadataFollower;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Real Ratis groups under failures. Every test has its own group. */
class ThreeVotersTest {
    private static final String[] ALL = {"n1", "n2", "n3"};

    @TempDir
    private Path directory;

    @Test
    void noTransactionIsLostOrDoubledWhenTheLeaderDiesAndNoChangeIsMissedByAFollower() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            RatisMetadataStore survivor = other(voters, leader);
            MetadataFollower follower = voters.follower("f1", "t/");
            Recorder onVoter = new Recorder();
            Recorder onFollower = new Recorder();
            survivor.watch("t/", 1, onVoter);
            follower.watch("t/", 1, onFollower);
            get(survivor.openSession(60_000));
            get(follower.openSession(60_000));
            get(survivor.txn(Txn.of(new Op.Put("other/1", new byte[1]))));

            List<CompletableFuture<TxnResult>> results = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                MetadataStore writer = i % 2 == 0 ? survivor : follower;
                results.add(writer.txn(create(key(i))));
                if (i == 300) {
                    get(results.get(250));
                    voters.kill(leader.nodeId());
                }
            }
            assertThat(results)
                    .allSatisfy(result -> assertThat(get(result).succeeded()).isTrue());

            long newest = results.stream()
                    .mapToLong(result -> get(result).revision())
                    .max()
                    .orElseThrow();
            for (MetadataStore store : List.of(survivor, follower)) {
                get(store.awaitRevision(newest));
                assertThat(keys(store.view())).containsExactlyElementsOf(keys(600));
            }
            for (Recorder recorder : List.of(onVoter, onFollower)) {
                await().untilAsserted(() -> assertThat(recorder.keys()).hasSize(600));
                assertThat(recorder.resyncs()).isZero();
                assertThat(recorder.keys()).containsExactlyInAnyOrderElementsOf(keys(600));
                assertThat(recorder.revisions()).isSorted();
            }
            assertThat(follower.keeps("other/1")).isFalse();
            assertThatThrownBy(() -> follower.view().get("other/1"))
                    .hasMessage(
                            "this node keeps no log and follows [t/], not 'other/1': use MetadataStore.read, or read it on"
                                    + " a voter");
            assertThat(get(follower.read("other/1"))).isNotNull();
            assertThat(get(follower.read("other/none"))).isNull();
            assertThat(follower.view().session(survivor.nodeId())).isNotNull();
            assertThat(voters.leader()).isNotSameAs(leader);
        }
    }

    @Test
    void theLeaderHandsOverToTheVoterThatIsNamed() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            RatisMetadataStore next = other(voters, leader);
            get(next.openSession(60_000));
            assertThatThrownBy(() -> get(next.transferLeadership(leader.nodeId(), Duration.ofSeconds(5))))
                    .hasMessageContaining("node " + next.nodeId() + " does not lead: ask " + leader.nodeId());
            assertThatThrownBy(() -> get(leader.transferLeadership("n9", Duration.ofSeconds(5))))
                    .hasMessageContaining("node n9 is no other voter of this cluster: name one of ");
            get(leader.transferLeadership(next.nodeId(), Duration.ofSeconds(10)));
            await().untilAsserted(() -> assertThat(next.isLeader()).isTrue());
            assertThat(leader.isLeader()).isFalse();
            assertThat(get(next.txn(create(key(1)))).succeeded()).isTrue();
        }
    }

    @Test
    void everythingIsThereAfterOneAndAfterAllVotersRestart() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore writer = voters.voter("n2");
            SessionId session = get(writer.openSession(60_000));
            get(writer.txnBatch(
                    IntStream.range(0, 100).mapToObj(i -> create(key(i))).toList()));
            voters.kill("n3");
            get(writer.txn(create(key(100))));
            voters.start("n3");
            get(voters.voter("n3").awaitRevision(writer.view().revision()));
            assertThat(keys(voters.voter("n3").view())).hasSize(101);

            long revision = writer.view().revision();
            List.of(ALL).forEach(voters::kill);
            voters.start(ALL);
            for (String node : ALL) {
                MetadataView view = voters.voter(node).view();
                get(voters.voter(node).awaitRevision(revision));
                assertThat(keys(voters.voter(node).view())).containsExactlyElementsOf(keys(101));
                assertThat(view.isOpen(session))
                        .as("the session is not ended by a restart")
                        .isTrue();
            }
            SessionId next = get(voters.voter("n2").openSession(60_000));
            assertThat(next.incarnation()).isGreaterThan(session.incarnation());
            assertThat(get(voters.voter("n2").txn(create(key(101)))).succeeded())
                    .isTrue();
        }
    }

    @Test
    void aVoterThatWasAwayForLongGetsASnapshotAndMayLeadThen() throws Exception {
        try (Voters voters = new Voters(directory, 3, config -> config.snapshotEntries(50)).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            String away = other(voters, leader).nodeId();
            voters.kill(away);
            get(leader.openSession(60_000));
            // Ratis purges whole segments of 8 MiB, and only behind a snapshot.
            int written = 0;
            while (firstLogIndex(voters.directory(leader.nodeId())) < 50) {
                assertThat(written).isLessThan(2_000);
                Op padding = new Op.Put("padding", new byte[200_000]);
                get(leader.txn(Txn.of(new Op.Put(key(written++), new byte[1]), padding)));
            }
            int last = written;

            voters.start(away);
            get(voters.voter(away).awaitRevision(leader.view().revision()));
            assertThat(keys(voters.voter(away).view())).containsExactlyElementsOf(keys(last));
            assertThat(snapshotFiles(voters.directory(away))).isNotEmpty();

            // It takes part in full: with the third voter gone, it is needed for every commit.
            String third = Stream.of(ALL)
                    .filter(node -> !node.equals(away) && !node.equals(leader.nodeId()))
                    .findFirst()
                    .orElseThrow();
            voters.kill(third);
            assertThat(get(leader.txn(create(key(last)))).succeeded()).isTrue();
            assertThat(snapshotFiles(voters.directory(leader.nodeId()))).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void aFollowerLeavesAVoterThatIsCutOffFromTheLog() throws Exception {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(60_000));
            MetadataFollower follower = voters.follower("f1", "t/");
            RatisMetadataStore followed = voters.voter("n1"); // The first of the list.
            if (followed.isLeader()) {
                leader = other(voters, followed);
                get(followed.transferLeadership(leader.nodeId(), Voters.PATIENCE));
            }
            // No other voter reaches it any more, and it notices nothing; it still answers followers.
            long stands = followed.view().revision();
            RatisNode cut = Objects.requireNonNull(followed.raft());
            cut.division().getRaftServer().getServerRpc().close();
            TxnResult written = get(follower.openSession(60_000).thenCompose(session -> follower.txn(create(key(1)))));
            get(follower.awaitRevision(written.revision()));
            assertThat(follower.view().get(key(1))).isNotNull();
            assertThat(followed.view().revision())
                    .isLessThan(written.revision())
                    .isGreaterThanOrEqualTo(stands);
        }
    }

    @Test
    void aSessionEndsWhenItsNodeIsGoneAndNotWhileItRenews() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            RatisMetadataStore gone = other(voters, leader);
            long ttl = 3_000;
            SessionId living = get(leader.openSession(ttl));
            SessionId lost = get(gone.openSession(ttl));
            get(gone.txn(Txn.of(new Op.Put("bound", new byte[0], lost))));
            long renewed = System.nanoTime();
            get(gone.keepAlive());
            voters.kill(gone.nodeId());
            await().atMost(Voters.PATIENCE).until(() -> {
                get(leader.keepAlive());
                return !leader.view().isOpen(lost);
            });
            assertThat((System.nanoTime() - renewed) / 1_000_000).isGreaterThanOrEqualTo(ttl);
            assertThat(leader.view().isOpen(living)).isTrue();
            assertThat(leader.view().get("bound")).isNull();
        }
    }

    @Test
    void whatIsTooLargeNeverReachesTheLogAndTheLeaderStays() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            RatisMetadataStore writer = other(voters, leader);
            get(writer.openSession(60_000));
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
    }

    @Test
    void whatIsAcknowledgedWasForcedToTheDiskAndNothingIsLeftAfterClose() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Voters voters = new Voters(directory, 3);
        try (voters) {
            voters.start(ALL);
            RatisNode raft = Objects.requireNonNull(voters.leader().raft());
            RaftProperties effective = raft.properties();
            assertThat(RaftServerConfigKeys.Log.useMemory(effective)).isFalse();
            assertThat(RaftServerConfigKeys.Log.unsafeFlushEnabled(effective)).isFalse();
            assertThat(RaftServerConfigKeys.Log.asyncFlushEnabled(effective)).isFalse();
            assertThat(RaftServerConfigKeys.storageDir(effective))
                    .containsExactly(voters.directory(voters.leader().nodeId())
                            .resolve("raft")
                            .toFile());
            // The commit index never passes what this leader has flushed: its own fsync is part of every commit.
            get(voters.leader().openSession(60_000));
            TxnResult result = get(voters.leader().txn(create(key(0))));
            assertThat(result.succeeded()).isTrue();
            long committed = raft.division().getRaftLog().getLastCommittedIndex();
            assertThat(raft.division().getRaftLog().getFlushIndex()).isGreaterThanOrEqualTo(committed);
        }
        await().atMost(Voters.PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> !before.contains(thread))
                                .map(Thread::getName)
                                .filter(name -> name.startsWith("troupe-") || name.matches("n[123]@.*")))
                        .isEmpty());
        for (int number = 1; number <= 3; number++) {
            new ServerSocket(voters.port(number), 1, InetAddress.getLoopbackAddress()).close();
        }
        for (String node : ALL) {
            assertThat(voters.directory(node).resolve("cluster.properties")).exists();
        }
    }

    private static Txn create(String key) {
        return Txn.guarded(List.of(Compare.absent(key)), List.of(new Op.Put(key, new byte[16])));
    }

    private static String key(int number) {
        return String.format("t/%05d", number);
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(ThreeVotersTest::key).toList();
    }

    private static List<String> keys(MetadataView view) {
        List<String> found = new ArrayList<>();
        view.forEach("t/", entry -> found.add(entry.key()));
        return found;
    }

    private static long leaderTerm(MetadataStore store) {
        MetadataView.Leader leader = store.view().leader();
        return leader == null ? 0 : leader.term();
    }

    private static RatisMetadataStore other(Voters voters, RatisMetadataStore leader) {
        return voters.running().stream()
                .filter(node -> !node.equals(leader.nodeId()))
                .findFirst()
                .map(voters::voter)
                .orElseThrow();
    }

    private static List<Path> snapshotFiles(Path data) throws Exception {
        return files(data).stream()
                .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                .toList();
    }

    /** The lowest index that is still in a log file. */
    static long firstLogIndex(Path data) throws Exception {
        return files(data).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("log_"))
                .mapToLong(name -> Long.parseLong(name.replaceAll("^log_(inprogress_)?(\\d+).*", "$2")))
                .min()
                .orElse(0);
    }

    /** Of a running voter: what it deletes meanwhile is not there. */
    private static List<Path> files(Path data) throws Exception {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static final class Recorder implements WatchListener {
        private final List<WatchEvent> events = new ArrayList<>();
        private int resyncs;

        @Override
        public synchronized void onEvents(List<WatchEvent> changes, MetadataView view) {
            events.addAll(changes);
        }

        @Override
        public synchronized void onResync(MetadataView view) {
            if (view.revision() > 0 && !events.isEmpty()) {
                resyncs++;
            }
        }

        synchronized List<String> keys() {
            return events.stream().map(WatchEvent::key).toList();
        }

        synchronized List<Long> revisions() {
            return events.stream().map(WatchEvent::revision).toList();
        }

        synchronized int resyncs() {
            return resyncs;
        }
    }
}
