package io.troupe.chaos.process;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.NodeAddress;
import io.troupe.metadata.MetadataConfig.Election;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of node processes on this machine, with a {@link FaultProxy} on every link. {@link #close} leaves no
 * process, port or file; when this process is killed the nodes see their input end, and do the same.
 */
public final class ClusterProcesses implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    /** Nodes share processors and a disk with each other, and with other tests. */
    private static final Election ELECTION = Election.SAFE;

    private static final String FILLER = "filler";

    private final ClusterPlan plan;
    private final Path root;
    private final List<NodeAddress> seeds;
    private final ClusterLinks links;
    /** Guarded by this; the latest process of each node. */
    private final Map<String, NodeProcess> nodes = new LinkedHashMap<>();
    /** Guarded by this; from the first node on, if the plan wants them. */
    private @Nullable SmallDisks disks;

    /** Guarded by this. No process starts once it is true. */
    private boolean closed;

    private ClusterProcesses(ClusterPlan plan, Path root) {
        this.plan = plan;
        this.root = root;
        List<Integer> ports = FreePorts.find(2 * plan.nodes());
        seeds = IntStream.range(0, plan.nodes())
                .mapToObj(i -> new NodeAddress("n" + (i + 1), HOST, ports.get(2 * i), ports.get(2 * i + 1)))
                .toList();
        links = new ClusterLinks(seeds, plan.seed());
    }

    /**
     * Starts every node and waits until all are ready.
     *
     * @param plan what to start
     * @return the running cluster
     * @throws HarnessException with the last words of the node that failed; then nothing is left
     */
    public static ClusterProcesses start(ClusterPlan plan) {
        ClusterProcesses cluster;
        try {
            cluster = new ClusterProcesses(plan, WorkTree.create());
        } catch (IOException e) {
            throw new HarnessException("no temporary directory can be made: " + e.getMessage(), e);
        }
        try {
            cluster.mountDisks();
            List<NodeProcess> started = new ArrayList<>();
            for (NodeAddress seed : cluster.seeds) {
                started.add(cluster.startNode(seed.nodeId()));
            }
            cluster.awaitReady(started);
            return cluster;
        } catch (RuntimeException e) {
            try {
                cluster.close();
            } catch (RuntimeException leftBehind) {
                e.addSuppressed(leftBehind);
            }
            throw e;
        }
    }

    /**
     * {@return why no node of this machine can have a disk of its own that is full; empty if it can}
     */
    public static String whyNoSmallDisks() {
        return SmallDisks.whyNot();
    }

    private synchronized void mountDisks() {
        if (!plan.smallDisks()) {
            return;
        }
        try {
            disks = SmallDisks.mount(seeds.stream()
                    .map(seed -> directory(seed.nodeId()).resolve("data"))
                    .toList());
        } catch (IOException e) {
            throw new HarnessException("the small disks cannot be mounted: " + e.getMessage(), e);
        }
    }

    private synchronized NodeProcess startNode(String nodeId) {
        if (closed) {
            throw new HarnessException("node " + nodeId + " cannot start: the cluster is closed");
        }
        try {
            Path directory = Files.createDirectories(root.resolve(nodeId));
            Path temporary = Files.createDirectories(directory.resolve("tmp"));
            Path file = writeConfiguration(nodeId, directory);
            // The class path may be relative, so a node works where this process does.
            Path workingDirectory = Path.of("").toAbsolutePath();
            List<String> command = new ArrayList<>(disks == null ? List.of() : disks.prefix(workingDirectory));
            command.addAll(NodeCommand.of(plan.mainClass(), temporary, List.of(file.toString(), root.toString())));
            NodeProcess node = NodeProcess.start(nodeId, command, workingDirectory);
            nodes.put(nodeId, node);
            return node;
        } catch (IOException e) {
            throw new HarnessException("node " + nodeId + " cannot be prepared: " + e.getMessage(), e);
        }
    }

    private Path writeConfiguration(String nodeId, Path directory) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("node.id", nodeId);
        properties.setProperty("cluster.name", "chaos");
        properties.setProperty("seeds", joined(seeds));
        properties.setProperty("data.dir", directory(nodeId).resolve("data").toString());
        properties.setProperty("lease.millis", Long.toString(plan.lease().toMillis()));
        properties.setProperty("election", ELECTION.name());
        properties.setProperty("shards", Integer.toString(plan.shards()));
        properties.setProperty("state.groups", Integer.toString(plan.stateGroups()));
        properties.setProperty(
                "start.timeout.millis", Long.toString(plan.startTimeout().toMillis()));
        List<NodeAddress> dialled = links.open(nodeId);
        if (!dialled.isEmpty()) {
            properties.setProperty("dial.addresses", joined(dialled));
        }
        Path file = directory.resolve("node.properties");
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            properties.store(writer, null);
        }
        return file;
    }

    private static String joined(List<NodeAddress> addresses) {
        return addresses.stream().map(NodeAddress::toString).collect(Collectors.joining(","));
    }

    private void awaitReady(List<NodeProcess> started) {
        CompletableFuture<?> all =
                CompletableFuture.allOf(started.stream().map(NodeProcess::ready).toArray(CompletableFuture[]::new));
        Stream<CompletableFuture<?>> failures =
                started.stream().map(node -> node.ready().thenCompose(ready -> new CompletableFuture<Void>()));
        Duration limit = plan.startTimeout();
        try {
            CompletableFuture.anyOf(Stream.concat(Stream.of(all), failures).toArray(CompletableFuture[]::new))
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HarnessException("not every node was ready within " + limit + ":\n" + condition(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HarnessException known) {
                throw known;
            }
            throw new HarnessException("the cluster did not start:\n" + condition(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while the cluster was starting", e);
        }
    }

    /** {@return what was started} */
    public ClusterPlan plan() {
        return plan;
    }

    /** {@return the seed list} */
    public List<NodeAddress> seeds() {
        return seeds;
    }

    /** {@return the links, to break them} */
    public ClusterLinks links() {
        return links;
    }

    /** {@return the directory that holds everything of this cluster, and is gone when it is closed} */
    public Path root() {
        return root;
    }

    /**
     * {@return where a node keeps its log, as this process sees it}
     *
     * @param nodeId the node
     */
    public synchronized Path dataDirectory(String nodeId) {
        Path data = directory(nodeId).resolve("data");
        return disks == null ? data : disks.seen(data);
    }

    /**
     * Fills the disk of a node, until {@link #freeDisk}.
     *
     * @param nodeId the node
     * @throws HarnessException if the plan gave it no disk of its own
     */
    public void fillDisk(String nodeId) {
        if (!plan.smallDisks()) {
            throw new HarnessException("node " + nodeId + " has no small disk: plan the cluster with small disks");
        }
        SmallDisks.fill(dataDirectory(nodeId).resolve(FILLER));
    }

    /**
     * Makes room again on the disk of a node.
     *
     * @param nodeId the node
     */
    public void freeDisk(String nodeId) {
        try {
            Files.deleteIfExists(dataDirectory(nodeId).resolve(FILLER));
        } catch (IOException e) {
            throw new HarnessException("the disk of node " + nodeId + " stays full: " + e.getMessage(), e);
        }
    }

    /**
     * {@return the directory that is a node's own}
     *
     * @param nodeId the node
     */
    public Path directory(String nodeId) {
        return root.resolve(nodeId);
    }

    /**
     * {@return the latest process of a node}
     *
     * @param nodeId the node
     * @throws HarnessException naming the nodes that exist
     */
    public synchronized NodeProcess node(String nodeId) {
        NodeProcess node = nodes.get(nodeId);
        if (node == null) {
            throw new HarnessException("no node " + nodeId + " among " + nodes.keySet());
        }
        return node;
    }

    /** {@return the latest process of every node} */
    public synchronized List<NodeProcess> nodes() {
        return List.copyOf(nodes.values());
    }

    /**
     * Starts a node that has ended, with its old data, and waits until it is ready.
     *
     * @param nodeId the node
     * @throws HarnessException with its last words
     */
    public void restart(String nodeId) {
        restart(List.of(nodeId));
    }

    /**
     * Starts nodes that have ended, with their old data, all at once: alone they might have no majority to wait for.
     *
     * @param nodeIds the nodes
     * @throws HarnessException with the last words of the one that failed
     */
    public void restart(List<String> nodeIds) {
        for (String nodeId : nodeIds) {
            if (node(nodeId).isAlive()) {
                throw new HarnessException("node " + nodeId + " cannot be restarted: it still runs");
            }
        }
        awaitReady(nodeIds.stream().map(this::startNode).toList());
    }

    /**
     * The configuration of a node without shards in this process, which reaches the seeds through proxies of its own.
     *
     * @param clientId its id, not that of a seed
     * @return the configuration, to be built
     */
    public ClusterConfig.Builder client(String clientId) {
        ClusterConfig.Builder builder = ClusterConfig.builder(clientId)
                .clusterName("chaos")
                .shards(plan.shards())
                .stateGroups(plan.stateGroups())
                .lease(plan.lease())
                .election(ELECTION)
                .startTimeout(plan.startTimeout());
        seeds.forEach(builder::addNode);
        try {
            links.open(clientId).forEach(builder::dialAddress);
        } catch (IOException e) {
            throw new HarnessException("client " + clientId + " gets no links: " + e.getMessage(), e);
        }
        return builder;
    }

    /** {@return how every node is, for a person who has to find out why nothing happens} */
    public String condition() {
        return nodes().stream().map(NodeProcess::condition).collect(Collectors.joining("\n"));
    }

    /**
     * Kills every node and removes every trace. Idempotent.
     *
     * @throws HarnessException naming what is left
     */
    @Override
    public void close() {
        RuntimeException failure = null;
        synchronized (this) {
            closed = true;
            for (NodeProcess node : nodes.values()) {
                try {
                    node.kill();
                } catch (HarnessException survivor) {
                    failure = survivor;
                }
            }
        }
        links.close();
        closeDisks();
        try {
            WorkTree.delete(root);
        } catch (IOException e) {
            failure = suppressing(new HarnessException("left behind: " + root, e), failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized void closeDisks() {
        if (disks != null) {
            disks.close();
        }
    }

    private static RuntimeException suppressing(RuntimeException failure, @Nullable RuntimeException earlier) {
        if (earlier != null) {
            failure.addSuppressed(earlier);
        }
        return failure;
    }
}
