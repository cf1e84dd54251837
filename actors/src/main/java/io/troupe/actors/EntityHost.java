package io.troupe.actors;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.troupe.actors.internal.durable.FairRound;
import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ShardSet;
import io.troupe.cluster.spi.ActorRange;
import io.troupe.cluster.spi.AnswerAddress;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.cluster.spi.Platform;
import io.troupe.cluster.spi.ShardFlags;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entities that are active on this node, by owned shard. An entity is activated by its first message; when the
 * shard is lost all of it is dropped: what was committed is in the store, and what was not is sent again.
 */
final class EntityHost implements HostedActors, Passivation.Entities {
    private static final Logger LOG = LoggerFactory.getLogger(EntityHost.class);

    /** Reminders that one step of the cluster's thread hands out, of all shards. */
    static final int MOST_FIRED = 1_000;

    /** Those of one shard before it is the turn of the next. */
    private static final int FIRED_IN_TURN = 100;

    private final Set<String> kinds;
    private final Set<ShardSet> sets;
    private final ActorRuntime runtime;
    /**
     * The cells of each shard's present ownership. An array, so that everything is visited in the order of the shards.
     */
    private final AtomicReferenceArray<@Nullable ShardCells> shards;

    /** What the store was too busy for. */
    private final ConcurrentLinkedQueue<Runnable> postponed = new ConcurrentLinkedQueue<>();

    private final Map<String, Kind<?>> kindsByName;
    private final Undelivered undelivered;
    private final FairRound round;
    /** Some kind of this node is durable: only then has a shard duties. */
    private final boolean isDurable;
    /** Shards whose entities owe something, or may: messages, reminders, or that is not known yet. */
    private final ShardFlags owing;

    /** What each kind has here, once attached; written before the system, and read after it. */
    private Map<String, KindHost> kindHosts = Map.of();

    private @Nullable Passivation passivation;
    private @Nullable Deliveries deliveries;

    private volatile @Nullable ClusterActorSystem system;

    EntityHost(int shards, Map<String, Kind<?>> kinds, ActorRuntime runtime) {
        kindsByName = kinds;
        this.kinds = kinds.keySet();
        isDurable = kinds.values().stream().anyMatch(Kind::isDurable);
        sets = kinds.values().stream()
                .map(Kind::shardSet)
                .filter(set -> !set.isDefault())
                .collect(Collectors.toUnmodifiableSet());
        this.shards = new AtomicReferenceArray<>(shards);
        owing = new ShardFlags(shards);
        this.runtime = runtime;
        round = new FairRound(shards, MOST_FIRED, FIRED_IN_TURN);
        undelivered = new Undelivered(this, runtime);
    }

    /** Call before the cluster starts to deliver. */
    void attach(ClusterActorSystem newSystem) {
        Map<String, KindHost> hosts = new HashMap<>();
        kindsByName.forEach((name, kind) -> hosts.put(name, new KindHost(kind, runtime)));
        kindHosts = hosts;
        passivation = new Passivation(this, shards.length(), hosts.values(), runtime.nanoTime());
        deliveries = new Deliveries(this, newSystem, hosts, undelivered);
        system = newSystem;
    }

    /** {@return the kind of this node that has a name, or null} */
    @Nullable
    Kind<?> kind(String name) {
        return kindsByName.get(name);
    }

    int activeEntities() {
        int[] active = {0};
        forEach(cells -> active[0] += cells.byId.size());
        return active[0];
    }

    @Override
    public Set<String> kinds() {
        return kinds;
    }

    @Override
    public Set<String> degradable() {
        return kindsByName.values().stream()
                .filter(kind -> kind.options().quorumLoss() != QuorumLoss.STOP)
                .map(Kind::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean goesOnUnfenced(byte[] content) {
        try {
            KindHost kind = kindHosts.get(Envelope.decode(content).target().kind());
            return kind != null && kind.goesOnUnfenced;
        } catch (IllegalArgumentException e) {
            return false; // refused once there is a lease again
        }
    }

    @Override
    public void onAnswer(AnswerAddress to, byte[] answer) {
        ClusterActorSystem current = system;
        if (current != null) {
            boolean unused = current.openAsks().onAnswer(to, answer);
        }
    }

    OpenAsks openAsks() {
        return system().openAsks();
    }

    /** Not on a thread of the cluster: there may be many. */
    @Override
    public void list(ActorRange range, Consumer<List<ActorInfo>> found) {
        try {
            runtime.dispatcher.execute(() -> {
                Census census = new Census(system().nodeId(), range);
                for (int shard = range.shard(); shard < shards.length() && !census.isFull(); shard++) {
                    ShardCells cells = shards.get(shard);
                    if (cells != null) {
                        census.add(cells);
                    }
                }
                found.accept(census.result());
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed before the actors of this node were listed");
        }
    }

    @Override
    public Set<ShardSet> sets() {
        return sets;
    }

    /** What a shard owes may be more than nothing now. Any thread. */
    void onOwing(int shard) {
        owing.raise(shard);
    }

    @Override
    public void onShardActive(OwnedShard shard) {
        ShardCells cells = new ShardCells(shard, this);
        ShardCells earlier = shards.getAndSet(shard.shard(), cells);
        if (earlier != null) {
            end(earlier.stop()); // its end is still to be told by another thread
        }
        if (isDurable) {
            owing.raise(shard.shard());
            cells.duties.load();
        }
    }

    @Override
    public void onShardLost(OwnedShard shard) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard && shards.compareAndSet(shard.shard(), cells, null)) {
            end(cells.stop());
        }
    }

    /** Not on a thread of the cluster: there may be many. */
    private void end(List<Cell> stopped) {
        if (!stopped.isEmpty()) {
            try {
                runtime.dispatcher.execute(() -> stopped.forEach(Cell::wake));
            } catch (RejectedExecutionException e) {
                LOG.debug("closed before {} entities could end", stopped.size());
            }
        }
    }

    @Override
    public void onShardMoving(OwnedShard shard, Runnable quiet) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.whenQuiet(quiet);
        }
    }

