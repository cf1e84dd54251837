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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The voters of one group, ours or bare Ratis, in JVMs of their own with a data directory each. */
final class Voters implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;
    private static final int LEADER_SECONDS = 30;

    private final Path directory;
    private final Class<?> main;
    private final List<String> memory;
    private final List<String> options;
    private final List<String> seeds;

    /** All that were ever started: one that is not ready yet reads no input, and so would not end with us. */
    private final List<CompletableFuture<Child>> launched = new CopyOnWriteArrayList<>();

    /** By node id. */
    private final Map<String, Child> nodes = new ConcurrentSkipListMap<>();

    /** Also when somebody presses Ctrl-C. */
    private final Thread atExit = new Thread(this::clear, "troupe-bench-exit");

    /**
     * Starts them and waits until all are ready.
     *
     * @param main    of the children; takes its id, its directory, the options, and the seeds
     * @param size    how many
     * @param options the same for all
     */
    Voters(Class<?> main, int size, List<String> options) throws IOException {
        this(main, Child.SMALL, size, options);
    }

    /** With options for their heaps. */
    Voters(Class<?> main, List<String> memory, int size, List<String> options) throws IOException {
        this.main = main;
        this.memory = List.copyOf(memory);
        this.options = List.copyOf(options);
        directory = Files.createTempDirectory("troupe-bench");
        seeds = seeds(size);
        Runtime.getRuntime().addShutdownHook(atExit);
        boolean started = false;
        try {
            for (int n = 1; n <= size; n++) {
                CompletableFuture<Child> unused = launch("n" + n);
            }
            awaitAll();
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** {@return the seed list, as {@code id:messagingPort:raftPort}} */
    List<String> seeds() {
        return seeds;
    }

    Child node(String nodeId) {
        Child node = nodes.get(nodeId);
        if (node == null) {
            throw new BenchException("no node " + nodeId + " among " + nodes.keySet());
        }
        return node;
    }

    /** {@return where a node keeps its log and its snapshots} */
    Path directoryOf(String nodeId) {
        return directory.resolve(nodeId);
    }

    List<String> ids() {
        return List.copyOf(nodes.keySet());
    }

    List<Child> all() {
        return List.copyOf(nodes.values());
    }

    List<Child> allBut(String nodeId) {
        return nodes.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(nodeId))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** {@return the id of the voter that says it leads} */
    String leader() throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(LEADER_SECONDS)) {
            for (Map.Entry<String, Child> node : nodes.entrySet()) {
                if (Boolean.parseBoolean(node.getValue().ask("leads", ANSWER_SECONDS))) {
                    return node.getKey();
                }
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new BenchException("none of " + nodes.keySet() + " leads after " + LEADER_SECONDS + " s");
    }

    /** Starts a killed one again, with the data it had. */
    void restart(String nodeId) {
        nodes.put(nodeId, Child.await(launch(nodeId)));
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // It runs already.
        }
    }

    private CompletableFuture<Child> launch(String nodeId) {
        List<String> arguments =
                new ArrayList<>(List.of(nodeId, directory.resolve(nodeId).toString()));
        arguments.addAll(options);
        arguments.addAll(seeds);
        CompletableFuture<Child> child = Child.launch(main, memory, arguments);
        launched.add(child);
        return child;
    }

    /** Waits for every one, so that no child is left out of {@link #nodes} when another fails. */
    private void awaitAll() {
        BenchException failure = null;
        for (int n = 0; n < launched.size(); n++) {
            try {
                nodes.put("n" + (n + 1), Child.await(launched.get(n)));
            } catch (BenchException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void clear() {
        BenchException stopped = new BenchException("the benchmark was stopped");
        launched.forEach(child -> child.completeExceptionally(stopped));
        nodes.values().forEach(Child::close);
        if (!Files.exists(directory)) {
            return;
        }
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
