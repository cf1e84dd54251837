package io.troupe.jmh.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.troupe.actors.ClusterActorSystem;

/** Nodes in JVMs of their own, and this JVM as a node without a vote or shards. */
final class BenchCluster implements AutoCloseable {
    private final Path directory;

    /** By node id. */
    private final Map<String, Child> nodes = new TreeMap<>();

    private final ClusterActorSystem client;

    BenchCluster(int size) throws IOException {
        directory = Files.createTempDirectory("troupe-bench");
        boolean started = false;
        try {
            List<String> seeds = seeds(size);
            List<CompletableFuture<Child>> launched = new ArrayList<>();
            for (int n = 1; n <= size; n++) {
                List<String> arguments = new ArrayList<>(
                        List.of("n" + n, directory.resolve("n" + n).toString()));
                arguments.addAll(seeds);
                launched.add(Child.launch(BenchNode.class, arguments));
            }
            awaitAll(launched);
            client = ClusterActorSystem.start(
                            BenchNode.config("bench", seeds).build(),
                            BenchNode.MESSAGES,
                            BenchNode.ECHO,
                            BenchNode.COUNTER)
                    .join();
            started = true;
        } finally {
            if (!started) {
                stopNodes();
            }
        }
    }

    ClusterActorSystem client() {
        return client;
    }

    Child node(String nodeId) {
        Child node = nodes.get(nodeId);
        if (node == null) {
            throw new BenchException("no node " + nodeId + " among " + nodes.keySet());
        }
        return node;
    }

    List<Child> nodes() {
        return List.copyOf(nodes.values());
    }

    String leader() {
        return client.cluster()
                .leader()
                .orElseThrow(() -> new BenchException("the cluster has no leader"))
                .nodeId();
    }

    String follower() {
        String leader = leader();
        return nodes.keySet().stream()
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow(() -> new BenchException("no node besides the leader " + leader));
    }

    @Override
    public void close() {
        client.close();
        stopNodes();
    }

    /** Waits for every one, so that no child is left out of {@link #nodes} when another fails. */
    private void awaitAll(List<CompletableFuture<Child>> launched) {
        BenchException failure = null;
        for (CompletableFuture<Child> one : launched) {
            try {
                Child child = Child.await(one);
                nodes.put(child.value(), child);
            } catch (BenchException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void stopNodes() {
        nodes.values().forEach(Child::close);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the directory of the nodes is left behind", e);
        }
    }

    private static List<String> seeds(int size) throws IOException {
        List<String> seeds = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int n = 1; n <= size; n++) {
                seeds.add("n" + n + ":" + hold(held) + ":" + hold(held));
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return seeds;
    }

    /** A port that nobody has; all are held at once, so that they differ. */
    private static int hold(List<ServerSocket> held) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        return socket.getLocalPort();
    }
}
