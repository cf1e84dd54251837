package io.troupe.chaos.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.chaos.process.FreePorts;
import io.troupe.chaos.process.WorkTree;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.ShutdownReport;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.kryo.MessageRegistry;

/** Real nodes in this process: see {@link TestCluster#inProcess}. */
final class InProcessCluster implements TestCluster {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration CALM = Duration.ofMillis(200);
    private static final Duration START = Duration.ofSeconds(60);
    /** A stopping node needs a little more than its limit, on a busy machine some seconds. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(20);

    private static final int SHARDS = 16;
    private static final int SET_SHARDS = 64;

    private final Path directory;
    private final Wires wires;
    private final Reach reach;
    private final ProbeBoard board = new ProbeBoard();
    private final RealTime time = new RealTime();
    private final MessageRegistry registry;
    private final Kind<?>[] kinds;
    private final List<ClusterConfig> configs;
    /** The newest life of each node; written under this. */
    private volatile List<Running> newest = List.of();

    private volatile boolean closed;

    /** One life of a node, up until its end is asked for. */
    private static final class Running {
        final NodeLife life;
        final ClusterActorSystem system;
        final CompletableFuture<?> start;
        volatile boolean up = true;

        Running(NodeLife life, ClusterActorSystem system) {
            this.life = life;
            this.system = system;
            start = system.start();
        }
    }

