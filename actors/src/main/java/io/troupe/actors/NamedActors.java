package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.ShardSet;
import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;

/**
 * The spawned actors of a cluster, as one node sees them. Their names are in the store, of which every node has a copy;
 * what a caller must be sure of is read behind a barrier of the log. Safe for any thread.
 */
final class NamedActors implements NamedActor.Names {
    static final int SPAWN_SECONDS = 30;

    /** How long an actor waits before it asks the log for its name, so that it asks once for many messages. */
    static final Duration LOOK = Duration.ofMillis(2);

    private final Map<String, Kind<?>> byName = new HashMap<>();
    private final Map<Class<?>, List<Kind<?>>> byHandler = new HashMap<>();
    /** Of this node, not known to be committed or refused. */
    private final AtomicInteger spawning = new AtomicInteger();

    private @Nullable ClusterActorSystem system;
    private @Nullable ActorRuntime runtime;
    private @Nullable Roster roster;

    /** The kinds as a node runs them: {@link NamedActor} takes the place of handlers whose actors are spawned. */
    Map<String, Kind<?>> hosted(Collection<Kind<?>> kinds) {
        Map<String, Kind<?>> hosted = new HashMap<>();
        for (Kind<?> kind : kinds) {
            Class<?> handler = kind.handlerType();
            hosted.put(kind.name(), handler == null ? kind : kind.named(this));
            if (handler != null) {
                byName.put(kind.name(), kind);
                addSpawned(handler, kind);
            }
        }
        return Map.copyOf(hosted);
    }

    private void addSpawned(Class<?> handler, Kind<?> kind) {
        List<Kind<?>> same = byHandler.computeIfAbsent(handler, type -> new ArrayList<>(1));
        for (Kind<?> other : same) {
            if (other.shardSet().equals(kind.shardSet())) {
                throw new ClusterException(
                        ClusterException.Code.BAD_CONFIG,
                        other + " and " + kind + " are both spawned as " + handler.getName() + " in set "
                                + kind.shardSet().name() + ": put one of them into another set, or spawn the actors of"
                                + " both by one kind");
            }
        }
        same.add(kind);
    }

    /** A class of handlers, and the kinds that are spawned as it. */
    record Spawnable<M>(Class<? extends Handler<M>> handler, List<Kind<M>> kinds) {
        @Override
        public String toString() {
            return kinds.size() == 1 ? kinds.get(0).toString() : handler.getName();
        }
    }

    /** Call before anybody sends. */
    void attach(ClusterActorSystem owner, ActorRuntime threads) {
        system = owner;
        runtime = threads;
    }

    /** Call when the node has started. */
    void begin() {
        if (!byName.isEmpty()) {
            Roster begun = new Roster(this, system(), Objects.requireNonNull(runtime));
            synchronized (this) {
                roster = begun;
            }
            begun.begin();
        }
    }

    void close() {
        Roster ended;
        synchronized (this) {
            ended = roster;
        }
        if (ended != null) {
            ended.close();
        }
    }

    private ClusterActorSystem system() {
        return Objects.requireNonNull(system);
    }

    private MetadataStore store() {
        return system().cluster().store();
    }

    @Nullable
    Kind<?> kind(String name) {
        return byName.get(name);
    }

    @Override
    public @Nullable Registration find(String name) {
        return Registration.find(store().view(), name);
    }

    @Override
    public CompletableFuture<Long> barrier() {
        return store().barrier();
    }

    /** For what a node itself tells an actor. */
    @SuppressWarnings("unchecked")
    EntityPid<Object> untyped(Kind<?> kind, String name) {
        return pid((Kind<Object>) kind, name, null);
    }

    private <M> EntityPid<M> pid(Kind<M> kind, String name, @Nullable DeliveryGuarantee usual) {
        return new EntityPid<>(kind, new EntityId(kind.name(), name), system(), usual);
    }

