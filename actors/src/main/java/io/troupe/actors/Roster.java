package io.troupe.actors;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Watch;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.WatchListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the spawned actors whose shards this node owns, and stops those whose names were given up. It compares the
 * registry and the shard table with what it has told before, whenever one of them has changed. Safe for any thread.
 */
final class Roster implements WatchListener {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);

    /** What was not taken is told again after that. */
    private static final long AGAIN_NS = 200_000_000;

    private final NamedActors names;
    private final ClusterActorSystem system;
    private final ActorRuntime runtime;
    private final AtomicBoolean wanted = new AtomicBoolean();
    /** Whom this node has told to start, in the order of names; guarded by this. */
    private Map<String, Life> started = Map.of();

    private @Nullable Watch watch;
    private @Nullable Subscription moves;

    /** One registration under one ownership of its shard. */
    private record Life(Kind<?> kind, long revision, long epoch) {}

    Roster(NamedActors names, ClusterActorSystem system, ActorRuntime runtime) {
        this.names = names;
        this.system = system;
        this.runtime = runtime;
    }

    /** Call once, when the node has started. */
    synchronized void begin() {
        Cluster cluster = system.cluster();
        moves = cluster.subscribe(event -> look());
        watch = cluster.store().watch(Cluster.ACTOR_KEYS, cluster.store().view().revision() + 1, this);
        look();
    }

    synchronized void close() {
        if (watch != null) {
            watch.close();
        }
        if (moves != null) {
            moves.close();
        }
    }

    @Override
    public void onEvents(List<WatchEvent> events, MetadataView view) {
        look();
    }

    @Override
    public void onResync(MetadataView view) {
        look();
    }

    /** Looks soon, once for all calls until then. */
    private void look() {
        if (wanted.compareAndSet(false, true)) {
            try {
                runtime.dispatcher.execute(this::compare);
            } catch (RejectedExecutionException e) {
                LOG.debug("closed: nobody is started any more");
            }
        }
    }

    private synchronized void compare() {
        wanted.set(false); // what changes from here on is looked at again
        MetadataView view = system.cluster().store().view();
        Map<String, Life> now = new TreeMap<>();
        view.forEach(Cluster.ACTOR_KEYS, entry -> {
            Registration registered = Registration.of(entry);
            Kind<?> kind = names.kind(registered.kind());
            long epoch = kind == null ? 0 : ownEpoch(kind, registered.name());
            if (kind != null && epoch > 0) {
                now.put(registered.name(), new Life(kind, registered.revision(), epoch));
            }
        });
        started.forEach((name, life) -> {
            Registration registered = Registration.find(view, name);
            if (registered == null || registered.revision() != life.revision()) {
                tell(name, life, NamedActor.stop(life.revision()));
            }
        });
        Map<String, Life> before = started;
        started = now;
        now.forEach((name, life) -> {
            if (!life.equals(before.get(name))) {
                tell(name, life, NamedActor.START);
            }
        });
    }

    /**
     * {@return the epoch under which this node owns an actor's shard, also while it is to be handed over; 0 if it does
     * not}
     */
    private long ownEpoch(Kind<?> kind, String name) {
        Lookup lookup = system.cluster().whereIs(kind.shardSet(), kind.placement(), kind.shardKey(name));
        if (lookup instanceof Lookup.Hosted hosted && hosted.nodeId().equals(system.nodeId())) {
            return hosted.epoch();
        }
        return lookup instanceof Lookup.Moving moving && moving.from().equals(system.nodeId()) ? moving.epoch() : 0;
    }

    /** To whoever owns the shard by then. */
    private void tell(String name, Life life, String what) {
        EntityPid<Object> actor = names.untyped(life.kind(), name);
        CompletableFuture<?> unused = actor.tell(what, DeliveryGuarantee.AT_LEAST_ONCE)
                .thenAccept(outcome -> {
                    if (outcome instanceof SendOutcome.NotExecuted || outcome instanceof SendOutcome.Unknown) {
                        runtime.timers.schedule(runtime.nanoTime() + AGAIN_NS, () -> again(name, life, what));
                    }
                });
    }

    private synchronized void again(String name, Life life, String what) {
        if (!what.equals(NamedActor.START)) {
            if (life.epoch() != ownEpoch(life.kind(), name)) {
                return; // it ended with the ownership
            }
            tell(name, life, what);
            started.remove(name); // a later life that was told to start meanwhile was not, under that one
        } else if (life.equals(started.get(name))) {
            started.remove(name);
        }
        look();
    }
}
