package io.troupe.actors;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** The address of an entity of the cluster: whoever bears its kind and id, on whatever node. */
final class EntityPid<M> extends Pid<M> {
    private final Kind<M> kind;
    private final EntityId entity;
    /** -1 until the set of the kind is known; never changes after that. */
    private int shard = -1;
    /** Made with its first message. */
    private volatile byte @Nullable [] header;

    private final ClusterActorSystem system;
    /** What a spawned actor asked for; null for the system's default. */
    private final @Nullable DeliveryGuarantee usual;

    EntityPid(Kind<M> kind, EntityId entity, ClusterActorSystem system) {
        this(kind, entity, system, null);
    }

    EntityPid(Kind<M> kind, EntityId entity, ClusterActorSystem system, @Nullable DeliveryGuarantee usual) {
        this.kind = kind;
        this.entity = entity;
        this.system = system;
        this.usual = usual;
    }

    /** {@return the same, for what only an entity has} */
    static EntityPid<?> of(Pid<?> actor) {
        if (actor instanceof EntityPid<?> entity) {
            return entity;
        }
        if (actor instanceof ReplyPid<?>) {
            throw new IllegalArgumentException(actor
                    + " is the address for one answer, not an actor: it can be told the answer, and nothing else");
        }
        throw new IllegalArgumentException(
                actor + " is an actor of this process alone: it has no shard, lives here as long"
                        + " as it lives, and cannot move; use an entity for what should");
    }

    @Override
    public EntityId entity() {
        return entity;
    }

    @Override
    public ActorSystem system() {
        return system;
    }

    @Override
    Kind<M> kind() {
        return kind;
    }

    ClusterActorSystem owner() {
        return system;
    }

    /** {@return the guarantee that it was spawned with, if there was one} */
    @Nullable
    DeliveryGuarantee usual() {
        return usual;
    }

    LocalActors locals() {
        return system.locals();
    }

    /** {@return what stands before each message to it; do not modify} */
    byte[] header() {
        byte[] known = header;
        if (known == null) {
            known = Envelope.header(entity);
            header = known;
        }
        return known;
    }

    int shard() {
        int known = shard;
        if (known < 0) {
            known = system.shardOf(kind, entity);
            shard = known;
        }
        return known;
    }

    @Override
    public CompletableFuture<SendOutcome> tell(M message) {
        return tell(message, usual != null ? usual : system.usualGuarantee(kind));
    }

    @Override
    public CompletableFuture<SendOutcome> tell(M message, DeliveryGuarantee guarantee) {
        Cell.refuseInDurableHandler(this);
        return system.sender().send(this, message, guarantee, 0);
    }

    @Override
    public CommitBefore<M> commitBefore(Duration limit) {
        return new CommitBefore<>(this, system, limit);
    }

    @Override
    public <R> CompletableFuture<R> ask(Query<R> query, Duration timeout) {
        Cell.refuseInDurableHandler(this);
        return system.sender().ask(this, query, timeout, 0);
    }

    @Override
    public <R> CompletableFuture<R> ask(Function<Pid<R>, ? extends M> message, Duration timeout) {
        Cell.refuseInDurableHandler(this);
        return system.sender().ask(this, message, timeout);
    }

    @Override
    public CompletableFuture<SendOutcome> resolve(SendOutcome.Unknown unknown) {
        return kind.isDurable()
                ? system.cluster().resolve(unknown.messageId())
                : CompletableFuture.completedFuture(unknown);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EntityPid<?> pid && pid.entity.equals(entity) && pid.system == system;
    }

    @Override
    public int hashCode() {
        return entity.hashCode();
    }
}
