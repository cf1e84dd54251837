package io.troupe.metadata.internal.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClusterFileTest {
    @TempDir
    private Path root;

    private Path directory() {
        return root.resolve("data");
    }

    private MetadataConfig config(String cluster, String node, int... ports) {
        MetadataConfig.Builder builder =
                MetadataConfig.builder(node).clusterName(cluster).directory(directory());
        for (int i = 0; i < ports.length; i++) {
            builder.voter("n" + (ports.length - i), "127.0.0.1", ports[i]);
        }
        return builder.build();
    }

    private Identity open(MetadataConfig config) {
        try (ClusterFile file = ClusterFile.lock(directory())) {
            return file.open(config, "disk-1", null);
        }
    }

    private Identity formed() {
        Identity fresh = open(config("shop", "n1", 7803, 7802, 7801));
        Identity formed = fresh.formed(new Identity.Group(
                "11111111-2222-3333-4444-555555555555",
                fresh.seeds().stream()
                        .map(seed -> new Identity.Member(seed, "disk-of-" + seed.nodeId()))
                        .toList(),
                7));
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.write(formed);
        }
        return formed;
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertBad(ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.BAD_DIRECTORY));
    }

    @Test
    void anEmptyDirectoryIsFormattedOnce() {
        Identity fresh = open(config("shop", "n1", 7803, 7802, 7801));
        assertThat(fresh.storageId()).isEqualTo("disk-1");
        assertThat(fresh.group()).isNull();
        assertThat(open(config("shop", "n1", 7803, 7802, 7801))).isEqualTo(fresh);
    }

    private Identity restore(String backup) {
        MetadataConfig config = MetadataConfig.builder("n1")
                .clusterName("shop")
                .directory(directory())
                .voter("n1", "127.0.0.1", 7801)
                .voter("n2", "127.0.0.1", 7802)
                .voter("n3", "127.0.0.1", 7803)
                .restoreFrom(Path.of("monday.backup"))
                .build();
        try (ClusterFile file = ClusterFile.lock(directory())) {
            return file.open(config, "disk-1", backup);
        }
    }

    @Test
    void aBackupIsNotRestoredIntoADirectoryThatHasACluster() {
        formed();
        assertBad(() -> restore("feed"))
                .hasMessageContaining(directory().toString())
                .hasMessageContaining("is not empty")
                .hasMessageContaining("11111111-2222-3333-4444-555555555555")
                .hasMessageContaining("monday.backup")
                .hasMessageContaining("choose an empty directory on every seed")
                .hasMessageContaining("start without restoreFrom");
    }

    @Test
    void aRestoredDirectoryGoesOnWithAndWithoutItsBackupAndRefusesAnother() {
        Identity fresh = restore("feed");
        Identity formed = fresh.formed(new Identity.Group("id", List.of(), 0));
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.write(formed);
        }
        assertThat(restore("feed")).isEqualTo(formed);
        assertThat(open(config("shop", "n1", 7803, 7802, 7801)).backup()).isEqualTo("feed");
        assertBad(() -> restore("beef")).hasMessageContaining("is not empty");
    }

    @Test
    void aDirectoryWithoutAClusterTakesTheBackupItIsToldNow() {
        open(config("shop", "n1", 7803, 7802, 7801));
        assertThat(restore("feed").backup()).isEqualTo("feed");
        assertThat(open(config("shop", "n1", 7803, 7802, 7801)).backup()).isNull();
    }

    @Test
    void aFormedIdentityIsReadBack() {
        Identity formed = formed();
        assertThat(open(config("shop", "n1", 7803, 7802, 7801))).isEqualTo(formed);
        assertThat(open(config("shop", "n1", 7803, 7802, 7801)).seeds())
                .extracting(MetadataConfig.Voter::nodeId)
                .containsExactly("n1", "n2", "n3");
    }

    @Test
    void theVotersMayBecomeOthersThanTheSeeds() {
        Identity formed = formed();
        Identity.Group group = Objects.requireNonNull(formed.group());
        List<Identity.Member> members = new ArrayList<>(group.members().subList(0, 2));
        members.add(new Identity.Member(new MetadataConfig.Voter("n4", "h4", 7804), "disk-4"));
        Identity changed = formed.formed(new Identity.Group(group.clusterId(), members, 99));
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.write(changed);
        }
        assertThat(open(config("shop", "n1", 7803, 7802, 7801))).isEqualTo(changed);
    }

    @Test
    void theDirectoryOfARemovedVoterIsRefused() {
        Identity formed = formed();
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.writeRemoved(formed);
        }
        assertThatThrownBy(() -> open(config("shop", "n1", 7803, 7802, 7801)))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.REMOVED_VOTER))
                .hasMessageContaining("node n1 was removed from the voters of cluster shop")
                .hasMessageContaining("an empty directory");
    }

    @Test
    void anotherClusterIsRefused() {
        formed();
        assertBad(() -> open(config("bank", "n1", 7803, 7802, 7801)))
                .hasMessageContaining("shop")
                .hasMessageContaining("bank")
                .hasMessageContaining(directory().toString());
    }

    @Test
    void anotherNodeIsRefused() {
        formed();
        assertBad(() -> open(config("shop", "n2", 7803, 7802, 7801)))
                .hasMessageContaining("belongs to node n1, not to n2");
    }

    @Test
    void anotherSeedListIsRefusedOnceFormed() {
        formed();
        assertBad(() -> open(config("shop", "n1", 7813, 7802, 7801)))
                .hasMessageContaining("n1=127.0.0.1:7801,n2=127.0.0.1:7802,n3=127.0.0.1:7803")
                .hasMessageContaining("n1=127.0.0.1:7801,n2=127.0.0.1:7802,n3=127.0.0.1:7813");
    }

    private MetadataConfig groups(int number) {
        return MetadataConfig.builder("n1")
                .clusterName("shop")
                .directory(directory())
                .voter("n1", "127.0.0.1", 7801)
                .groups(number)
                .build();
    }

    private void form(int groups) {
        Identity fresh = open(groups(groups));
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.write(fresh.formed(new Identity.Group("id", List.of(), 0)));
        }
    }

    @Test
    void anotherNumberOfGroupsIsRefusedOnceFormed() {
        open(groups(2));
        assertThat(open(groups(3)).groups()).as("nothing was formed with two").isEqualTo(3);
        form(3);
        assertThat(open(groups(3)).groups()).isEqualTo(3);
        assertBad(() -> open(groups(4)))
                .hasMessageContaining("was formed with 3 groups, not with 4 groups: start every node with groups(3)");
        assertBad(() -> open(groups(1))).hasMessageContaining("was formed with 3 groups, not with 1 group:");
    }

    @Test
    void aSingleGroupIsNotWrittenDown() throws IOException {
        form(1);
        assertThat(directory().resolve("cluster.properties")).content().doesNotContain("groups");
        assertBad(() -> open(groups(2))).hasMessageContaining("was formed with 1 group, not with 2 groups");
    }

    @Test
    void anotherSeedListIsTakenBeforeTheFormation() {
        open(config("shop", "n1", 7803, 7802, 7801));
        Identity corrected = open(config("shop", "n1", 7813, 7802, 7801));
        assertThat(Identity.text(corrected.seeds())).contains("7813");
        assertThat(open(config("shop", "n1", 7813, 7802, 7801))).isEqualTo(corrected);
    }

    @Test
    void aDirectoryIsUsedByOneNodeAtATime() {
        try (ClusterFile file = ClusterFile.lock(directory())) {
            assertThat(file).isNotNull();
            assertBad(() -> ClusterFile.lock(directory()).close()).hasMessageContaining("in use by another process");
        }
        ClusterFile.lock(directory()).close();
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsRefused() throws IOException {
        Files.writeString(directory(), "not a directory");
        assertBad(() -> ClusterFile.lock(directory()).close()).hasMessageContaining("cannot be used");
    }

    @Test
    void aLogWithoutItsIdentityIsRefused() throws IOException {
        Files.createDirectories(directory().resolve("raft"));
        assertBad(() -> open(config("shop", "n1", 7801)))
                .hasMessageContaining("has a Raft log but no cluster.properties");
    }

    @Test
    void aLogThatWasThereMustBeThere() throws IOException {
        Identity formed = formed();
        Path log = directory().resolve("raft").resolve("a-log");
        Path further = directory().resolve("groups").resolve("another");
        Files.createDirectories(log);
        Files.createDirectories(further);
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.noteLogs(formed);
        }
        assertThat(open(config("shop", "n1", 7803, 7802, 7801))).isEqualTo(formed);
        Files.delete(further);
        assertBad(() -> open(config("shop", "n1", 7803, 7802, 7801)))
                .hasMessageContaining(
                        "has lost the Raft log another: put back all of the directory as it was, or remove this voter, empty its directory and add it again");
        Files.createDirectories(further);
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.open(config("shop", "n1", 7803, 7802, 7801), "s9", null);
            file.write(formed); // as when the voters change
        }
        Files.delete(log);
        assertBad(() -> open(config("shop", "n1", 7803, 7802, 7801)))
                .hasMessageContaining("has lost the Raft log a-log:");
        Files.createDirectories(log);
        try (ClusterFile file = ClusterFile.lock(directory())) {
            file.writeRemoved(formed);
            Files.createDirectories(directory().resolve("groups").resolve("a-third"));
            file.noteLogs(formed);
        }
        assertThatThrownBy(() -> open(config("shop", "n1", 7803, 7802, 7801)))
                .as("a removed voter stays one")
                .hasMessageContaining("was removed from the voters");
    }

    @Test
    void damagedFilesAreRefusedWithTheirReason() throws IOException {
        formed();
        Path file = directory().resolve("cluster.properties");
        String good = Files.readString(file);
        for (List<String> damage : List.of(
                List.of("formatVersion=1", "formatVersion=9", "format version 9"),
                List.of("nodeId=n1", "noId=n1", "without nodeId"),
                List.of("groupVersion=7", "groupVersion=x", "groupVersion x, which is no number"),
                List.of("7802", "port", "no host:port"),
                List.of("storageId", "\\u00zz", "unreadable"))) {
            Files.writeString(file, good.replace(damage.get(0), damage.get(1)));
            assertBad(() -> open(config("shop", "n1", 7803, 7802, 7801))).hasMessageContaining(damage.get(2));
        }
    }
}
