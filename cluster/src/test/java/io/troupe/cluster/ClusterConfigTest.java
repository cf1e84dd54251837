package io.troupe.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Idling;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TlsFiles;
import io.troupe.transport.UnixSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClusterConfigTest {
    @TempDir
    Path directory;

    private ClusterConfig.Builder three(String nodeId) {
        return ClusterConfig.builder(nodeId)
                .addNode("n1", "127.0.0.1", 7701, 7801)
                .addNode("n2", "127.0.0.1", 7702, 7802)
                .addNode("n3", "127.0.0.1", 7703, 7803);
    }

    private static void refused(ClusterConfig.Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        ClusterException.class, e -> assertThat(e.code()).isEqualTo(ClusterException.Code.BAD_CONFIG))
                .hasMessageContaining(message);
    }

    @Test
    void aSeedHasItsOwnEntryAndADataDirectory() {
        ClusterConfig config = three("n2").dataDir(directory).build();
        assertThat(config.isSeed()).isTrue();
        assertThat(config.self()).isEqualTo(new NodeAddress("n2", "127.0.0.1", 7702, 7802));
        assertThat(config.shards()).isEqualTo(1024);
        assertThat(config.lease()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aNodeOutsideTheSeedListOnlySends() {
        ClusterConfig config = three("driver").build();
        assertThat(config.isSeed()).isFalse();
        assertThat(config.hosting()).isEqualTo(Hosting.CLIENT);
    }

    @Test
    void aNodeOutsideTheSeedListThatListensOwnsShards() {
        ClusterConfig config = three("worker")
                .listen("10.0.0.7", 7709)
                .capacity(2.5)
                .roles("web", "batch")
                .build();
        assertThat(config.hosting())
                .isEqualTo(new Hosting(
                        true, InetSocketAddress.createUnresolved("10.0.0.7", 7709), 2.5, Set.of("web", "batch")));
        assertThat(config.identity()).isEqualTo(three("driver").build().identity());
        assertThat(three("n1").dataDir(directory).stateGroups(3).build().identity())
                .contains(" shards, 3 state groups, seeds [");
    }

    @Test
    void aSeedMayOnlyKeepTheLog() {
        assertThat(three("n1").dataDir(directory).build().hosting().shards()).isTrue();
        assertThat(three("n1")
                        .dataDir(directory)
                        .hostsShards(false)
                        .build()
                        .hosting()
                        .shards())
                .isFalse();
    }

    @Test
    void whatANodeOffersIsChecked() {
        refused(
                three("n1").dataDir(directory).listen("127.0.0.1", 7709),
                "seed n1 listens where the seed list says: remove listen");
        refused(three("w").listen("127.0.0.1", 0), "listen has port 0: ports are 1 to 65535");
        refused(
                three("w").hostsShards(true),
                "node w is to own shards but nobody can dial it: set listen to its host and port");
        refused(three("w").capacity(0), "capacity (0.0) must be between 0.01 and 1000.0");
        refused(three("w").capacity(Double.NaN), "capacity (NaN) must be between 0.01 and 1000.0");
        refused(three("w").roles("a/b"), "role 'a/b' must be 1 to 100 letters, digits, '.', '_' or '-'");
    }

    @Test
    void theIdentityDoesNotDependOnTheOrderOfTheList() {
        ClusterConfig other = ClusterConfig.builder("n1")
                .addNode("n3", "127.0.0.1", 7703, 7803)
                .addNode("n1", "127.0.0.1", 7701, 7801)
                .addNode("n2", "127.0.0.1", 7702, 7802)
                .dataDir(directory)
                .build();
        assertThat(other.identity()).isEqualTo(three("driver").build().identity());
    }

    @Test
    void aSeedListThatLacksANodeWithDataIsRefused() {
        refused(
                three("n4").dataDir(directory),
                "node n4 has a data directory but is not in the seed list [n1, n2, n3]: add it to the list on every "
                        + "node, remove dataDir to run without a vote, or set joining");
    }

    @Test
    void aSeedWithoutADataDirectoryIsRefused() {
        refused(three("n1"), "seed n1 has no data directory: set dataDir to one that survives restarts");
    }

    @Test
    void anEvenSeedListIsRefused() {
        refused(
                three("n1").dataDir(directory).addNode("n4", "127.0.0.1", 7704, 7804),
                "the seed list has 4 nodes [n1, n2, n3, n4]: use 1, 3, 5 or 7 (an even number tolerates no more "
                        + "failures than one less)");
    }

    @Test
    void aSeedListWithDuplicatesIsRefusedWithAllErrorsAtOnce() {
        refused(
                ClusterConfig.builder("n1")
                        .addNode("n1", "127.0.0.1", 7701, 7801)
                        .addNode("n1", "127.0.0.1", 7702, 7801)
                        .addNode("n3", "127.0.0.1", 0, 7803)
                        .lease(Duration.ofMillis(100)),
                "the seed list names node n1 twice: give every seed its own id; the seed list uses 127.0.0.1:7801 twice: "
                        + "give every seed two ports of its own; seed n3@127.0.0.1:0:7803 has port 0: ports are 1 to 65535; "
                        + "seed n1 has no data directory: set dataDir to one that survives restarts; lease (100 ms) must be "
                        + "at least 5 times the shortest election timeout (150 ms of preset DEFAULT)");
    }

    @Test
    void anEmptySeedListIsRefused() {
        refused(
                ClusterConfig.builder("n1"),
                "the seed list is empty: add the voters with addNode, the same on every node");
    }

    @Test
    void limitsAreChecked() {
        refused(three("d").shards(0), "shards (0) must be between 1 and 65536");
        refused(three("d").maxUnsettled(0), "maxUnsettled (0) must be at least 1");
        refused(three("d").stateGroups(-1), "stateGroups (-1) must be between 0 and 15");
        refused(three("d").stateGroups(16), "stateGroups (16) must be between 0 and 15");
        refused(three("d").maxSpawned(0), "maxSpawned (0) must be between 1 and 1000000");
        refused(three("d").maxSpawned(1_000_001), "maxSpawned (1000001) must be between 1 and 1000000");
        refused(three("d").maxMoves(0), "maxMoves (0) must be between 1 and 65536");
        refused(
                three("v4").joining("h", 7801),
                "node v4 joins the voters but has no data directory: set dataDir to one that survives restarts");
        refused(three("v4").dataDir(Path.of("v4")).joining("h", 0), "joining has port 0: ports are 1 to 65535");
        refused(
                three("v4").dataDir(Path.of("v4")),
                "add it to the list on every node, remove dataDir to run without a vote, or set joining");
        refused(three("d").minimumPeersQuorum(0), "minimumPeersQuorum (0) must be between 1 and 65536");
        refused(three("d").moveTimeout(Duration.ofMillis(99)), "moveTimeout (PT0.099S) must be between PT0.1S and");
        refused(three("d").rebalanceAfter(Duration.ofSeconds(-1)), "rebalanceAfter (PT-1S) must be between zero and");
        refused(three("d").retry(Duration.ofSeconds(2)), "retry (2000 ms) must be between 1 and 1000 ms");
        refused(
                three("d").maxMessageLength(64 * 1024 - 1),
                "maxMessageLength (65535) must be between 65536 and 67104768 bytes");
        refused(
                three("d").maxMessageLength(64 * 1024 * 1024),
                "maxMessageLength (67108864) must be between 65536 and 67104768 bytes");
        refused(
                three("d").maxUnsettledBytes(1_000_000),
                "maxUnsettledBytes (1000000) must be at least maxMessageLength (1048576): give the JVM a larger heap, or"
                        + " allow shorter messages");
        refused(three("d").spin(Duration.ofNanos(-1)), "spin (PT-0.000000001S) must be between zero and PT1S");
        refused(three("d").spin(Duration.ofMillis(1_001)), "spin (PT1.001S) must be between zero and PT1S");
        refused(
                three("d").circuitBreaker(new CircuitBreaker(0, Duration.ZERO)),
                "circuit failures (0) must be between 1 and 1000; circuit reset (PT0S) must be longer than zero and at"
                        + " most PT8760H");
        refused(three("d").startTimeout(Duration.ZERO), "startTimeout (PT0S) must be positive");
        refused(
                three(" "),
                "node id ' ' must be 1 to 100 letters, digits, '.', '_' or '-': give every node an id of its own");
    }

    /** Each refused by its name, however long: none may fail later, on the thread that adds it to the clock. */
    @ParameterizedTest
    @MethodSource("tooLong")
    void everyTimeHasALongest(Duration value) {
        refused(three("d").lease(value), "lease (" + value + ") must be at most PT8760H");
        refused(three("d").startTimeout(value), "startTimeout (" + value + ") must be at most PT8760H");
        refused(three("d").rebalanceAfter(value), "rebalanceAfter (" + value + ") must be between zero and PT8760H");
        refused(three("d").moveTimeout(value), "moveTimeout (" + value + ") must be between PT0.1S and PT8760H");
        refused(three("d").retry(value), "retry (" + value + ") must be between 1 and 1000 ms");
        refused(
                three("d").circuitBreaker(new CircuitBreaker(5, value)),
                "circuit reset (" + value + ") must be longer than zero and at most PT8760H");
        refused(three("d").spin(value), "spin (" + value + ") must be between zero and PT1S");
    }

    static Stream<Duration> tooLong() {
        return Stream.of(
                Duration.ofDays(365).plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE / 2),
                ChronoUnit.FOREVER.getDuration());
    }

    @Test
    void aTimeThatIsLongBeforeZeroIsRefusedAsAnyOther() {
        Duration past = ChronoUnit.FOREVER.getDuration().negated();
        refused(three("d").lease(past), "lease (" + past + ") must be at least 5 times the shortest election timeout");
        refused(three("d").retry(past), "retry (" + past + ") must be between 1 and 1000 ms");
    }

    @Test
    void everyAddressHasAHostAndPorts() {
        refused(
                ClusterConfig.builder("d").addNode("n1", " ", 7701, 7801),
                "seed n1@ :7701:7801 has no host: give the one to dial");
        refused(
                three("d").dialAddress(new NodeAddress("n2", "", 9702, 9802)),
                "the dial address n2@:9702:9802 has no host: give the one to dial");
        refused(
                three("d").dialAddress(new NodeAddress("n2", "127.0.0.1", 0, 70_000)),
                "the dial address n2@127.0.0.1:0:70000 has port 0: ports are 1 to 65535; the dial address"
                        + " n2@127.0.0.1:0:70000 has port 70000: ports are 1 to 65535");
        refused(three("w").listen("", 7709), "listen has no host: give the one that other nodes dial");
        refused(
                three("v4").dataDir(Path.of("v4")).joining(" ", 7801),
                "joining has no host: give the one that other voters dial");
    }

    @Test
    void aPropertiesFileSaysTheSame() throws IOException {
        Path file = Files.writeString(directory.resolve("n2.properties"), """
                node.id = n2
                cluster.name = orders
                seeds = n1@127.0.0.1:7701:7801, n2@127.0.0.1:7702:7802, n3@127.0.0.1:7703:7803
                data.dir = data/n2
                lease.millis = 500
                election = fast
                shards = 64
                state.groups = 2
                start.timeout.millis = 5000
                max.unsettled = 10
                max.unsettled.bytes = 200000
                max.message.bytes = 100000
                max.spawned = 20
                retry.millis = 60
                rebalance.after.millis = 500
                max.moves = 8
                joining = 127.0.0.1:7801
                move.timeout.millis = 900
                minimum.peers.quorum = 2
                spin.micros = 50
                idling = backoff
                threading.mode = dedicated
                circuit.failures = 7
                circuit.reset.millis = 2000
                unix.sockets = auto
                unix.socket.directory = /run/orders
                """);
        assertThat(ClusterConfig.load(file))
                .isEqualTo(three("n2")
                        .clusterName("orders")
                        .dataDir(Path.of("data/n2"))
                        .lease(Duration.ofMillis(500))
                        .election(Election.FAST)
                        .shards(64)
                        .stateGroups(2)
                        .startTimeout(Duration.ofSeconds(5))
                        .maxUnsettled(10)
                        .maxUnsettledBytes(200_000)
                        .maxMessageLength(100_000)
                        .maxSpawned(20)
                        .retry(Duration.ofMillis(60))
                        .rebalanceAfter(Duration.ofMillis(500))
                        .maxMoves(8)
                        .joining("127.0.0.1", 7801)
                        .moveTimeout(Duration.ofMillis(900))
                        .minimumPeersQuorum(2)
                        .spin(Duration.ofNanos(50_000))
                        .idling(Idling.BACKOFF)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .circuitBreaker(new CircuitBreaker(7, Duration.ofSeconds(2)))
                        .unixSockets(new UnixSockets(UnixSockets.Mode.AUTO, Path.of("/run/orders")))
                        .build());
    }

    @Test
    void unixSocketsAreOffOrHaveADirectoryOfTheirOwn() throws IOException {
        String common = "node.id = w\nseeds = n1@127.0.0.1:7701:7801\n";
        Path file = Files.writeString(directory.resolve("u.properties"), common);
        assertThat(ClusterConfig.load(file).unixSockets()).isEqualTo(UnixSockets.of(UnixSockets.Mode.OFF));
        Files.writeString(file, common + "unix.sockets = on\n");
        assertThat(ClusterConfig.load(file).unixSockets()).isEqualTo(UnixSockets.of(UnixSockets.Mode.ON));
        Files.writeString(file, common + "unix.sockets = perhaps\n");
        assertThatThrownBy(() -> ClusterConfig.load(file))
                .hasMessageContaining("key 'unix.sockets' has value 'perhaps': ");
    }

    @Test
    void aPropertiesFileNamesTheFileOfTheSecretAndNeverShowsIt() throws IOException {
        Path secret = Files.write(directory.resolve("secret"), new byte[ClusterSecret.MIN_LENGTH]);
        Path file = Files.writeString(directory.resolve("s.properties"), """
                node.id = w
                seeds = n1@127.0.0.1:7701:7801
                secret.file = %s
                """.formatted(secret));
        ClusterConfig config = ClusterConfig.load(file);
        byte[] what = {1};
        assertThat(Objects.requireNonNull(config.secret()).prove(what))
                .isEqualTo(ClusterSecret.of(new byte[ClusterSecret.MIN_LENGTH]).prove(what));
        assertThat(config.toString()).contains("ClusterSecret[not shown]");
        Files.write(secret, new byte[1]);
        assertThatThrownBy(() -> ClusterConfig.load(file))
                .hasMessageContaining("key 'secret.file': secret file " + secret
                        + ": the cluster secret has 1 bytes: it must have 32 to 4096");
    }

    @Test
    void aPropertiesFileNamesTheFilesOfTlsAllOrNone() throws IOException {
        String common = "node.id = w\nseeds = n1@127.0.0.1:7701:7801\n";
        Path file = Files.writeString(
                directory.resolve("t.properties"),
                common + "tls.certificate = w.crt\ntls.key = w.key\ntls.trust = ca.crt\n");
        ClusterConfig config = ClusterConfig.load(file);
        assertThat(config.tls()).isEqualTo(new TlsFiles(Path.of("w.crt"), Path.of("w.key"), Path.of("ca.crt")));
        Files.writeString(file, common + "tls.certificate = w.crt\ntls.trust = ca.crt\n");
        assertThatThrownBy(() -> ClusterConfig.load(file))
                .hasMessageContaining("keys 'tls.certificate', 'tls.key' and 'tls.trust' are all needed for TLS:"
                        + " give the missing ones, or none to encrypt nothing");
        Files.writeString(file, common);
        assertThat(ClusterConfig.load(file).tls()).isNull();
    }

    @Test
    void aPropertiesFileSaysWhatANodeOffers() throws IOException {
        Path file = Files.writeString(directory.resolve("w.properties"), """
                node.id = w
                seeds = n1@127.0.0.1:7701:7801
                listen = 10.0.0.7:7709
                hosts.shards = true
                capacity = 2.5
                roles = web, batch
                """);
        assertThat(ClusterConfig.load(file).hosting())
                .isEqualTo(new Hosting(
                        true, InetSocketAddress.createUnresolved("10.0.0.7", 7709), 2.5, Set.of("web", "batch")));
        Path bad = Files.writeString(
                directory.resolve("bad.properties"),
                "node.id=w\nseeds=n1@127.0.0.1:7701:7801\nlisten=7709\nhosts.shards=yes\n");
        assertThatThrownBy(() -> ClusterConfig.load(bad))
                .hasMessageContaining("key 'listen' has value '7709': it must have the form host:port")
                .hasMessageContaining("key 'hosts.shards' has value 'yes': it must be true or false");
    }

    @Test
    void dialAddressesAreTheAffairOfOneNode() throws IOException {
        NodeAddress proxied = new NodeAddress("n2", "127.0.0.1", 9702, 9802);
        ClusterConfig config = three("d").dialAddress(proxied).build();
        assertThat(config.seeds())
                .extracting(config::dialAddress)
                .containsExactly(config.seeds().get(0), proxied, config.seeds().get(2));
        assertThat(config.identity()).isEqualTo(three("e").build().identity());
        Path file = Files.writeString(directory.resolve("e.properties"), """
                node.id = d
                seeds = n1@127.0.0.1:7701:7801
                dial.addresses = n1@127.0.0.1:9701:9801
                """);
        assertThat(ClusterConfig.load(file).dialAddresses())
                .containsExactly(new NodeAddress("n1", "127.0.0.1", 9701, 9801));
    }

    @Test
    void aDialAddressForNoSeedIsRefused() {
        refused(
                three("d").dialAddress(new NodeAddress("n9", "127.0.0.1", 9709, 9809)),
                "the dial address n9@127.0.0.1:9709:9809 is for no node of the seed list [n1, n2, n3]: use one of their ids");
    }

    @Test
    void aBackupToRestoreIsNamedByAnyMeans() throws IOException {
        assertThat(three("n1")
                        .dataDir(directory)
                        .restoreFrom(Path.of("b"))
                        .stateGroups(2)
                        .build()
                        .restoreFrom())
                .isEqualTo(Path.of("b"));
        Path file = Files.writeString(
                directory.resolve("r.properties"),
                "node.id=n1\nseeds=n1@127.0.0.1:7701:7801\ndata.dir=d\nrestore.from=monday\n");
        assertThat(ClusterConfigFile.load(file, Map.of()).restoreFrom()).isEqualTo(Path.of("monday"));
        assertThat(ClusterConfigFile.load(file, Map.of("TROUPE_RESTORE_FROM", "friday"))
                        .restoreFrom())
                .isEqualTo(Path.of("friday"));
    }

    @Test
    void onlySeedsThatFormANewClusterRestore() {
        refused(
                three("w").restoreFrom(Path.of("b")),
                "node w cannot restore b, because it is not in the seed list: only seeds that form a new cluster do; "
                        + "the others get the state from them");
        refused(
                three("n1").dataDir(directory).joining("127.0.0.1", 7801).restoreFrom(Path.of("b")),
                "node n1 cannot restore b, because it joins");
    }

    @Test
    void theEnvironmentOverridesTheFile() throws IOException {
        Path file = Files.writeString(
                directory.resolve("d.properties"), "node.id=d\nseeds=n1@127.0.0.1:7701:7801\nshards=64\n");
        assertThat(ClusterConfigFile.load(file, Map.of("TROUPE_SHARDS", "128")).shards())
                .isEqualTo(128);
    }

    @Test
    void everyBadLineOfAFileIsNamed() throws IOException {
        Path file = Files.writeString(
                directory.resolve("bad.properties"),
                "seeds=n1@127.0.0.1\nshards=many\nlease=3\nelection=quick\nidling=never\nthreading.mode=free\n");
        assertThatThrownBy(() -> ClusterConfigFile.load(file, Map.of()))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("bad.properties: ")
                .hasMessageContaining("unknown key 'lease' (known: node.id, cluster.name, seeds")
                .hasMessageContaining("key 'node.id' is missing")
                .hasMessageContaining("seed 'n1@127.0.0.1' must have the form id@host:messagingPort:raftPort")
                .hasMessageContaining("key 'shards' has value 'many'")
                .hasMessageContaining("key 'election' has value 'quick'")
                .hasMessageContaining("key 'idling' has value 'never'")
                .hasMessageContaining("key 'threading.mode' has value 'free'");
    }

    @Test
    void aNodeHasThreadsForItsLinks() {
        assertThatThrownBy(
                        () -> three("n1").threadingMode(ThreadingMode.INVOKER).build())
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("threadingMode INVOKER leaves the links of the node without a thread, and a node"
                        + " waits for answers before it is started: use SHARED or DEDICATED");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ClusterConfig.load(directory.resolve("none.properties")))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("cannot read configuration file")
                .hasMessageContaining("none.properties");
    }
}