    @Override
    public void onShardResumed(OwnedShard shard) {
        ShardCells cells = shards.get(shard.shard());
        if (cells != null && cells.shard == shard) {
            cells.gate.forget();
            cells.byId.values().forEach(Cell::wake);
        }
    }

    /** Wakes a cell with the next tick. */
    void wakeSoon(Cell cell) {
        postponed.add(cell::wake);
    }

    /** Runs a step with the next tick. */
    void soon(Runnable step) {
        postponed.add(step);
    }

    private ClusterActorSystem system() {
        return Objects.requireNonNull(system);
    }

    EntityStore store() {
        return system().entityStore();
    }

    Cluster cluster() {
        return system().cluster();
    }

    ClusterClock clock() {
        return system().clusterClock();
    }

    Platform platform() {
        return runtime.platform;
    }

    /** {@return messages that entities of this node have sent and that have not arrived as far as is known} */
    long outboxSize() {
        return sum(cells -> cells.duties.outboxSize());
    }

    /** {@return reminders of entities of this node's shards} */
    long reminderCount() {
        return sum(cells -> cells.duties.reminderCount());
    }

    private long sum(ToIntFunction<ShardCells> counts) {
        long[] sum = {0};
        forEach(cells -> sum[0] += counts.applyAsInt(cells));
        return sum[0];
    }

    @Override
    public void onTick() {
        for (int waiting = postponed.size(); waiting > 0; waiting--) {
            Runnable step = postponed.poll();
            if (step != null) {
                step.run();
            }
        }
        ClusterActorSystem current = system;
        if (current != null) {
            Objects.requireNonNull(passivation).onTick(runtime.nanoTime());
            if (isDurable) {
                tickOwing(current.clusterClock().loggedMillis());
            }
        }
    }

    private void tickOwing(long clusterMillis) {
        for (int shard = owing.next(0); shard >= 0; shard = owing.next(shard + 1)) {
            owing.lower(shard);
            ShardCells cells = shards.get(shard);
            if (cells != null && cells.duties.onTick(clusterMillis)) {
                owing.raise(shard);
            }
        }
    }

    @Override
    public boolean goOn() {
        ClusterActorSystem current = system;
        if (current == null || !isDurable || owing.next(0) < 0) {
            return false;
        }
        long clusterMillis = current.clusterClock().loggedMillis();
        return round.step((shard, limit) -> {
            ShardCells cells = owing.isRaised(shard) ? shards.get(shard) : null;
            return cells == null ? 0 : cells.duties.fire(clusterMillis, limit);
        });
    }

    @Override
    public void onLeaseRenewed() {
        forEach(cells -> cells.byId.values().forEach(Cell::wake));
    }

    @Override
    public void forEachCell(int shard, Consumer<Cell> visitor) {
        ShardCells cells = shards.get(shard);
        if (cells != null) {
            cells.byId.values().forEach(visitor);
        }
    }

    @Override
    public void forEachCell(Consumer<Cell> visitor) {
        forEach(cells -> cells.byId.values().forEach(visitor));
    }

    long activationCount() {
        return kindHosts.values().stream().mapToLong(KindHost::activations).sum();
    }

    long passivationCount() {
        return kindHosts.values().stream().mapToLong(KindHost::passivations).sum();
    }

    private void forEach(Consumer<ShardCells> visitor) {
        for (int shard = 0; shard < shards.length(); shard++) {
            ShardCells cells = shards.get(shard);
            if (cells != null) {
                visitor.accept(cells);
            }
        }
    }

    @Override
    public void deliver(InboundMessage message) {
        ShardCells cells = shards.get(message.shard().shard());
        if (system != null && cells != null && cells.shard == message.shard()) {
            deliveries().deliver(message, cells);
        } // else lost in this very moment: unsettled, so it is sent again
    }

    /** Takes what has come for the entities of this node. */
    Deliveries deliveries() {
        return Objects.requireNonNull(deliveries);
    }

    /** Ends what no entity takes. */
    Undelivered undelivered() {
        return undelivered;
    }
}
