package io.troupe.cluster.internal.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import io.troupe.cluster.ActorSync;
import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.handoff.TransferredWindow;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.ShardFlags;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of this node, each from its grant to its loss: the fence is raised, what an earlier owner hands over is
 * taken, its actors run, it is frozen when it moves on and lost when the shard table says so or the lease is over.
 * Grants come on the store's watch thread, moves on the cluster thread, answers of the store on any.
 */
final class HostedShards {
    private static final Logger LOG = LoggerFactory.getLogger(HostedShards.class);

    private final AtomicReferenceArray<@Nullable HostedShard> hosted;
    /** Where messages have ended whose senders may not have been told. */
    private final ShardFlags untold;

    private final Membership membership;
    private final ShardStores stores;
    private final HostedActors actors;
    private final Acknowledgements acknowledgements;
    private final HandOff handOff;
    private final Postponed postponed = new Postponed();
    /** The shard that was looked at last for senders that have gone; on the cluster thread. */
    private int swept;

    private @Nullable Consumer<HostedShard> onActive;

    HostedShards(
            int shards,
            Membership membership,
            ShardStores stores,
            HostedActors actors,
            Acknowledgements acknowledgements,
            HandOff handOff) {
        hosted = new AtomicReferenceArray<>(shards);
        untold = new ShardFlags(shards);
        this.membership = membership;
        this.stores = stores;
        this.actors = actors;
        this.acknowledgements = acknowledgements;
        this.handOff = handOff;
    }

    /**
     * Call before anything is received.
     *
     * @param whenActive called with a shard that takes messages from now on, under its lock
     */
    void connect(Consumer<HostedShard> whenActive) {
        onActive = whenActive;
    }

    int shards() {
        return hosted.length();
    }

    /** {@return the shard under the newest epoch that was granted to this node; null if none ever was} Any thread. */
    @Nullable
    HostedShard at(int shard) {
        return hosted.get(shard);
    }

    /** The shard table has changed. Called on the store's watch thread. */
    void onRecord(int shard, @Nullable ShardRecord news, long revision) {
        HostedShard current = hosted.get(shard);
        if (current != null
                && current.state() != HostedShard.State.LOST
                && (news == null || news.epoch() != current.epoch())) {
            lose(current);
        }
        SessionId session = membership.session();
        if (news != null
                && session != null
                && news.isOwnedBy(session.nodeId(), session.incarnation())
                && (current == null || current.epoch() != news.epoch())) {
            raiseFence(new HostedShard(shard, news.epoch(), membership, acknowledgements::tellEnded, untold), news);
        }
        handOff.onRecord(shard, news, revision);
    }

    private void raiseFence(HostedShard shard, ShardRecord grant) {
        hosted.set(shard.shard(), shard);
        // Taken now: the shard may be ordered to move on before its fence is raised, and then the transfer is out of
        // date.
        CompletableFuture<Optional<Map<SessionId, TransferredWindow>>> windows = grant.continues() == 0
                ? CompletableFuture.completedFuture(Optional.of(Map.of()))
                : handOff.take(shard.shard(), grant.moveId());
        raiseAgain(shard, windows);
    }

    private void raiseAgain(HostedShard shard, CompletableFuture<Optional<Map<SessionId, TransferredWindow>>> windows) {
        MetadataStore store = stores.of(shard.shard());
        CompletableFuture<?> unused = store.txn(ClusterKeys.raiseFence(shard.shard(), shard.epoch()))
                .thenCompose(result -> Wiring.hear(store, result.revision()).thenApply(revision -> result))
                .whenComplete((result, failure) -> {
                    if (Wiring.wasNotProposed(failure) && shard.state() == HostedShard.State.RAISING) {
                        postponed.add(() -> raiseAgain(shard, windows));
                    } else if (failure != null) {
                        LOG.debug("{}: the fence was not raised: {}", shard, failure.toString());
                        lose(shard);
                    } else if (!result.succeeded() && !fenceIsOurs(shard, result)) {
                        lose(shard); // a later owner was faster: the shard table will say who
                    } else {
                        CompletableFuture<Void> unused2 = windows.thenAccept(taken -> activateOrRefuse(shard, taken));
                    }
                });
    }

    /** A grant that continues an earlier owner is worth nothing without what that owner handed over. */
    private void activateOrRefuse(HostedShard shard, Optional<Map<SessionId, TransferredWindow>> windows) {
        if (windows.isEmpty()) {
            LOG.error("{} continues an earlier owner, but has no transfer of it: taking it anew", shard);
            lose(shard);
            handOff.regrant(shard);
        } else {
            activate(shard, windows.get());
        }
    }

    private static boolean fenceIsOurs(HostedShard shard, TxnResult result) {
        KeyValue fence = result.reads().isEmpty() ? null : result.reads().get(0);
        return fence != null && Arrays.equals(fence.value(), ClusterKeys.epochBytes(shard.epoch()));
    }

