package io.troupe.chaos.kit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.cluster.ShutdownReport;
import io.troupe.transport.kryo.MessageRegistry;

/** Simulated nodes, with the names that clusters in process have: see {@link TestCluster#simulated}. */
final class SimulatedCluster implements TestCluster, Passage {
    private static final Duration STEP = Duration.ofMillis(1);

    private final io.troupe.chaos.sim.TestCluster world;
    private final ProbeBoard board;
    private final Reach reach;
    private final boolean[] down;

    private SimulatedCluster(io.troupe.chaos.sim.TestCluster world, ProbeBoard board) {
        this.world = world;
        this.board = board;
        reach = new Reach(world.nodes());
        down = new boolean[world.nodes()];
    }

    static TestCluster start(long seed, int nodes, MessageRegistry registry, Kind<?>... kinds) {
        Reach.checkCount("a simulated cluster", nodes);
        ProbeBoard board = new ProbeBoard();
        return new SimulatedCluster(
                io.troupe.chaos.sim.TestCluster.simulated(seed, nodes, registry, board.with(kinds)), board);
    }

    @Override
    public long nanoTime() {
        return world.nanoTime();
    }

    @Override
    public boolean until(BooleanSupplier condition, Duration limit) {
        long endNs = world.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (world.nanoTime() >= endNs) {
                return false;
            }
            world.run(STEP);
        }
        return true;
    }

    @Override
    public int nodes() {
        return world.nodes();
    }

    @Override
    public ClusterActorSystem node(int node) {
        return world.node(node);
    }

    private List<ClusterActorSystem> up() {
        return IntStream.range(0, down.length)
                .filter(node -> !down[node])
                .mapToObj(world::node)
                .toList();
    }

    @Override
    public <T> TestProbe<T> probe(Class<T> type) {
        return board.newProbe(type, this, this::up);
    }

    @Override
    public <T> T await(CompletableFuture<T> future, Duration limit) {
        return world.await(future, limit);
    }

    @Override
    public void awaitConverged(Duration limit) {
        if (!until(() -> Agreement.missing(up()).isEmpty(), limit)) {
            throw new AssertionError("the cluster with seed " + world.seed() + " has not converged within " + limit
                    + ": " + Agreement.missing(up()));
        }
    }

    @Override
    public int awaitLeader(Duration limit) {
        int[] found = {-1};
        if (!until(() -> (found[0] = leader()) >= 0, limit)) {
            throw new AssertionError("no leader has a majority within " + limit + " with seed " + world.seed() + ": "
                    + Leaders.beliefs(up()));
        }
        return found[0];
    }

    private int leader() {
        return Leaders.accepted(
                IntStream.range(0, down.length)
                        .mapToObj(node -> down[node] ? null : world.node(node))
                        .toList(),
                (one, other) -> reach.isOpen(one, other, world.nanoTime()));
    }

    @Override
    public void crash(int node) {
        world.crash(node);
        down[node] = true;
        reach.goOn(node);
    }

    @Override
    public void restart(int node) {
        if (!isDown(node)) {
            throw new IllegalStateException("node " + node + " ("
                    + world.node(node).nodeId() + ") cannot be restarted: it is up; stop or crash it first");
        }
        world.restart(node);
        down[node] = false;
    }

    @Override
    public ShutdownReport stop(int node, Duration limit) {
        whileUp(node, "stopped");
        ShutdownReport report = world.stop(node, limit);
        down[node] = true;
        return report;
    }

    private boolean isDown(int node) {
        reach.check(node);
        return down[node];
    }

    private void whileUp(int node, String what) {
        if (isDown(node)) {
            throw new IllegalStateException("node " + node + " ("
                    + world.node(node).nodeId() + ") cannot be " + what + ": it is down; restart it first");
        }
    }

    @Override
    public void partition(Set<Integer> some, Set<Integer> others) {
        reach.part(some, others);
        world.partition(some, others);
    }

    @Override
    public void heal() {
        reach.heal();
        world.heal();
    }

    @Override
    public void pause(int node, Duration pause) {
        whileUp(node, "paused");
        reach.standStill(node, world.nanoTime() + pause.toNanos());
        world.pause(node, pause);
    }

    @Override
    public void close() {
        world.close();
    }
}
