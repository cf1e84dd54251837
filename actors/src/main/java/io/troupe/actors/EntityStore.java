package io.troupe.actors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/** Owns the schema of the entities' keys, and builds the one transaction of a message's effect. */
final class EntityStore {
    private static final String ENTITIES = "entity/";

    private final Cluster cluster;
    private final MetadataStore store;

    EntityStore(Cluster cluster) {
        this.cluster = cluster;
        store = cluster.store();
    }

    private static String key(OwnedShard shard, EntityId id) {
        return ENTITIES + Cluster.paddedShard(shard.shard()) + '/' + id.kind() + '/' + id.id();
    }

    /**
     * Commit id and state of an entity, or null if nothing was ever stored, at or after the raised fence: at once on a
     * node with a log, through the log on others.
     */
    CompletableFuture<@Nullable KeyValue> load(OwnedShard shard, EntityId id) {
        return store.read(key(shard, id));
    }

    /** True if a load would find what had been committed at a revision. */
    boolean hasApplied(OwnedShard shard, EntityId id, long revision) {
        return !store.keeps(key(shard, id)) || store.view().revision() >= revision;
    }

    /** Fence, exact predecessor, settle mark and state: all or nothing. */
    CompletableFuture<TxnResult> commit(
            OwnedShard shard,
            EntityId id,
            @Nullable CommitId predecessor,
            @Nullable CommitId commit,
            byte[] state,
            Op.@Nullable Settle settle) {
        String key = key(shard, id);
        List<Op> then = new ArrayList<>(2);
        if (settle != null) {
            then.add(settle);
        }
        if (commit != null) {
            then.add(new Op.Put(key, commit.withState(state)));
        }
        return store.txn(new Txn(
                List.of(cluster.fenceHolds(shard), follows(key, predecessor)),
                then,
                List.of(new Op.Get(cluster.fenceHolds(shard).key()))));
    }

    /** Why the store did not even take a transaction, or null if it did: then it may be applied. */
    static MetadataException.@Nullable Code refusal(CompletableFuture<?> commit) {
        if (!commit.isCompletedExceptionally()) {
            return null;
        }
        Throwable failure = commit.handle((result, why) -> why).join();
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause instanceof MetadataException known
                        && (known.code() == MetadataException.Code.BUSY
                                || known.code() == MetadataException.Code.TOO_LARGE)
                ? known.code()
                : null;
    }

    private static Compare follows(String key, @Nullable CommitId predecessor) {
        return predecessor == null ? Compare.absent(key) : Compare.valueStartsWith(key, predecessor.encode());
    }

    /** Settles a message that no entity can take. */
    CompletableFuture<TxnResult> settle(OwnedShard shard, Op.Settle settle) {
        return store.txn(Txn.guarded(List.of(cluster.fenceHolds(shard)), List.of(settle)));
    }

    /** True if a refused commit was refused for its predecessor, not for the fence. */
    boolean fenceHolds(OwnedShard shard, TxnResult refused) {
        KeyValue fence = refused.reads().isEmpty() ? null : refused.reads().get(0);
        return fence != null
                && Arrays.equals(fence.value(), cluster.fenceHolds(shard).bytes());
    }
}
