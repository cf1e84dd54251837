package io.troupe.actors;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.troupe.actors.internal.durable.CommitId;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/** Owns the schema of the entities' keys, and builds the one transaction of a message's effect. */
final class EntityStore {
    private static final byte[] NO_BYTES = {};

    private final Cluster cluster;

    EntityStore(Cluster cluster) {
        this.cluster = cluster;
    }

    private MetadataStore store(OwnedShard shard) {
        return cluster.store(shard.shard());
    }

    /**
     * Commit id and state of an entity, or null if nothing was ever stored, at or after the raised fence: at once on a
     * node with a log, through the log on others.
     */
    CompletableFuture<@Nullable KeyValue> load(OwnedShard shard, EntityId id) {
        return store(shard).read(EntityKeys.entity(shard.shard(), id));
    }

    /**
     * What stands of an entity at a revision.
     *
     * @param entry    its entry, or null
     * @param revision the revision
     */
    record Stored(@Nullable KeyValue entry, long revision) {}

    /**
     * Commit id and state of an entity, for those who do not own it. What this node has applied counts only as long as
     * it has a lease, for that is what bounds its age; unless any age will do.
     */
    CompletableFuture<Stored> read(int shard, EntityId id, Read how, QuorumLoss without) {
        String key = EntityKeys.entity(shard, id);
        MetadataStore store = cluster.store(shard);
        if (!store.keeps(key)) {
            return store.txn(Txn.of(new Op.Get(key)))
                    .thenApply(result -> new Stored(result.reads().get(0), result.revision()));
        }
        if (how == Read.LOCAL && without != QuorumLoss.SERVE_READS && !cluster.isFresh(shard)) {
            return CompletableFuture.failedFuture(new ClusterException(
                    ClusterException.Code.NO_QUORUM,
                    "node " + store.nodeId()
                            + (cluster.inCluster() ? " has not heard of the log for a lease" : " has no lease")
                            + ", so nobody knows how old its copy of " + id
                            + " is: read it on another node, or let its kind say onQuorumLoss(SERVE_READS)"));
        }
        return how == Read.LOCAL
                ? CompletableFuture.completedFuture(applied(store, key))
                : store.barrier().thenApply(revision -> applied(store, key));
    }

    private static Stored applied(MetadataStore store, String key) {
        MetadataView view = store.view();
        return new Stored(view.get(key), view.revision());
    }

    /** True if a load would find what had been committed at a revision. */
    boolean hasApplied(OwnedShard shard, EntityId id, long revision) {
        MetadataStore store = store(shard);
        return !store.keeps(EntityKeys.entity(shard.shard(), id))
                || store.view().revision() >= revision;
    }

    /**
     * Fence, exact predecessor, settle mark, state and all else that follows from a message: all or nothing. A refused
     * one reads the fence, and then the key of what the entity has promised itself.
     */
    CompletableFuture<TxnResult> commit(
            OwnedShard shard,
            EntityId id,
            @Nullable CommitId predecessor,
            @Nullable CommitId commit,
            Outcome outcome,
            InboundMessage message) {
        String key = EntityKeys.entity(shard.shard(), id);
        Compare fence = cluster.fenceHolds(shard);
        List<Compare> conditions = new ArrayList<>(3);
        conditions.add(fence);
        conditions.add(follows(key, predecessor));
        List<Op> then = new ArrayList<>(2 + outcome.changes().ops().size());
        List<Op> otherwise = List.of(Op.Get.ofSmall(fence.key()));
        if (message instanceof OwnMessage own) {
            conditions.add(own.stands());
            then.add(own.change());
            otherwise = List.of(Op.Get.ofSmall(fence.key()), own.look());
        } else if (!message.isOneWay()) {
            then.add(message.settle(outcome.ending(), outcome.reply()));
        }
        write(shard, id, commit, outcome, then);
        then.addAll(outcome.changes().ops());
        return store(shard).txn(new Txn(conditions, then, otherwise));
    }

    private static void write(
            OwnedShard shard, EntityId id, @Nullable CommitId commit, Outcome outcome, List<Op> then) {
        if (commit != null) {
            then.add(new Op.Put(EntityKeys.entity(shard.shard(), id), commit.withState(outcome.encoded())));
            if (outcome.deletes()) {
                then.add(new Op.Put(EntityKeys.deleted(shard.shard(), id), NO_BYTES));
            }
        }
    }

    /**
     * What a transaction does to one entity.
     *
     * @param id          the entity
     * @param predecessor the commit that it was computed on; null when nothing was ever stored
     * @param commit      the commit it makes, or null when it leaves the state as it is
     * @param outcome     what the entity decided
     */
    record Write(
            EntityId id,
            @Nullable CommitId predecessor,
            @Nullable CommitId commit,
            Outcome outcome) {}

