package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

import io.troupe.chaos.sim.SplitMix.Concern;
import io.troupe.cluster.internal.coordinator.Coordinator;
import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/**
 * One node: a clock that outlives everything, a disk that outlives the process, and the parts of the present life, wired
 * as {@code ClusterRuntime} wires them.
 */
final class SimNode {
    private static final long MS = 1_000_000;
    static final int SHARDS = 5;
    static final DeliveryLimits LIMITS = new DeliveryLimits(256, 60 * MS, 400 * MS, 64, 64);
    static final long TICK_NS = 30 * MS;
    private static final long FORMATION_NS = 400 * MS;

    final String id;
    final int index;
    final boolean hosts;
    final VirtualClock clock;
    final SplitMix random;
    private final Simulation world;
    private final @Nullable Route[] routes = new Route[SHARDS];
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    /** Steps that came while the process stood still. */
    private final ArrayDeque<Runnable> postponed = new ArrayDeque<>();

    private int life;
    private boolean up;
    private boolean still;
    private NodeStore store;
    private Membership membership;
    private Sender sender;
    private Receiver receiver;
    private Coordinator coordinator;

    SimNode(Simulation world, int index, SplitMix clocks) {
        this.world = world;
        this.index = index;
        id = "n" + (index + 1);
        hosts = index < Schedule.HOSTS;
        clock = new VirtualClock(world, clocks.next(), clocks.below(19_801) - 9_900);
        random = new SplitMix(SplitMix.of(world.schedule.seed(), Concern.NODES).next() + index);
        build(0);
    }

    private void build(int applied) {
        store = new NodeStore(world, this, applied);
        membership = new Membership(world, this, store);
        sender = new Sender(world, this);
        receiver = new Receiver(world, this);
        Executor clusterThread = this::soon;
        coordinator = new Coordinator(store, SHARDS, Schedule.HOSTS, FORMATION_NS, clusterThread);
        store.onLeadership(new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                soon(() -> coordinator.onLeading(clock.now()));
            }

            @Override
            public void onNotLeading() {
                soon(coordinator::onNotLeading);
            }
        });
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

    NodeStore store() {
        return store;
    }

    Membership membership() {
        return membership;
    }

    Sender sender() {
        return sender;
    }

    Receiver receiver() {
        return receiver;
    }

    @Nullable
    Route route(int shard) {
        return routes[shard];
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
            store.flush();
        }
    }

    void start() {
        up = true;
        world.after(random.between(0, 10 * MS), "tick", this, this::tick);
    }

    private void tick() {
        world.after(TICK_NS, "tick", this, this::tick);
        long now = clock.now();
        membership.onTick(now);
        sender.onTick(now);
        coordinator.reconcile(now);
    }

    void client(ClientOp op) {
        if (!up) {
            return;
        }
        world.after(0, "op", this, () -> sender.client(op));
    }

    /** Entries of the log are in this node's view; its watches hear of them a little later, in order. */
    void onView(int from, int to) {
        for (int index = from; index <= to; index++) {
            for (WatchEvent event : world.log.at(index).events()) {
                if (event.key().startsWith(ClusterKeys.SHARDS)) {
                    soon(() -> onShard(event));
                }
            }
        }
    }

    private void onShard(WatchEvent event) {
        int shard = ClusterKeys.shardOf(event.key());
        setRoute(shard, event instanceof WatchEvent.Put put ? read(put.entry()) : null);
    }

    private static Route read(KeyValue entry) {
        ShardRecord stored = ShardRecord.decode(entry.value(), entry.modRevision());
        return new Route(stored.owner(), stored.incarnation(), stored.epoch(), stored.continues());
    }

    private void setRoute(int shard, @Nullable Route route) {
        if (!java.util.Objects.equals(routes[shard], route)) {
            routes[shard] = route;
            world.trace.detail(route == null ? 0 : route.epoch(), id, "learns route of shard", shard, route);
            receiver.onRoute(shard, route);
            sender.onRoute(shard, route);
        }
    }

    void onSession(@Nullable SessionId session) {
        world.trace.detail(session == null ? 0 : session.incarnation(), id, "session");
        if (session == null) {
            receiver.loseAll();
        }
        sender.onSession(session);
    }

    // Faults.

    void crash() {
        up = false;
        life++;
        soon.clear();
        postponed.clear();
        world.oracle.onCrash(this);
    }

    /** Starts again from what the disk has: the log as far as this node had applied it. */
    void restart() {
        if (up) {
            return;
        }
        int applied = store.applied();
        java.util.Arrays.fill(routes, null);
        build(applied);
        for (int shard = 0; shard < SHARDS; shard++) {
            KeyValue entry = store.view().get(ClusterKeys.shard(shard));
            if (entry != null) {
                routes[shard] = read(entry);
                receiver.onRoute(shard, routes[shard]);
            }
        }
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

    boolean isSettled() {
        SessionId session = membership.session();
        boolean open = session != null && world.log.view().isOpen(session); // it may have ended without its knowing
        return up && !still && open && membership.isSettled() && store.isSettled() && receiver.isSettled();
    }

    @Override
    public String toString() {
        return id + (up ? "" : " down") + (still ? " still" : "") + " session " + membership.session() + " lease "
                + membership.isLeaseValid() + " " + sender + " " + receiver + " store settled " + store.isSettled();
    }
}
