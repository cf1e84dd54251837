package io.troupe.actors;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.ShardSet;
import org.jspecify.annotations.Nullable;

/**
 * An actor that is about to be spawned in the cluster. Immutable: each method answers another one. On which nodes it
 * may live is said by its kind's {@link Kind#in shard set}: roles, pins and preferences hold for all actors of a kind.
 * With several kinds for one class, in different sets, each spawn says which of them it means.
 *
 * @param <M> the messages it takes
 */
public final class ActorBuilder<M> {
    private final NamedActors actors;
    private final NamedActors.Spawnable<M> spawnable;
    private final SpawnPlace place;
    private final @Nullable String id;
    private final @Nullable DeliveryGuarantee guarantee;

    ActorBuilder(
            NamedActors actors,
            NamedActors.Spawnable<M> spawnable,
            SpawnPlace place,
            @Nullable String id,
            @Nullable DeliveryGuarantee guarantee) {
        this.actors = actors;
        this.spawnable = spawnable;
        this.place = place;
        this.id = id;
        this.guarantee = guarantee;
    }

    /**
     * {@return the same with a name}
     *
     * @param name its name, unique in the cluster; 1 to {@value Envelope#MAX_ID_LENGTH} bytes of UTF-8 without '/'
     * @throws IllegalArgumentException if it is none
     */
    public ActorBuilder<M> withId(String name) {
        return new ActorBuilder<>(actors, spawnable, place, LocalActors.checked(name, "name of an actor"), guarantee);
    }

    /**
     * {@return the same with a guarantee for what is told to it without one} It is registered with the name, so that
     * {@link ClusterActorSystem#get} knows it, too.
     *
     * @param usual the guarantee
     */
    public ActorBuilder<M> withDeliveryGuarantee(DeliveryGuarantee usual) {
        return new ActorBuilder<>(actors, spawnable, place, id, usual);
    }

    /**
     * {@return the same, on nodes that have a role} It becomes an actor of the kind whose shard set asks for that role.
     * More than one may be named.
     *
     * @param role the role
     */
    public ActorBuilder<M> withRole(String role) {
        return new ActorBuilder<>(actors, spawnable, place.onRole(Objects.requireNonNull(role)), id, guarantee);
    }

    /**
     * {@return the same, on the shards of a set} It becomes an actor of the kind that is in that set: so the set's
     * strategy, pins and roles are those of the actor.
     *
     * @param set the set, as the kind has it
     */
    public ActorBuilder<M> withPlacement(ShardSet set) {
        return new ActorBuilder<>(actors, spawnable, place.in(Objects.requireNonNull(set)), id, guarantee);
    }

    /**
     * Spawns it and waits until its name is its own. Not on a thread of a system, such as a handler's, and not on
     * virtual time: there it would keep what it waits for from happening.
     *
     * @return its address
     * @throws ActorNameTakenException if another actor bears the name
     * @throws KindUnavailableException if it was said where it is to live, and no kind of its class can live there, or
     *     no live node can run it there now
     * @throws SpawnLimitException if too many names are registered
     * @throws IllegalStateException if it has no name, if it could be of several kinds, if the calling thread must not
     *     wait, or if that takes longer than {@value NamedActors#SPAWN_SECONDS} s; then it may be spawned or not
     */
    public Pid<M> spawn() {
        return actors.await(name(), this::spawnAsync);
    }

    /**
     * Spawns it. It starts at once on the node that owns its shard, without waiting for a message, and again whenever
     * that is another one.
     *
     * @return completes with its address when its name is committed to be its own; fails with {@link
     *     ActorNameTakenException}, {@link KindUnavailableException} or {@link SpawnLimitException}, or with
     *     {@link io.troupe.metadata.MetadataException} if the log cannot be reached: then it may be spawned or not
     * @throws IllegalStateException if it has no name, or could be of several kinds
     */
    public CompletableFuture<Pid<M>> spawnAsync() {
        return actors.spawn(spawnable, place, name(), guarantee);
    }

    private String name() {
        if (id == null) {
            throw new IllegalStateException("an actor of " + spawnable + " has no name: call withId before spawn");
        }
        return id;
    }
}