    /** The kind was registered with the class, so it takes the messages that its handlers take. */
    @SuppressWarnings("unchecked")
    <M> ActorBuilder<M> actorOf(Class<? extends Handler<M>> handler) {
        List<Kind<?>> kinds = byHandler.get(Objects.requireNonNull(handler));
        if (kinds == null) {
            TreeSet<String> known = new TreeSet<>();
            byHandler.keySet().forEach(type -> known.add(type.getName()));
            throw new IllegalArgumentException("node " + system().nodeId() + " has no kind whose actors are spawned as "
                    + handler.getName() + " (it has " + known + "): give it one on every node, made with"
                    + " Kind.of(...).spawnedAs(" + handler.getSimpleName() + ".class)");
        }
        List<Kind<M>> typed = kinds.stream().map(kind -> (Kind<M>) kind).toList();
        return new ActorBuilder<>(this, new Spawnable<>(handler, typed), SpawnPlace.ANYWHERE, null, null);
    }

    <M> CompletableFuture<Pid<M>> spawn(
            Spawnable<M> spawnable, SpawnPlace place, String name, @Nullable DeliveryGuarantee usual) {
        Kind<M> kind;
        try {
            kind = place.choose(spawnable.handler().getName(), spawnable.kinds());
            if (!place.isAnywhere()) {
                checkHosted(kind, name);
            }
        } catch (KindUnavailableException e) {
            return CompletableFuture.failedFuture(e);
        }
        int shard = untyped(kind, name).shard(); // may throw: it asks the kind's shardBy
        int limit = system().cluster().config().maxSpawned();
        if (spawning.incrementAndGet() + registered(limit) > limit) {
            spawning.decrementAndGet();
            return CompletableFuture.failedFuture(new SpawnLimitException(name, limit));
        }
        return new LocalPlacement(system().cluster(), this)
                .prepare(shard)
                .thenCompose(prepared -> store().txn(Registration.create(name, kind, usual)))
                .whenComplete((result, failure) -> spawning.decrementAndGet())
                .thenApplyAsync(
                        result -> {
                            if (!result.succeeded()) {
                                Registration other = Registration.of(
                                        Objects.requireNonNull(result.reads().get(0)));
                                throw new ActorNameTakenException(name, other.kind());
                            }
                            return pid(kind, name, usual);
                        },
                        Objects.requireNonNull(runtime).dispatcher);
    }

    /** Who says where an actor is to live wants to hear at once that nobody is there. */
    private void checkHosted(Kind<?> kind, String name) {
        ShardSet set = kind.shardSet();
        Lookup lookup = system().cluster().whereIs(set, kind.placement(), name);
        if (lookup instanceof Lookup.Unavailable missing) {
            TreeSet<String> roles = new TreeSet<>(set.roles());
            system().cluster().nodes().stream()
                    .filter(node -> node.hosting().shards())
                    .forEach(node -> roles.removeAll(node.hosting().roles()));
            throw new KindUnavailableException(
                    "actor " + name + " of " + kind + " cannot live in set " + set.name() + " now: " + missing.why(),
                    roles);
        }
    }

    /** {@return true if a name of a shard is registered, as this node's copy has it} */
    boolean isUsed(int shard) {
        boolean[] used = new boolean[1];
        store().view().visit(Cluster.ACTOR_KEYS, "", entry -> {
            Registration other = Registration.of(entry);
            Kind<?> kind = byName.get(other.kind());
            used[0] = kind != null && untyped(kind, other.name()).shard() == shard;
            return !used[0];
        });
        return used[0];
    }

    /** {@return how many names are registered as this node's copy has it; not more than what is one too many} */
    private int registered(int limit) {
        int[] names = {0};
        store().view().visit(Cluster.ACTOR_KEYS, "", entry -> ++names[0] < limit);
        return names[0];
    }