    private InProcessCluster(
            int nodes,
            Path directory,
            UnaryOperator<ClusterConfig.Builder> settings,
            MessageRegistry registry,
            Kind<?>... kinds)
            throws IOException {
        this.directory = directory;
        this.registry = registry;
        this.kinds = board.with(kinds);
        reach = new Reach(nodes);
        List<Integer> ports = FreePorts.find(2 * nodes);
        List<NodeAddress> seeds = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            seeds.add(new NodeAddress("n" + (node + 1), "127.0.0.1", ports.get(2 * node), ports.get(2 * node + 1)));
        }
        wires = new Wires(seeds);
        configs = new ArrayList<>();
        try {
            for (int node = 0; node < nodes; node++) {
                configs.add(config(node, seeds, settings));
            }
        } catch (IOException | RuntimeException e) {
            wires.close();
            throw e;
        }
    }

    private ClusterConfig config(int node, List<NodeAddress> seeds, UnaryOperator<ClusterConfig.Builder> settings)
            throws IOException {
        String id = seeds.get(node).nodeId();
        ClusterConfig.Builder builder = ClusterConfig.builder(id)
                .clusterName("test")
                .shards(SHARDS)
                .setShards(SET_SHARDS)
                .lease(LEASE)
                .election(Election.SAFE) // tests run beside others, on disks that take their time
                .rebalanceAfter(CALM)
                .startTimeout(START)
                .dataDir(directory.resolve(id));
        seeds.forEach(builder::addNode);
        wires.dialled(node).forEach(builder::dialAddress);
        return settings.apply(builder).build();
    }

    static TestCluster start(
            int nodes, UnaryOperator<ClusterConfig.Builder> settings, MessageRegistry registry, Kind<?>... kinds) {
        Reach.checkCount("a cluster in process", nodes);
        Path directory;
        try {
            directory = WorkTree.create();
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory can be made: set java.io.tmpdir", e);
        }
        InProcessCluster cluster;
        try {
            cluster = new InProcessCluster(nodes, directory, settings, registry, kinds);
        } catch (IOException | RuntimeException e) {
            delete(directory, e);
            throw e instanceof RuntimeException known ? known : new UncheckedIOException((IOException) e);
        }
        try {
            cluster.startAll();
            return cluster;
        } catch (RuntimeException | Error e) {
            try {
                cluster.close();
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static void delete(Path directory, Throwable earlier) {
        try {
            WorkTree.delete(directory);
        } catch (IOException e) {
            earlier.addSuppressed(e);
        }
    }

    private void startAll() {
        List<Running> begun = new ArrayList<>();
        for (int node = 0; node < configs.size(); node++) {
            begun.add(begin(node));
            newest = List.copyOf(begun);
        }
        Duration limit = configs.get(0).startTimeout();
        awaitConverged(limit.plus(limit));
    }

    private Running begin(int node) {
        ClusterConfig config = configs.get(node);
        NodeLife life = new NodeLife(Cluster.threads(config.nodeId()));
        return new Running(life, ClusterActorSystem.create(life, config, registry, kinds));
    }

    @Override
    public int nodes() {
        return configs.size();
    }

    @Override
    public ClusterActorSystem node(int node) {
        return at(node).system;
    }

    private Running at(int node) {
        reach.check(node);
        return newest.get(node);
    }

    private List<ClusterActorSystem> up() {
        return newest.stream()
                .filter(running -> running.up)
                .map(running -> running.system)
                .toList();
    }

    @Override
    public <T> TestProbe<T> probe(Class<T> type) {
        open();
        return board.newProbe(type, time, this::up);
    }

    @Override
    public <T> T await(CompletableFuture<T> future, Duration limit) {
        open();
        if (!time.until(future::isDone, limit)) {
            throw new AssertionError("what was awaited is not done after " + limit + ": " + Agreement.missing(up()));
        }
        return future.join();
    }

    @Override
    public void awaitConverged(Duration limit) {
        open();
        if (!time.until(() -> missing().isEmpty(), limit)) {
            throw new AssertionError("the cluster has not converged within " + limit + ": " + missing());
        }
    }

    private List<String> missing() {
        for (Running running : newest) {
            if (running.up && running.start.isCompletedExceptionally()) {
                throw notStarted(running);
            }
        }
        return Agreement.missing(up());
    }

    private static IllegalStateException notStarted(Running running) {
        Throwable cause = running.start.handle((system, failure) -> failure).getNow(null);
        cause = cause instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : cause;
        return new IllegalStateException(
                "node " + running.system.nodeId() + " has not started: " + (cause == null ? "?" : cause.getMessage()),
                cause);
    }

    @Override
    public int awaitLeader(Duration limit) {
        open();
        int[] found = {-1};
        if (!time.until(() -> (found[0] = leader()) >= 0, limit)) {
            throw new AssertionError("no leader has a majority within " + limit + ": " + Leaders.beliefs(up()));
        }
        return found[0];
    }

    private synchronized int leader() {
        List<Running> all = newest;
        return Leaders.accepted(
                all.stream().map(running -> running.up ? running.system : null).toList(),
                (one, other) -> reach.isOpen(one, other, time.nanoTime()));
    }

    @Override
    public synchronized void crash(int node) {
        open();
        Running running = at(node);
        if (!running.up) {
            return;
        }
        running.up = false;
        // Nothing that its parts say while they are closed may get out.
        wires.sever(node);
        running.life.end();
        reach.goOn(node);
        wires.restore(node);
        wires.set(this::isOpen);
    }

    private boolean isOpen(int one, int other) {
        return reach.isOpen(one, other, time.nanoTime());
    }

    @Override
    public synchronized void restart(int node) {
        open();
        if (at(node).up) {
            throw new IllegalStateException("node " + node + " (" + node(node).nodeId()
                    + ") cannot be restarted: it is up; stop or crash it first");
        }
        List<Running> next = new ArrayList<>(newest);
        next.set(node, begin(node));
        newest = List.copyOf(next);
    }

    @Override
    public ShutdownReport stop(int node, Duration limit) {
        open();
        Running running = whileUp(node, "stopped");
        CompletableFuture<ShutdownReport> stopped = running.system.stop(limit);
        ShutdownReport report = await(stopped, limit.plus(STOP_MARGIN));
        synchronized (this) {
            running.up = false;
            running.life.end();
        }
        return report;
    }

    private Running whileUp(int node, String what) {
        Running running = at(node);
        if (!running.up) {
            throw new IllegalStateException("node " + node + " (" + running.system.nodeId() + ") cannot be " + what
                    + ": it is down; restart it first");
        }
        return running;
    }

    @Override
    public synchronized void partition(Set<Integer> some, Set<Integer> others) {
        open();
        reach.part(some, others);
        wires.set(this::isOpen);
    }

    @Override
    public synchronized void heal() {
        open();
        reach.heal();
        newest.forEach(running -> running.life.goOn());
        wires.set(this::isOpen);
    }

    @Override
    public synchronized void pause(int node, Duration pause) {
        open();
        Running running = whileUp(node, "paused");
        reach.standStill(node, time.nanoTime() + pause.toNanos());
        wires.set(this::isOpen);
        running.life.standStill();
        CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> onPauseOver(node, running));
    }

    /** Also called for a pause that was healed, or that a longer one has followed. */
    private synchronized void onPauseOver(int node, Running running) {
        if (!closed && !reach.isStill(node, time.nanoTime())) {
            running.life.goOn();
            wires.set(this::isOpen);
        }
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("the test cluster is closed: start another one");
        }
    }

    @Override
    public void close() {
        List<Running> running;
        synchronized (this) {
            if (closed) {
                return;
            }
            heal();
            closed = true;
            running = newest;
        }
        Thread[] closing = running.stream()
                .map(one -> new Thread(() -> close(one), "troupe-test-close"))
                .toArray(Thread[]::new);
        Arrays.stream(closing).forEach(Thread::start);
        boolean interrupted = false;
        for (Thread thread : closing) {
            interrupted |= !join(thread);
        }
        wires.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            WorkTree.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("left behind: " + directory, e);
        }
    }

    private static void close(Running running) {
        if (running.up) {
            running.system.close();
        }
        running.life.end();
    }

    /** {@return false if the caller was interrupted meanwhile} Closing ends by itself. */
    private static boolean join(Thread thread) {
        boolean undisturbed = true;
        while (true) {
            try {
                thread.join();
                return undisturbed;
            } catch (InterruptedException e) {
                undisturbed = false;
            }
        }
    }
}
