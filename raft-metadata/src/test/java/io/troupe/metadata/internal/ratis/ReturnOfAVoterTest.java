package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.NumberedKeys.creation;
import static io.troupe.metadata.internal.ratis.NumberedKeys.key;
import static io.troupe.metadata.internal.ratis.NumberedKeys.keys;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a voter knows when it comes back. Every test has its own real Ratis group. */
class ReturnOfAVoterTest {
    private static final String[] ALL = {"n1", "n2", "n3"};

    @TempDir
    private Path directory;

    @Test
    void everythingIsThereAfterOneAndAfterAllVotersRestart() {
        try (Voters voters = new Voters(directory, 3).start(ALL)) {
            RatisMetadataStore writer = voters.voter("n2");
            SessionId session = get(writer.openSession(Voters.LONG_LEASE));
            get(writer.txnBatch(
                    IntStream.range(0, 100).mapToObj(i -> creation(key(i))).toList()));
            voters.kill("n3");
            get(writer.txn(creation(key(100))));
            voters.start("n3");
            get(voters.voter("n3").awaitRevision(writer.view().revision()));
            assertThat(keys(voters.voter("n3").view())).hasSize(101);

            long revision = writer.view().revision();
            List.of(ALL).forEach(voters::kill);
            voters.start(ALL);
            for (String node : ALL) {
                get(voters.voter(node).awaitRevision(revision));
                MetadataView view = voters.voter(node).view();
                assertThat(keys(view)).containsExactlyElementsOf(keys(101));
                assertThat(view.isOpen(session))
                        .as("the session is not ended by a restart")
                        .isTrue();
            }
            SessionId next = get(voters.voter("n2").openSession(Voters.LONG_LEASE));
            assertThat(next.incarnation()).isGreaterThan(session.incarnation());
            assertThat(get(voters.voter("n2").txn(creation(key(101)))).succeeded())
                    .isTrue();
        }
    }

    @Test
    void aVoterThatWasAwayForLongGetsASnapshotAndMayLeadThen() throws Exception {
        try (Voters voters =
                new Voters('n', directory, 3, config -> config.snapshotEntries(LogFiles.SNAPSHOT_ENTRIES)).start(ALL)) {
            RatisMetadataStore leader = voters.leader();
            String away = voters.otherThan(leader).nodeId();
            voters.kill(away);
            get(leader.openSession(Voters.LONG_LEASE));
            int last = LogFiles.writeUntilTheLogIsCut(leader, voters.directory(leader.nodeId()));

            voters.start(away);
            get(voters.voter(away).awaitRevision(leader.view().revision()));
            assertThat(keys(voters.voter(away).view())).containsExactlyElementsOf(keys(last));
            assertThat(LogFiles.snapshots(voters.directory(away))).isNotEmpty();

            // It takes part in full: with the third voter gone, it is needed for every commit.
            String third = Stream.of(ALL)
                    .filter(node -> !node.equals(away) && !node.equals(leader.nodeId()))
                    .findFirst()
                    .orElseThrow();
            voters.kill(third);
            assertThat(get(leader.txn(creation(key(last)))).succeeded()).isTrue();
            // The oldest one is deleted a moment after the newest is there.
            await().atMost(Voters.PATIENCE)
                    .untilAsserted(() -> assertThat(LogFiles.snapshots(voters.directory(leader.nodeId())))
                            .hasSizeLessThanOrEqualTo(2));
        }
    }
}
