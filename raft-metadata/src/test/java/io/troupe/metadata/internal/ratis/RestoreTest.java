package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.VoterChangeSteps.done;
import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A cluster is backed up, lost with all its disks, and formed anew from the backup. */
class RestoreTest {
    private static final int KEYS = 3_000;

    @TempDir
    private Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> free(MetadataView view) {
        Map<String, String> keys = new TreeMap<>();
        view.forEach("", entry -> keys.put(entry.key(), new String(entry.value(), StandardCharsets.UTF_8)));
        return keys;
    }

    /** Answers the revision of the last key. */
    private static long fill(MetadataStore store) {
        List<Txn> txns = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            txns.add(Txn.of(new Op.Put("entity/" + i, bytes("state of " + i))));
        }
        return get(store.txnBatch(txns)).get(KEYS - 1).revision();
    }

    @Test
    void aNewClusterGoesOnFromTheBackupOfALostOne() throws IOException {
        Path file = directory.resolve("monday.backup");
        Map<String, String> before;
        SessionId oldLife;
        long revision;
        String oldId;
        try (Voters old = new Voters('r', directory.resolve("old"), 3).start("r1", "r2", "r3")) {
            MetadataStore leader = old.leader();
            MetadataStore other = old.otherThan(old.leader());
            oldLife = get(leader.openSession(Voters.LONG_LEASE));
            get(other.openSession(Voters.LONG_LEASE));
            get(leader.awaitRevision(fill(leader)));
            before = free(leader.view());
            get(leader.txn(Txn.of(new Op.Put("node", bytes("alive"), oldLife))));
            revision = get(leader.txn(Txn.of(new Op.Settle(oldLife, 3, 1, 1, 7, bytes("reply")))))
                    .revision();
            // A follower hears of a commit with the next entry only: it must not write what it has applied so far.
            Backup backup = get(other.backup(file));
            assertThat(backup.revision()).isGreaterThanOrEqualTo(revision);
            oldId = clusterId(old, "r1");
        }
        AtomicBoolean told = new AtomicBoolean(true);
        try (Voters again = new Voters(
                'r', directory.resolve("new"), 3, builder -> told.get() ? builder.restoreFrom(file) : builder)) {
            again.start("r1", "r2", "r3");
            for (String id : List.of("r1", "r2", "r3")) {
                assertThat(free(again.voter(id).view())).as(id).isEqualTo(before);
                assertThat(clusterId(again, id)).isNotEqualTo(oldId).isEqualTo(clusterId(again, "r1"));
            }
            MetadataStore leader = again.leader();
            assertThat(leader.view().isOpen(oldLife)).isFalse();
            assertThat(leader.view().settled(oldLife, 3).settlement(1))
                    .isNotNull()
                    .satisfies(end -> assertThat(end.outcome()).isEqualTo(7));
            SessionId newLife = get(leader.openSession(Voters.LONG_LEASE));
            assertThat(newLife.incarnation()).isGreaterThan(revision + 1_000_000_000_000L);
            TxnResult refused = get(leader.txn(Txn.of(new Op.Settle(oldLife, 3, 1, 1, 7, new byte[0]))));
            assertThat(refused).isInstanceOf(TxnResult.SettleRefused.class);
            Files.delete(file); // What was restored once goes on without it, whatever its configuration says.
            goesOn(again, told);
        }
    }

    /** The restored group is a group like any other: it restarts, and a node that joins it gets all of the state. */
    private void goesOn(Voters voters, AtomicBoolean told) {
        RatisMetadataStore leader = voters.leader();
        get(leader.put("later", bytes("1")));
        String restarted = voters.otherThan(leader).nodeId();
        voters.kill(restarted);
        voters.start(restarted);
        told.set(false);
        Voter fourth = voters.address("r4");
        CompletableFuture<Void> joined = voters.startJoining(fourth, "r4");
        done(voters, leading -> leading.addVoter(fourth, Voters.PATIENCE));
        get(joined);
        long end = get(leader.put("end", bytes("1")));
        get(leader.awaitRevision(end));
        assertThat(voters.running()).contains("r4");
        for (String id : voters.running()) {
            get(voters.voter(id).awaitRevision(end));
            assertThat(free(voters.voter(id).view())).as(id).isEqualTo(free(leader.view()));
        }
    }

    @Test
    void aSeedThatHasNotWrittenTheBackupYetDoesNotStartEmpty() throws IOException {
        Path file = directory.resolve("a.backup");
        try (Voters old = new Voters('r', directory.resolve("old"), 1).start("r1")) {
            get(old.voter("r1").openSession(Voters.LONG_LEASE));
            get(old.voter("r1").put("a", bytes("1")));
            get(old.voter("r1").backup(file));
        }
        Path root = directory.resolve("new");
        AtomicBoolean told = new AtomicBoolean(true);
        try (Voters again =
                new Voters('r', root, 1, builder -> told.get() ? builder.restoreFrom(file) : builder).start("r1")) {
            again.kill("r1");
            told.set(false);
            again.start("r1"); // It has its own files by now.
            assertThat(again.voter("r1").view().get("a")).isNotNull();
            again.kill("r1");

            // As if it had crashed after the group was formed and before Raft had a file.
            deleteAll(root.resolve("r1").resolve("raft"));
            LogFiles.forget(root.resolve("r1"));
            assertThatThrownBy(() -> again.startOne("r1").join())
                    .hasMessageContaining("start it once more with restoreFrom and that backup");
            again.kill("r1");
            told.set(true);
            again.start("r1");
            assertThat(again.voter("r1").view().get("a")).isNotNull();
        }
    }

    @Test
    void aSnapshotThatIsLostBehindALogIsNotReplacedByTheBackup() throws IOException {
        Path file = directory.resolve("a.backup");
        try (Voters old = new Voters('r', directory.resolve("old"), 1).start("r1")) {
            get(old.voter("r1").openSession(Voters.LONG_LEASE));
            get(old.voter("r1").backup(file));
        }
        Path root = directory.resolve("new");
        try (Voters again = new Voters('r', root, 1, builder -> builder.restoreFrom(file)).start("r1")) {
            again.kill("r1");
            Path machine;
            try (var files = Files.walk(root.resolve("r1"))) {
                machine = files.filter(path -> path.endsWith("sm")).findFirst().orElseThrow();
            }
            deleteAll(machine);
            Files.createDirectory(machine);
            assertThatThrownBy(() -> again.startOne("r1").join()).hasMessageContaining("the snapshot of that is lost");
        }
    }

    @Test
    void whatCannotBeRestoredIsRefusedBeforeAnythingIsFormed() throws IOException {
        Path file = Files.writeString(directory.resolve("a.backup"), "TRPB, but not really");
        try (Voters voters = new Voters('r', directory.resolve("new"), 1, builder -> builder.restoreFrom(file))) {
            assertThatThrownBy(() -> voters.startOne("r1").join())
                    .hasMessageContaining("backup " + file + " cannot be restored");
        }
        assertThat(directory.resolve("new").resolve("r1").resolve("cluster.properties"))
                .doesNotExist();
    }

    private static String clusterId(Voters voters, String id) throws IOException {
        return Files.readAllLines(voters.directory(id).resolve("cluster.properties")).stream()
                .filter(line -> line.startsWith("clusterId="))
                .findFirst()
                .orElseThrow();
    }

    private static void deleteAll(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
