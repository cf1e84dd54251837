package io.troupe.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Nodes on this machine, each a process with loopback ports and a temporary directory of its own. {@link #close} leaves
 * no process, port, or file behind, whether it runs at the end or because the launcher was interrupted.
 */
final class LocalCluster implements AutoCloseable {
    private final Path root;
    private final List<Seed> seeds;
    private final ClusterSettings settings;
    /** Guarded by this. In order of the node ids; a killed node stays in it. */
    private final List<NodeProcess> nodes = new ArrayList<>();

    private final Thread closeOnExit = new Thread(this::closeQuietly, "troupe-demo-shutdown");
    /** Guarded by this. No process starts once it is true. */
    private boolean closed;

    /** Guarded by this. What {@link #start} was told, for whoever is started again. */
    private String mainClass = "";

    /** Guarded by this. */
    private List<String> jvmFlags = List.of();

    private LocalCluster(Path root, List<Seed> seeds, ClusterSettings settings) {
        this.root = root;
        this.seeds = seeds;
        this.settings = settings;
    }

    /** Picks the ports and the directory; starts nothing yet. */
    static LocalCluster prepare(int nodeCount, int firstPort, ClusterSettings settings) throws IOException {
        List<Integer> ports = Ports.claim(2 * nodeCount, firstPort);
        List<Seed> seeds = new ArrayList<>();
        for (int i = 0; i < nodeCount; i++) {
            seeds.add(new Seed("n" + (i + 1), Ports.HOST, ports.get(2 * i), ports.get(2 * i + 1)));
        }
        LocalCluster cluster = new LocalCluster(TemporaryTree.create(), List.copyOf(seeds), settings);
        Runtime.getRuntime().addShutdownHook(cluster.closeOnExit);
        return cluster;
    }

    List<Seed> seeds() {
        return seeds;
    }

    /** {@return completes when every node is ready; fails with the first {@link NodeFailedException}} */
    synchronized CompletableFuture<Void> start(String nodeMain, List<String> nodeFlags) throws IOException {
        mainClass = nodeMain;
        jvmFlags = List.copyOf(nodeFlags);
        for (Seed seed : seeds) {
            nodes.add(startNode(seed.nodeId()));
        }
        return ready(nodes);
    }

    /**
     * Starts nodes that have ended, with what they have on disk, all at once: alone they might have no majority to wait
     * for.
     *
     * @return completes when they are ready; fails with the first {@link NodeFailedException}
     */
    synchronized CompletableFuture<Void> restart(List<String> nodeIds) throws IOException {
        List<NodeProcess> started = new ArrayList<>();
        for (String nodeId : nodeIds) {
            NodeProcess ended = node(nodeId);
            if (ended.isAlive()) {
                throw new IllegalStateException("node " + nodeId + " still runs and cannot be started again");
            }
            NodeProcess node = startNode(nodeId);
            nodes.set(nodes.indexOf(ended), node);
            started.add(node);
        }
        return ready(started);
    }

    private synchronized NodeProcess startNode(String nodeId) throws IOException {
        if (closed) {
            throw new IllegalStateException("the cluster is closed");
        }
        Path directory = Files.createDirectories(root.resolve(nodeId));
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Path file = NodeFile.write(directory, nodeId, seeds, settings);
        // The class path may be relative, so a node works where its launcher does.
        return NodeProcess.start(
                nodeId,
                ChildJvm.command(mainClass, jvmFlags, temporary, List.of(file.toString(), root.toString())),
                Path.of("").toAbsolutePath());
    }

    private static CompletableFuture<Void> ready(List<NodeProcess> started) {
        Stream<CompletableFuture<?>> firstFailure =
                started.stream().map(node -> node.ready().thenCompose(ready -> new CompletableFuture<Void>()));
        CompletableFuture<?> allReady =
                CompletableFuture.allOf(started.stream().map(NodeProcess::ready).toArray(CompletableFuture[]::new));
        return CompletableFuture.anyOf(
                        Stream.concat(Stream.of(allReady), firstFailure).toArray(CompletableFuture[]::new))
                .thenApply(outcome -> null);
    }

    synchronized NodeProcess node(String nodeId) {
        return nodes.stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node " + nodeId + " among " + seeds));
    }

    synchronized List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** {@return the newest leadership any living node tells of} */
    StatusLine newestStatus() {
        return nodes().stream()
                .filter(NodeProcess::isAlive)
                .map(NodeProcess::status)
                .max(Comparator.comparingLong(StatusLine::term))
                .orElse(StatusLine.NONE);
    }

    /** {@return how every node is, for a person who has to find out why nothing happens} */
    String condition() {
        return nodes().stream().map(NodeProcess::condition).collect(Collectors.joining(System.lineSeparator()));
    }

    @Override
    public void close() throws IOException {
        closeNow();
        try {
            Runtime.getRuntime().removeShutdownHook(closeOnExit);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already, and does the same.
        }
    }

    private synchronized void closeNow() throws IOException {
        closed = true;
        end(nodes, root);
    }

    /** Ends all of the processes and deletes the directory, whichever of that fails; then throws the first failure. */
    static void end(List<NodeProcess> nodes, Path root) throws IOException {
        nodes.forEach(NodeProcess::signalKill);
        IllegalStateException first = null;
        for (NodeProcess node : nodes) {
            try {
                node.awaitKilled();
            } catch (IllegalStateException survived) {
                if (first == null) {
                    first = survived;
                } else {
                    first.addSuppressed(survived);
                }
            }
        }
        try {
            TemporaryTree.delete(root);
        } catch (IOException leftBehind) {
            if (first == null) {
                throw leftBehind;
            }
            first.addSuppressed(leftBehind);
        }
        if (first != null) {
            throw first;
        }
    }

    private void closeQuietly() {
        try {
            closeNow();
        } catch (IOException leftBehind) {
            throw new IllegalStateException("left behind: " + root, leftBehind);
        }
    }
}
