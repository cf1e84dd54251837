package io.troupe.actors;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.NodeAddress;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.kryo.MessageRegistry;

/**
 * Nodes of one cluster in this JVM: real log, real sockets, free loopback ports. Its seeds are n1, n2, ...
 * Two test classes run at a time, and threads carry the id of their node: a class that looks for threads takes a letter
 * of its own instead of n.
 */
final class Nodes implements AutoCloseable {
    static final MessageRegistry MESSAGES = Vault.register(Account.register(MessageRegistry.builder()))
            .add(1001, Counter.Add.class)
            .add(1002, Counter.Get.class)
            .add(1003, Counter.Break.class)
            .add(1004, Counter.State.class)
            .add(1010, Echo.Say.class)
            .add(1011, Echo.Count.class)
            .add(1012, Echo.Fail.class)
            .add(1020, Diary.Note.class)
            .add(1030, SagaTest.Tour.class)
            .add(1040, Desk.Sum.class)
            .add(1041, Desk.Pass.class)
            .add(1042, Desk.Keep.class)
            .add(1043, Desk.Release.class)
            .add(1044, Desk.Both.class)
            .add(1045, Desk.Kept.class)
            .build();

    private final Path directory;
    private final List<NodeAddress> seeds;
    private final Map<String, ClusterActorSystem> running = new TreeMap<>();

    Nodes(Path directory, int seedCount) {
        this('n', directory, seedCount);
    }

    Nodes(char letter, Path directory, int seedCount) {
        this.directory = directory;
        seeds = IntStream.rangeClosed(1, seedCount)
                .mapToObj(number -> new NodeAddress("" + letter + number, "127.0.0.1", Ports.draw(), Ports.draw()))
                .toList();
    }

    List<NodeAddress> seeds() {
        return seeds;
    }

    ClusterConfig.Builder config(String nodeId) {
        ClusterConfig.Builder builder = ClusterConfig.builder(nodeId)
                .clusterName("test")
                .shards(32)
                .lease(Duration.ofSeconds(3))
                .election(Election.SAFE)
                .startTimeout(Duration.ofSeconds(60));
        seeds.forEach(builder::addNode);
        if (seeds.stream().anyMatch(seed -> seed.nodeId().equals(nodeId))) {
            builder.dataDir(directory.resolve(nodeId));
        }
        return builder;
    }

    CompletableFuture<ClusterActorSystem> start(String nodeId) {
        return start(config(nodeId).build());
    }

    CompletableFuture<ClusterActorSystem> start(ClusterConfig config) {
        return start(config, Counter.KIND, Echo.KIND);
    }

    CompletableFuture<ClusterActorSystem> start(ClusterConfig config, Kind<?>... kinds) {
        String nodeId = config.nodeId();
        return ClusterActorSystem.start(config, MESSAGES, kinds).thenApply(system -> {
            synchronized (running) {
                running.put(nodeId, system);
            }
            return system;
        });
    }

    Nodes startSeeds() {
        return startSeeds(Counter.KIND, Echo.KIND);
    }

    Nodes startSeeds(Kind<?>... kinds) {
        CompletableFuture.allOf(seeds.stream()
                        .map(seed -> start(config(seed.nodeId()).build(), kinds))
                        .toArray(CompletableFuture[]::new))
                .join();
        return this;
    }

    ClusterActorSystem node(String nodeId) {
        synchronized (running) {
            return Objects.requireNonNull(running.get(nodeId));
        }
    }

    void stop(String nodeId) {
        ClusterActorSystem system;
        synchronized (running) {
            system = Objects.requireNonNull(running.remove(nodeId));
        }
        system.close();
    }

    @Override
    public void close() {
        List<ClusterActorSystem> left;
        synchronized (running) {
            left = List.copyOf(running.values());
            running.clear();
        }
        CompletableFuture.allOf(left.stream()
                        .map(system -> CompletableFuture.runAsync(system::close, Nodes::onThread))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /** Not on the pool that runs the tests: there one would wait for the other. */
    static void onThread(Runnable task) {
        new Thread(task, "test-task").start();
    }
}
