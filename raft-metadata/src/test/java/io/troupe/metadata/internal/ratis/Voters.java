package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.internal.follow.MetadataFollower;
import io.troupe.metadata.internal.node.TestNetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Voters n1, n2, ... of one cluster in this JVM, with real Ratis servers on loopback and their data under one directory. */
final class Voters implements AutoCloseable {
    /** Long: the machine may be busy, and nothing here measures time. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final TestNetwork network = new TestNetwork();
    private final Path root;
    private final List<Integer> ports = new ArrayList<>();
    private final Map<String, RatisMetadataStore> running = new TreeMap<>();
    private final List<MetadataStore> others = new ArrayList<>();
    private final UnaryOperator<MetadataConfig.Builder> settings;

    Voters(Path root, int count) {
        this(root, count, builder -> builder);
    }

    Voters(Path root, int count, UnaryOperator<MetadataConfig.Builder> settings) {
        this.root = root;
        this.settings = settings;
        ports.addAll(freePorts(count));
    }

    static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> free =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return free;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MetadataConfig.Builder config(String nodeId) {
        MetadataConfig.Builder builder = MetadataConfig.builder(nodeId)
                .clusterName("test")
                .election(MetadataConfig.Election.SAFE)
                .sessionTick(Duration.ofMillis(50))
                .formationTimeout(PATIENCE)
                .directory(root.resolve(nodeId));
        for (int i = 0; i < ports.size(); i++) {
            builder.voter("n" + (i + 1), "127.0.0.1", ports.get(i));
        }
        return settings.apply(builder);
    }

    Path directory(String nodeId) {
        return root.resolve(nodeId);
    }

    int port(int number) {
        return ports.get(number - 1);
    }

    RatisMetadataStore voter(String nodeId) {
        RatisMetadataStore store = running.get(nodeId);
        if (store == null) {
            throw new IllegalStateException(nodeId + " does not run");
        }
        return store;
    }

    CompletableFuture<Void> startOne(String nodeId) {
        RatisMetadataStore store = new RatisMetadataStore(config(nodeId).build(), network.channel(nodeId));
        running.put(nodeId, store);
        return store.start();
    }

    /** Starts a node that waits to be added; its data is under the given name. */
    CompletableFuture<Void> startJoining(Voter voter, String data) {
        MetadataConfig config = config(voter.nodeId())
                .directory(root.resolve(data))
                .joining(voter.host(), voter.raftPort())
                .build();
        RatisMetadataStore store = new RatisMetadataStore(config, network.channel(voter.nodeId()));
        running.put(voter.nodeId(), store);
        return store.start();
    }

    /** Its address in the seed list, or a free one. */
    Voter address(String nodeId) {
        int number = Integer.parseInt(nodeId.substring(1));
        return new Voter(
                nodeId,
                "127.0.0.1",
                number <= ports.size() ? port(number) : freePorts(1).get(0));
    }

    /** Starts voters and waits until they are ready. */
    Voters start(String... nodeIds) {
        List<CompletableFuture<Void>> started = new ArrayList<>();
        for (String nodeId : nodeIds) {
            started.add(startOne(nodeId));
        }
        started.forEach(Voters::get);
        return this;
    }

    MetadataFollower follower(String nodeId, String... prefixes) {
        MetadataFollower follower =
                new MetadataFollower(config(nodeId).followPrefixes(prefixes).build(), network.channel(nodeId));
        others.add(follower);
        get(follower.start());
        return follower;
    }

    /** The node stops without a word to anyone: its messages first, then its Raft server. */
    void kill(String nodeId) {
        network.remove(nodeId);
        voter(nodeId).close();
        running.remove(nodeId);
    }

    RatisMetadataStore leader() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> running.values().stream().anyMatch(RatisMetadataStore::isLeader));
        return running.values().stream()
                .filter(RatisMetadataStore::isLeader)
                .findFirst()
                .orElseThrow();
    }

    List<String> running() {
        return List.copyOf(running.keySet());
    }

    static <T> T get(CompletableFuture<T> future) {
        assertThat(future).succeedsWithin(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return future.join();
    }

    @Override
    public void close() {
        others.forEach(MetadataStore::close);
        running.values().parallelStream().forEach(RatisMetadataStore::close);
        network.close();
    }
}
