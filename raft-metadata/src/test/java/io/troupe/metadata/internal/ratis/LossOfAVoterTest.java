package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.BriefSession;
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
            get(survivor.openSession(Voters.LONG_LEASE));
            get(follower.openSession(Voters.LONG_LEASE));
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
                await().atMost(Voters.PATIENCE)
                        .untilAsserted(() -> assertThat(recorder.keys()).hasSize(600));
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
            get(leader.openSession(Voters.LONG_LEASE));
            MetadataFollower follower = voters.follower("f1", "t/");
            RatisMetadataStore followed = voters.voter("n1"); // The first of the list.
            while (voters.leader() == followed) { // More than once if a busy machine elects it meanwhile.
                var unused = followed.transferLeadership(
                                voters.otherThan(followed).nodeId(), Voters.PATIENCE)
                        .handle((done, failure) -> true)
                        .join();
            }
            // No other voter reaches it any more, and it notices nothing; it still answers followers.
            long stands = followed.view().revision();
            RatisNode cut = Objects.requireNonNull(followed.raft());
            cut.division().getRaftServer().getServerRpc().close();
            TxnResult written =
                    get(follower.openSession(Voters.LONG_LEASE).thenCompose(session -> follower.txn(creation(key(1)))));
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
            String gone = voters.otherThan(leader).nodeId();
            BriefSession.renewedInTime(leader, 3_000, living -> {
                if (!voters.running().contains(gone)) {
                    voters.start(gone); // Tried again.
                    living.renew();
                }
                SessionId lost = get(voters.voter(gone).openSession(living.ttlMillis()));
                get(voters.voter(gone).txn(Txn.of(new Op.Put("bound", new byte[0], lost))));
                long renewed = System.nanoTime();
                get(voters.voter(gone).keepAlive());
                living.renew();
                voters.kill(gone);
                await().atMost(Voters.PATIENCE).until(() -> {
                    living.renew();
                    return !leader.view().isOpen(lost);
                });
                assertThat((System.nanoTime() - renewed) / 1_000_000).isGreaterThanOrEqualTo(living.ttlMillis());
                assertThat(leader.view().isOpen(living.id())).isTrue();
                assertThat(leader.view().get("bound")).isNull();
            });
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
