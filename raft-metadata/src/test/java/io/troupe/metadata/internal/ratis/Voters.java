package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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

/**
 * Voters n1, n2, ... of one cluster in this JVM, with real Ratis servers on loopback and their data under one
 * directory. Two test classes run at a time, and threads carry the id of their node: a class that looks for threads
 * takes a letter of its own instead of n.
 */
final class Voters implements AutoCloseable {
    /** Long: the machine may be busy, and nothing here measures time. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The lease of a session that nobody renews: no test is to see its end. */
    static final long LONG_LEASE = Duration.ofDays(1).toMillis();

    final TestNetwork network = new TestNetwork();
    private final char letter;
    private final Path root;
    private final List<Integer> ports = new ArrayList<>();
    private final Map<String, RatisMetadataStore> running = new TreeMap<>();
    private final List<MetadataStore> others = new ArrayList<>();
    private final UnaryOperator<MetadataConfig.Builder> settings;

    Voters(Path root, int count) {
        this('n', root, count);
    }

    Voters(char letter, Path root, int count) {
        this(letter, root, count, builder -> builder);
    }

    Voters(char letter, Path root, int count, UnaryOperator<MetadataConfig.Builder> settings) {
        this.letter = letter;
        this.root = root;
        this.settings = settings;
        ports.addAll(Ports.draw(count));
    }

    MetadataConfig.Builder config(String nodeId) {
        MetadataConfig.Builder builder = MetadataConfig.builder(nodeId)
                .clusterName("test")
                .election(MetadataConfig.Election.SAFE)
                .sessionTick(Duration.ofMillis(50))
                .formationTimeout(PATIENCE)
                .directory(root.resolve(nodeId));
        for (int i = 0; i < ports.size(); i++) {
            builder.voter(id(i + 1), "127.0.0.1", ports.get(i));
        }
        return settings.apply(builder);
    }

    Path directory(String nodeId) {
        return root.resolve(nodeId);
    }

    private String id(int number) {
        return "" + letter + number;
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
        return new Voter(nodeId, "127.0.0.1", number <= ports.size() ? port(number) : Ports.draw());
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

    /** The nodes stop without a word to anyone: their messages first, then their Raft servers. */
    void kill(String... nodeIds) {
        List<RatisMetadataStore> killed = new ArrayList<>();
        for (String nodeId : nodeIds) {
            network.remove(nodeId);
            killed.add(voter(nodeId));
            running.remove(nodeId);
        }
        closeAll(killed);
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

    /** A voter that runs and is not this one. */
    RatisMetadataStore otherThan(RatisMetadataStore leader) {
        return running.values().stream()
                .filter(store -> store != leader)
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
        closeAll(running.values());
        network.close();
    }

    private static void closeAll(Collection<RatisMetadataStore> stores) {
        CompletableFuture.allOf(stores.stream()
                        .map(store -> CompletableFuture.runAsync(store::close, Voters::onThread))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /** Not on the pool that runs the tests: there one would wait for the other. */
    private static void onThread(Runnable task) {
        new Thread(task, "test-close").start();
    }
}
