package io.troupe.metadata.internal.ratis;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStores;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Starts that cannot work: one clear error each, and nothing half-started stays behind. */
class BadStartTest {
    @TempDir
    private Path directory;

    private static AbstractThrowableAssert<?, MetadataException> assertFails(MetadataStore store, Code code) {
        AbstractThrowableAssert<?, MetadataException> failure = assertFailure(store, code);
        await().atMost(Voters.PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("troupe-" + store.nodeId() + "-metadata")));
        return failure;
    }

    private static AbstractThrowableAssert<?, MetadataException> assertFailure(MetadataStore store, Code code) {
        try (store) {
            store.start()
                    .orTimeout(2 * Voters.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
            throw new AssertionError("started");
        } catch (CompletionException e) {
            MetadataException failure = (MetadataException) Objects.requireNonNull(e.getCause());
            assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
            return assertThat(failure);
        }
    }

    private MetadataStore store(Voters voters, MetadataConfig.Builder config) {
        MetadataConfig built = config.formationTimeout(Duration.ofSeconds(1)).build();
        return MetadataStores.open(built, voters.network.channel(built.nodeId()));
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (Voters voters = new Voters('b', directory, 1);
                ServerSocket taken = new ServerSocket(voters.port(1), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertFails(store(voters, voters.config("b1")), Code.PORT_IN_USE)
                    .hasMessageContaining("Raft port 127.0.0.1:" + voters.port(1) + " is in use");
        }
    }

    @Test
    void missingSeedsAreNamedWithTheirAddresses() {
        try (Voters voters = new Voters('b', directory, 3)) {
            assertFails(store(voters, voters.config("b1")), Code.TIMEOUT)
                    .hasMessageContaining("b2=127.0.0.1:" + voters.port(2))
                    .hasMessageContaining("b3=127.0.0.1:" + voters.port(3))
                    .hasMessageContaining("every seed");
        }
    }

    @Test
    @Tag("chaos")
    void aMissingSeedIsVouchedForByOneCallAndThatCallIsRefusedElsewhere() {
        try (Voters voters = new Voters('b', directory, 3)) {
            CompletableFuture<Void> first = voters.startOne("b1");
            CompletableFuture<Void> second = voters.startOne("b2");
            assertThatThrownBy(() -> get(voters.voter("b2").bootstrap())).hasMessageContaining("only node b1");
            get(voters.voter("b1").bootstrap());
            get(first);
            get(second);
            get(voters.voter("b2").openSession(10_000));
            voters.kill("b2");
            voters.start("b2"); // Its group and its seed list are not the same, and both are on its disk.
            CompletableFuture<Void> third = voters.startJoining(voters.address("b3"), "b3");
            get(voters.leader().addVoter(voters.address("b3"), Voters.PATIENCE));
            get(third);
            voters.kill("b3");
            assertThatThrownBy(() -> get(voters.voter("b1").bootstrap()))
                    .hasMessageContaining("belongs to the cluster with id");
            assertThatThrownBy(() -> get(voters.follower("b9", "").bootstrap()))
                    .hasMessageContaining("node b9 forms no group");
            assertThatThrownBy(
                            () -> get(new RatisMetadataStore(voters.config("b3").build(), voters.network.channel("b3"))
                                    .bootstrap()))
                    .hasMessageContaining("node b3 is not started: call start before bootstrap");
        }
    }

    @Test
    void theDirectoryOfARunningVoterIsInUse() {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            MetadataConfig.Builder second = voters.config("b1");
            try (Voters others = new Voters('b', directory, 1)) {
                assertFailure(store(others, second), Code.BAD_DIRECTORY)
                        .hasMessageContaining("in use by another process");
            }
            get(voters.voter("b1").openSession(1_000));
        }
    }

    @Test
    void anotherClustersDirectoryIsRefused() {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            voters.kill("b1");
            assertFails(store(voters, voters.config("b1").clusterName("bank")), Code.BAD_DIRECTORY)
                    .hasMessageContaining("belongs to cluster test, not to bank");
        }
    }

    @Test
    void aWipedVoterIsRefusedByTheOthersAndTheClusterGoesOn() throws Exception {
        try (Voters voters = new Voters('b', directory, 3).start("b1", "b2", "b3")) {
            voters.kill("b2");
            Path wiped = directory.resolve("wiped");
            Files.createDirectories(wiped);
            MetadataConfig empty = voters.config("b2").directory(wiped).build(); // The others need time to refuse it.
            assertFails(MetadataStores.open(empty, voters.network.channel("b2")), Code.WIPED_VOTER)
                    .hasMessageContaining("voter b2 is empty");
            get(voters.voter("b1").openSession(10_000));
            voters.kill("b1");
            voters.kill("b3");
            assertFails(store(voters, voters.config("b1")), Code.TIMEOUT)
                    .hasMessageContaining("no leader was heard of")
                    .hasMessageContaining("start a majority");
        }
    }

    @Test
    void aFollowerThatReachesNoVoterSaysSo() {
        try (Voters voters = new Voters('b', directory, 3)) {
            assertFails(store(voters, voters.config("b9")), Code.TIMEOUT).hasMessageContaining("no voter");
        }
    }

    @Test
    void aFollowerWatchesWhatItFollowsAndNothingElse() {
        try (Voters voters = new Voters('b', directory, 3);
                MetadataStore follower = store(voters, voters.config("b9").followPrefixes("t/", "u/v/"))) {
            WatchListener listener = new WatchListener() {
                @Override
                public void onEvents(List<WatchEvent> events, MetadataView view) {
                    throw new IllegalStateException("it is never started");
                }

                @Override
                public void onResync(MetadataView view) {
                    throw new IllegalStateException("it is never started");
                }
            };
            for (String followed : List.of("", "t/", "t/1", "u/")) {
                follower.watch(followed, 1, listener).close();
            }
            assertThatThrownBy(() -> follower.watch("w/", 1, listener))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("w/");
        }
    }

    @Test
    void whatAProcessLeftThatEndedDuringASnapshotIsDeleted() throws Exception {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            voters.kill("b1");
            Path machine;
            try (var files = Files.walk(directory.resolve("b1"))) {
                machine = files.filter(file -> file.endsWith("sm")).findFirst().orElseThrow();
            }
            Path written = Files.writeString(machine.resolve("snapshot.3_77.tmp"), "half of a snapshot");
            Path received = machine.resolveSibling("tmp").resolve("snapshot-1234");
            Files.createDirectories(received.resolve("sm"));
            Files.writeString(received.resolve("sm").resolve("snapshot.3_78"), "half of another");
            voters.start("b1");
            assertThat(written).doesNotExist();
            assertThat(received).doesNotExist();
        }
    }

    @Test
    void aDamagedSnapshotIsNamed() throws Exception {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            voters.kill("b1");
            Path machine;
            try (var files = Files.walk(directory.resolve("b1"))) {
                machine = files.filter(file -> file.endsWith("sm")).findFirst().orElseThrow();
            }
            Files.writeString(machine.resolve("snapshot.1_1"), "not a snapshot");
            assertFails(store(voters, voters.config("b1")), Code.FAILED).hasMessageContaining("snapshot");
        }
    }

    /** Ratis takes what is left of the newest segment for all that there was. */
    @Test
    void aLogThatWasCutIsRefused() throws Exception {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            get(voters.voter("b1").openSession(86_400_000));
            for (int i = 0; i < 20; i++) {
                get(voters.voter("b1").txn(Txn.of(new Op.Put(NumberedKeys.key(i), new byte[100]))));
            }
            voters.kill("b1");
            Path segment = LogFiles.newestSegment(directory.resolve("b1"));
            byte[] whole = Files.readAllBytes(segment);
            int used = whole.length; // The segment is allocated ahead.
            while (whole[used - 1] == 0) {
                used--;
            }
            Files.write(segment, Arrays.copyOf(whole, used / 2));
            assertFails(store(voters, voters.config("b1")), Code.FAILED)
                    .hasMessageMatching(
                            "(?s).*its log ends with entry \\d+, but entry \\d+ was applied here: the log was"
                                    + " cut, or files of it are lost.*remove this voter and add a new one.*");
            Files.delete(segment);
            assertFails(store(voters, voters.config("b1")), Code.FAILED)
                    .hasMessageContaining("its log ends with entry -1, but entry ");
            Files.write(segment, whole);
            voters.start("b1");
        }
    }

    /** A disk that is full can leave it so. */
    @Test
    void aTornTermIsRefused() throws Exception {
        try (Voters voters = new Voters('b', directory, 1).start("b1")) {
            voters.kill("b1");
            Path term;
            try (var files = Files.walk(directory.resolve("b1"))) {
                term = files.filter(file -> file.endsWith("raft-meta"))
                        .findFirst()
                        .orElseThrow();
            }
            String remedy = ": if its files are damaged, remove this voter and add a new one";
            for (String torn : List.of("", "#", "votedFor=b1", "term=", "term=1")) {
                Files.writeString(term, torn);
                assertFails(store(voters, voters.config("b1")), Code.FAILED)
                        .as(torn)
                        .hasMessageMatching(
                                ".*('term' not found|NumberFormatException|'votedFor' not found).*" + remedy);
            }
            Files.delete(term);
            assertFails(store(voters, voters.config("b1")), Code.FAILED).hasMessageContaining("NOT_FORMATTED" + remedy);
        }
    }
}