    private void activate(HostedShard shard, Map<SessionId, TransferredWindow> windows) {
        shard.lock.lock();
        try {
            if (shard.state() != HostedShard.State.RAISING) {
                return;
            }
            shard.continues(windows);
            shard.state(HostedShard.State.ACTIVE);
            actors.onShardActive(shard);
            Objects.requireNonNull(onActive).accept(shard);
        } finally {
            shard.lock.unlock();
        }
        handOff.onActive(shard.shard()); // it may have been ordered to move meanwhile
    }

    /** Nothing of the shard starts any more; false if it is not active under this epoch. */
    @Nullable
    HostedShard freeze(int shard, long epoch, Runnable quiet) {
        HostedShard current = hosted.get(shard);
        if (current == null
                || current.epoch() != epoch
                || !change(current, HostedShard.State.ACTIVE, HostedShard.State.MOVING)) {
            return null;
        }
        actors.onShardMoving(current, quiet);
        return current;
    }

    /** The move is called off: what waits runs here after all. */
    void thaw(HostedShard shard) {
        if (change(shard, HostedShard.State.MOVING, HostedShard.State.ACTIVE)) {
            actors.onShardResumed(shard);
        }
    }

    private static boolean change(HostedShard shard, HostedShard.State from, HostedShard.State to) {
        shard.lock.lock();
        try {
            if (shard.state() != from) {
                return false;
            }
            shard.state(to);
            return true;
        } finally {
            shard.lock.unlock();
        }
    }

    List<Transfer.Channel> channels(HostedShard shard) {
        shard.tellEnded();
        shard.lock.lock();
        try {
            return shard.channels(stores);
        } finally {
            shard.lock.unlock();
        }
    }

    void lose(HostedShard shard) {
        boolean wasActive;
        shard.lock.lock();
        try {
            wasActive = shard.state() == HostedShard.State.ACTIVE || shard.state() == HostedShard.State.MOVING;
            shard.state(HostedShard.State.LOST);
            shard.forgetChannels();
        } finally {
            shard.lock.unlock();
        }
        shard.tellEnded();
        if (wasActive) {
            actors.onShardLost(shard);
        }
    }

    /** The node's lease is over: it owns nothing any more. */
    void loseAll() {
        handOff.clear();
        for (int shard = 0; shard < hosted.length(); shard++) {
            HostedShard current = hosted.get(shard);
            if (current != null && current.state() != HostedShard.State.LOST) {
                lose(current);
            }
        }
    }

    /**
     * Ends what this node still runs and owns no more, as it has applied the log; up to a revision that it has applied.
     */
    ActorSync sync(long revision) {
        int owned = 0;
        int ended = 0;
        for (int shard = 0; shard < hosted.length(); shard++) {
            // Read before the view: what is hosted was granted in this one or earlier.
            HostedShard current = hosted.get(shard);
            if (current == null || current.state() == HostedShard.State.LOST) {
                continue;
            }
            if (stands(current.shard(), current.epoch(), stores.first().view())) {
                owned++;
            } else {
                ended++;
                lose(current);
            }
        }
        return new ActorSync(revision, owned, ended);
    }

    /** True if an ownership is the committed one, and the life that it was granted to goes on. */
    static boolean stands(int shard, long epoch, MetadataView view) {
        KeyValue entry = view.get(ClusterKeys.shard(shard));
        ShardRecord record = entry == null ? null : ShardRecord.decode(entry.value(), entry.modRevision());
        return record != null
                && record.epoch() == epoch
                && view.isOpen(new SessionId(record.owner(), record.incarnation()));
    }

    /** Time has passed: what the store was too busy for is tried again. */
    void onTick() {
        postponed.run();
        forgetEnded();
        for (int shard = untold.next(0); shard >= 0; shard = untold.next(shard + 1)) {
            untold.lower(shard);
            HostedShard current = hosted.get(shard);
            if (current != null) {
                current.tellEnded(); // a turn may take its time with a message behind those that it has ended
            }
        }
    }

    /** One shard with each tick, in turn: what is kept of senders that have gone is in nobody's way. */
    private void forgetEnded() {
        swept = (swept + 1) % hosted.length();
        HostedShard current = hosted.get(swept);
        if (current != null && current.isHeld()) {
            current.lock.lock();
            try {
                current.forgetEnded(stores.first().view());
            } finally {
                current.lock.unlock();
            }
        }
    }

    boolean mayRun(int shard) {
        HostedShard current = hosted.get(shard);
        return current != null && current.mayRun();
    }

    int activeShards() {
        int active = 0;
        for (int shard = 0; shard < hosted.length(); shard++) {
            HostedShard current = hosted.get(shard);
            if (current != null && current.state() == HostedShard.State.ACTIVE) {
                active++;
            }
        }
        return active;
    }
}
