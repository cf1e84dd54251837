package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.chaos.sim.SplitMix.Concern;
import io.troupe.metadata.MetadataView;
import org.jspecify.annotations.Nullable;

/**
 * One node: a clock that outlives everything, a disk that outlives the process, and in each life the production node on
 * a {@link SimPlatform}.
 */
final class SimNode {
    final String id;
    final int index;
    final boolean hosts;
    final VirtualClock clock;
    final SplitMix random;
    final SplitMix retries;
    private final Simulation world;
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    /** Steps that came while the process stood still. */
    private final ArrayDeque<Runnable> postponed = new ArrayDeque<>();

    private int life;
    private boolean up;
    private boolean still;
    private boolean drainedByFault;
    private SimPlatform platform;
    private ClusterActorSystem system;

    SimNode(Simulation world, int index, SplitMix clocks) {
        this.world = world;
        this.index = index;
        id = Topology.id(index);
        hosts = world.topology().hosts(index);
        clock = new VirtualClock(world, clocks.next(), clocks.below(19_801) - 9_900);
        random = new SplitMix(SplitMix.of(world.seed(), Concern.NODES).next() + index);
        retries = new SplitMix(SplitMix.of(world.seed(), Concern.RETRIES).next() + index);
        platform = new SimPlatform(world, this, new int[world.logs.length]);
        system = world.topology().create(index, platform);
    }

    int life() {
        return life;
    }

    boolean isUp() {
        return up;
    }

    boolean isStill() {
        return still;
    }

    /** {@return its store of the first log} */
    NodeStore store() {
        return store(0);
    }

    /**
     * {@return its store of one log}
     *
     * @param group the number of the log
     */
    NodeStore store(int group) {
        return platform.stores().get(group);
    }

    /** {@return its stores of all logs} */
    List<NodeStore> stores() {
        return platform.stores();
    }

    SimMessaging messaging() {
        return platform.messaging();
    }

    ClusterActorSystem system() {
        return system;
    }

    /** Runs after the present step, as a hop to another thread of the node would. */
    void soon(Runnable step) {
        soon.add(step);
    }

    void afterStep() {
        while (up && !soon.isEmpty()) {
            soon.remove().run();
        }
        if (up) {
            platform.stores().forEach(NodeStore::flush);
        }
    }

    void start() {
        startStores();
        world.after(0, "start", this, () -> {
            CompletableFuture<?> unused = system.start();
        });
    }

    /** Only the stores, without the production node that stands on them. */
    void startStores() {
        up = true;
    }

    void onLink(SimNode other, boolean linked) {
        platform.messaging().onLink(other.id, linked);
    }

    void onFrame(SimNode from, int type, byte[] body) {
        platform.messaging().onFrame(from.id, type, body);
    }

    boolean believes(int shard) {
        return up && system.cluster().mayRun(shard);
    }

    boolean trustsLease(long incarnation) {
        return up
                && system.cluster().incarnation() == incarnation
                && system.cluster().inCluster();
    }

    @Nullable
    String owner(int shard) {
        return system.cluster().owner(shard);
    }

    /** A fault asks that the node own nothing; what a user asks for is left alone. */
    void drainByFault() {
        drainedByFault = true;
    }

    boolean isDrainedByFault() {
        return drainedByFault;
    }

    // Faults.

    void crash() {
        up = false;
        life++;
        soon.clear();
        postponed.clear();
        world.onCrash(this);
        world.network.disconnect(this);
    }

    /** Starts again from what the disk has: each log as far as this node had applied it. */
    void restart() {
        if (up) {
            return;
        }
        int[] applied = platform.stores().stream().mapToInt(NodeStore::applied).toArray();
        platform = new SimPlatform(world, this, applied);
        system = world.topology().create(index, platform);
        start();
        for (SimNode other : world.nodes) {
            if (other != this) {
                world.network.connect(this, other);
            }
        }
    }

    void stand(boolean withClock) {
        still = true;
        if (withClock) {
            clock.stop();
        }
    }

    void goOn() {
        still = false;
        clock.goOn();
        for (Runnable step = postponed.poll(); step != null; step = postponed.poll()) {
            step.run();
        }
    }

    void postpone(Runnable step) {
        postponed.add(step);
    }

    /** Nothing is under way, and the node is in the cluster. */
    boolean isSettled() {
        if (!up || still) {
            return false;
        }
        return hasSessions() && system.cluster().inCluster() && system.cluster().unsettled() == 0 && isStoreSettled();
    }

    /** In every log: a session may have ended without the node's knowing. */
    private boolean hasSessions() {
        for (Log log : world.logs) {
            MetadataView.Session session = log.view().session(id);
            if (session == null || !session.open()) {
                return false;
            }
        }
        return true;
    }

    private boolean isStoreSettled() {
        return platform.stores().stream().allMatch(NodeStore::isSettled);
    }

    @Override
    public String toString() {
        return id + (up ? "" : " down") + (still ? " still" : "") + " session "
                + Arrays.stream(world.logs)
                        .map(log -> String.valueOf(log.view().session(id)))
                        .collect(Collectors.joining(", "))
                + " in cluster "
                + system.cluster().inCluster() + " active shards "
                + system.cluster().activeShards() + " unsettled "
                + system.cluster().unsettled() + " store settled "
                + isStoreSettled();
    }
}