    <T> T await(String name, Supplier<CompletableFuture<T>> spawning) {
        if (!Room.mayWait(Objects.requireNonNull(runtime).platform)) {
            throw new IllegalStateException("actor " + name + " cannot be spawned by a thread that others wait for ("
                    + Thread.currentThread().getName() + "): use spawnAsync");
        }
        CompletableFuture<T> spawned = spawning.get();
        try {
            return spawned.get(SPAWN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("actor " + name + " was not spawned", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "the log has not answered within " + SPAWN_SECONDS + " s whether actor " + name
                            + " is spawned: look for it with actorExists once a majority of the voters is up",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted before the log has answered whether actor " + name + " is spawned", e);
        }
    }

    /** With everything that was spawned or despawned anywhere before this call. */
    CompletableFuture<Optional<Registration>> lookUp(String name) {
        LocalActors.checked(name, "name of an actor");
        return barrier()
                .thenApplyAsync(
                        revision -> Optional.ofNullable(find(name)), Objects.requireNonNull(runtime).dispatcher);
    }

    /** With everything that was spawned or despawned anywhere before this call. */
    CompletableFuture<SpawnedPage> list(String prefix, @Nullable String after, int limit) {
        if (limit < 1 || limit > SpawnedPage.MAX_LIMIT) {
            throw new IllegalArgumentException("limit (" + limit + ") must be between 1 and " + SpawnedPage.MAX_LIMIT
                    + ": ask for the next part with what the page names as next");
        }
        return barrier()
                .thenApplyAsync(revision -> page(prefix, after, limit), Objects.requireNonNull(runtime).dispatcher);
    }

    private SpawnedPage page(String prefix, @Nullable String after, int limit) {
        MetadataView view = store().view();
        List<SpawnedPage.Entry> found = new ArrayList<>();
        boolean[] more = {false};
        view.visit(Registration.key(prefix), after == null ? "" : Registration.key(after), entry -> {
            more[0] = found.size() == limit;
            if (!more[0]) {
                Registration registered = Registration.of(entry);
                found.add(new SpawnedPage.Entry(registered.name(), registered.kind(), registered.revision()));
            }
            return !more[0];
        });
        return new SpawnedPage(
                List.copyOf(found), more[0] ? found.get(limit - 1).name() : null, view.revision());
    }

    CompletableFuture<Optional<Pid<?>>> get(String name) {
        return lookUp(name).thenApply(found -> found.map(this::pid));
    }

    /** The actor that bears a name, which somebody has to. */
    CompletableFuture<Pid<?>> demand(String name) {
        return get(name)
                .thenApply(found -> found.orElseThrow(() -> new IllegalArgumentException(
                        "no actor is named " + name + ": spawn it first, or look with spawnedActors who there is")));
    }

    private Pid<?> pid(Registration registered) {
        return pid(known(registered), registered.name(), registered.usual());
    }

    private Kind<?> known(Registration registered) {
        Kind<?> kind = kind(registered.kind());
        if (kind == null) {
            throw new IllegalStateException("actor " + registered.name() + " is of kind " + registered.kind()
                    + ", which node " + system().nodeId() + " does not have: give it to this node, too");
        }
        return kind;
    }

    CompletableFuture<Boolean> despawn(String name) {
        String key = Registration.key(LocalActors.checked(name, "name of an actor"));
        return store().txn(new Txn(List.of(Compare.exists(key)), List.of(new Op.Delete(key)), List.of()))
                .thenApplyAsync(result -> result.succeeded(), Objects.requireNonNull(runtime).dispatcher);
    }

    /** By what this node has applied if the name is there, else behind a barrier. */
    CompletableFuture<SendOutcome> route(String name, Object message, @Nullable DeliveryGuarantee guarantee) {
        LocalActors.checked(name, "name of an actor");
        Registration applied = find(name);
        if (applied != null) {
            return tell(applied, message, guarantee);
        }
        return lookUp(name)
                .thenCompose(found -> found.map(registered -> tell(registered, message, guarantee))
                        .orElseGet(() -> CompletableFuture.completedFuture(
                                new SendOutcome.NotExecuted(SendOutcome.Reason.ENDED))));
    }

    private CompletableFuture<SendOutcome> tell(
            Registration registered, Object message, @Nullable DeliveryGuarantee guarantee) {
        Kind<?> kind = known(registered);
        if (!kind.protocol().isInstance(message)) {
            throw new IllegalArgumentException("a " + message.getClass().getName() + " is no message of " + kind
                    + ", of which actor " + registered.name() + " is: it takes "
                    + kind.protocol().getName());
        }
        EntityPid<Object> actor = untyped(kind, registered.name());
        DeliveryGuarantee chosen = guarantee != null ? guarantee : registered.usual();
        return chosen == null ? actor.tell(message) : actor.tell(message, chosen);
    }
}
