package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import io.troupe.metadata.internal.follow.MetadataFollower;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.NumberedKeys.creation;
import static io.troupe.metadata.internal.ratis.NumberedKeys.key;
import static io.troupe.metadata.internal.ratis.NumberedKeys.keys;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What dies with a voter, and what does not. Every test has its own real Ratis group. */
class LossOfAVoterTest {
    private static final String[] ALL = {"n1", "n2", "n3"};

    @TempDir
    private Path directory;

    @Test
    void noTransactionIsLostOrDoubledWhenTheLeaderDiesAndNoChangeIsMissedByAFollower() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            RatisMetadataStore survivor = voters.otherThan(leader);
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
                results.add(writer.txn(creation(key(i))));
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
    void aFollowerLeavesAVoterThatIsCutOffFromTheLog() throws Exception {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            get(leader.openSession(60_000));
            MetadataFollower follower = voters.follower("f1", "t/");
            RatisMetadataStore followed = voters.voter("n1"); // The first of the list.
            if (followed.isLeader()) {
                leader = voters.otherThan(followed);
                get(followed.transferLeadership(leader.nodeId(), Voters.PATIENCE));
            }
            // No other voter reaches it any more, and it notices nothing; it still answers followers.
            long stands = followed.view().revision();
            RatisNode cut = Objects.requireNonNull(followed.raft());
            cut.division().getRaftServer().getServerRpc().close();
            TxnResult written =
                    get(follower.openSession(60_000).thenCompose(session -> follower.txn(creation(key(1)))));
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
            RatisMetadataStore gone = voters.otherThan(leader);
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