    /**
     * Fence, exact predecessor of every entity, one settle mark, all states and all else that follows: all or nothing.
     * The predecessor of an entity that leaves its state as it is counts, too: the others may have been decided on it.
     * A refused one reads the fence.
     */
    CompletableFuture<TxnResult> commit(OwnedShard shard, List<Write> writes, Outcome whole, InboundMessage message) {
        Compare fence = cluster.fenceHolds(shard);
        List<Compare> required = new ArrayList<>(1 + writes.size());
        List<Op> then =
                new ArrayList<>(1 + writes.size() + whole.changes().ops().size());
        required.add(fence);
        then.add(message.settle(whole.ending(), whole.reply()));
        for (Write write : writes) {
            required.add(follows(EntityKeys.entity(shard.shard(), write.id()), write.predecessor()));
            write(shard, write.id(), write.commit(), write.outcome(), then);
        }
        then.addAll(whole.changes().ops());
        return store(shard).txn(new Txn(required, then, List.of(Op.Get.ofSmall(fence.key()))));
    }

    /**
     * What a shard owes.
     *
     * @param outbox    its messages, by sequence
     * @param newest    the newest sequence that was ever assigned
     * @param reminders its reminders
     */
    record Owed(List<KeyValue> outbox, long newest, List<KeyValue> reminders) {}

    /**
     * What a shard owes, at or after the raised fence: at once on a node with a log, through the log on others. Also
     * removes what deleted entities have left, so that none of them may be active before.
     */
    CompletableFuture<Owed> owed(OwnedShard shard) {
        String queue = EntityKeys.outbox(shard.shard());
        MetadataStore store = store(shard);
        return store.read(queue)
                .thenCompose(newest -> all(store, queue + '/')
                        .thenCompose(entries -> all(store, EntityKeys.reminders(shard.shard()))
                                .thenCompose(reminders -> all(store, EntityKeys.deleted(shard.shard()))
                                        .thenCompose(deleted -> bury(shard, deleted))
                                        .thenApply(done -> new Owed(
                                                entries,
                                                newest == null
                                                        ? 0
                                                        : ByteBuffer.wrap(newest.value())
                                                                .getLong(),
                                                reminders)))));
    }

    /** Every entry with a prefix. */
    private static CompletableFuture<List<KeyValue>> all(MetadataStore store, String prefix) {
        List<KeyValue> found = new ArrayList<>();
        if (store.keeps(prefix)) {
            store.view().forEach(prefix, found::add);
            return CompletableFuture.completedFuture(found);
        }
        return part(store, prefix, "", found);
    }

    private static CompletableFuture<List<KeyValue>> part(
            MetadataStore store, String prefix, String after, List<KeyValue> found) {
        return store.txn(Txn.of(new Op.GetRange(prefix, after, Op.GetRange.MAX_KEYS)))
                .thenCompose(result -> {
                    result.reads().forEach(read -> found.add(Objects.requireNonNull(read)));
                    return result.reads().isEmpty()
                            ? CompletableFuture.completedFuture(found)
                            : part(store, prefix, found.get(found.size() - 1).key(), found);
                });
    }

    /**
     * Nobody of this epoch has computed anything on the commit id of a deleted entity, so it can go: unless the entity
     * was written again, at another revision than the marker of its deletion.
     */
    private CompletableFuture<?> bury(OwnedShard shard, List<KeyValue> deleted) {
        List<CompletableFuture<?>> removals = new ArrayList<>();
        for (KeyValue marker : deleted) {
            String entity = EntityKeys.entityOf(marker.key());
            removals.add(store(shard)
                    .txn(new Txn(
                            List.of(cluster.fenceHolds(shard), Compare.modRevision(entity, marker.modRevision())),
                            List.of(new Op.Delete(entity)),
                            List.of())));
            removals.add(guarded(shard, List.of(new Op.Delete(marker.key()))));
        }
        return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new));
    }

    /** Applied only if no later owner has raised the fence. */
    CompletableFuture<TxnResult> guarded(OwnedShard shard, List<Op> then) {
        return store(shard).txn(Txn.guarded(List.of(cluster.fenceHolds(shard)), then));
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

    /** True if a refused commit was refused for its predecessor, not for the fence. */
    boolean fenceHolds(OwnedShard shard, TxnResult refused) {
        KeyValue fence = refused.reads().isEmpty() ? null : refused.reads().get(0);
        return fence != null
                && Arrays.equals(fence.value(), cluster.fenceHolds(shard).bytes());
    }
}
