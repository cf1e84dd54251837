package io.troupe.actors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

/** Nodes of one cluster in this JVM: real log, real sockets, free loopback ports. */
final class Nodes implements AutoCloseable {
    static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1001, Counter.Add.class)
            .add(1002, Counter.Get.class)
            .add(1003, Counter.Break.class)
            .add(1004, Counter.State.class)
            .add(1010, Echo.Say.class)
            .add(1011, Echo.Count.class)
            .add(1012, Echo.Fail.class)
            .add(1020, Diary.Note.class)
            .build();

    private final Path directory;
    private final List<NodeAddress> seeds;
    private final Map<String, ClusterActorSystem> running = new TreeMap<>();

    Nodes(Path directory, int seedCount) {
        this.directory = directory;
        int[] ports = freePorts(2 * seedCount);
        seeds = IntStream.range(0, seedCount)
                .mapToObj(i -> new NodeAddress("n" + (i + 1), "127.0.0.1", ports[2 * i], ports[2 * i + 1]))
                .toList();
    }

    static int[] freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            sockets.forEach(socket -> {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    List<NodeAddress> seeds() {
        return seeds;
    }

    ClusterConfig.Builder config(String nodeId) {
        ClusterConfig.Builder builder = ClusterConfig.builder(nodeId)
                .clusterName("test")
                .shards(32)
                .lease(Duration.ofSeconds(3))
                .election(Election.DEFAULT)
                .startTimeout(Duration.ofSeconds(30));
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
        CompletableFuture.allOf(seeds.stream().map(seed -> start(seed.nodeId())).toArray(CompletableFuture[]::new))
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
        left.parallelStream().forEach(ClusterActorSystem::close);
    }
}
