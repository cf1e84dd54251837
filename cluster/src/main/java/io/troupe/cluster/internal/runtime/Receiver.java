package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.troupe.cluster.ActorSync;
import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.handoff.TransferredWindow;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.placement.ShardRecord;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.cluster.spi.ShardFlags;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving side of this node: what happens to a message that arrives for a shard. A node that does not own the
 * shard never runs it; a node that is about to own it keeps it for a while. Frames come from the transport's thread and
 * from this node's own senders; ends come from any thread.
 */
final class Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);
    private static final byte[] NO_REPLY = {};

    /** Frames of unknown epochs are kept for as many shards' worth: a sender may hear of a failover first. */
    private static final int EARLY_SHARDS = 4;

    private final AtomicReferenceArray<@Nullable HostedShard> hosted;
    /** Where messages have ended whose senders may not have been told. */
    private final ShardFlags untold;

    private final RoutingTable routing;
    private final Membership membership;
    private final ShardStores stores;
    private final HostedActors actors;
    private final Acknowledgements acknowledgements;
    private final DeliveryLimits limits;
    private final NanoClock clock;
    /** Frames of an epoch that this node has not heard of yet, per shard; guarded by itself. */
    private final ArrayDeque<InboundFrame> early = new ArrayDeque<>();

    private final HandOff handOff;
    private final Nearby nearby;
    private final Postponed postponed = new Postponed();

    Receiver(
            RoutingTable routing,
            Membership membership,
            ShardStores stores,
            HostedActors actors,
            Acknowledgements.Replies replies,
            DeliveryLimits limits,
            HandOff handOff) {
        hosted = new AtomicReferenceArray<>(routing.shards());
        untold = new ShardFlags(routing.shards());
        this.routing = routing;
        this.membership = membership;
        this.stores = stores;
        this.actors = actors;
        acknowledgements = new Acknowledgements(replies);
        this.limits = limits;
        this.handOff = handOff;
        clock = membership.clock();
        nearby = new Nearby(clock.nanoTime());
    }

    /** A frame of this node itself, or one that was kept for a while. */
    void onFrame(InboundFrame frame) {
        onFrame(frame, null);
    }

    /** A frame of another node. On a thread of the links. */
    void onArrival(InboundFrame frame) {
        onFrame(frame, nearby);
    }

    private void onFrame(InboundFrame frame, @Nullable Nearby besides) {
        if (frame.shard() < 0 || frame.shard() >= hosted.length()) {
            return; // the handshake makes shard counts agree: only a broken peer sends this
        }
        Route route = routing.route(frame.shard());
        long viewEpoch = route == null ? 0 : route.epoch();
        if (frame.epoch() > viewEpoch) {
            hold(frame);
            return;
        }
        HostedShard shard = hosted.get(frame.shard());
        // An older epoch is refused too: a late copy of what that epoch has run would run again.
        if (shard == null || route == null || shard.epoch() != viewEpoch || frame.epoch() != viewEpoch) {
            acknowledgements.refuse(frame, Nack.Reason.NOT_OWNER, route);
            return;
        }
        shard.lock.lock();
        try {
            shard.nearby = besides;
            switch (shard.state()) {
                case RAISING -> holdInShard(shard, frame, route);
                case ACTIVE -> accept(shard, frame, route);
                case MOVING -> {
                    // Not taken: its sender sends it to the next owner as soon as there is one, or here again.
                }
                case LOST -> acknowledgements.refuse(shard, frame, Nack.Reason.FENCED, route);
            }
        } finally {
            shard.nearby = null;
            shard.lock.unlock();
        }
    }

    private void hold(InboundFrame frame) {
        synchronized (early) {
            if (early.size() < EARLY_SHARDS * limits.maxHeld()) {
                early.add(frame);
            } // else dropped: the sender asks again after its retry time
        }
    }

    private void holdInShard(HostedShard shard, InboundFrame frame, Route route) {
        if (shard.held.size() < limits.maxHeld()) {
            shard.held.add(frame);
        } else {
            acknowledgements.refuse(shard, frame, Nack.Reason.BUSY, route);
        }
    }

    /** Under the shard's lock, so that the order of a channel is the order of delivery. */
    private void accept(HostedShard shard, InboundFrame frame, Route route) {
        if (!shard.mayRun() && !actors.goesOnUnfenced(frame.content())) {
            acknowledgements.refuse(shard, frame, Nack.Reason.FENCED, route);
            return;
        }
        SessionId source = frame.source();
        if (source == null) {
            actors.deliver(new HostedMessage(acknowledgements, shard, frame, clock));
            return;
        }
        ReceiveChannel channel = shard.channel(source, stores.of(shard.shard()));
        if (channel == null) {
            return; // of an earlier life of the sender: nobody waits for an answer
        }
        switch (channel.onData(frame.sequence(), frame.floor())) {
            case DELIVER -> deliver(shard, frame);
            case SETTLED -> {
                End end = channel.end(frame.sequence());
                if (end != null) {
                    acknowledgements.ack(shard, frame, channel.nextExpected(), end);
                }
            }
            case GAP -> acknowledgements.accepted(shard, frame, channel.nextExpected(), true);
            case IN_PROGRESS -> acknowledgements.accepted(shard, frame, channel.nextExpected(), false);
            case WINDOW_FULL -> acknowledgements.refuse(shard, frame, Nack.Reason.BUSY, route);
            case BELOW_FLOOR -> {
                // Settled and known to the sender: a late copy, nothing waits for an answer.
            }
        }
    }

    private void deliver(HostedShard shard, InboundFrame frame) {
        if (!frame.skip()) {
            actors.deliver(new HostedMessage(acknowledgements, shard, frame, clock));
        } else if (frame.durable()) {
            skipInLog(shard, frame);
        } else {
            acknowledgements.onEnd(shard, frame, End.Code.SKIPPED.wire(), NO_REPLY);
        }
    }

    /** A sequence given up by its sender is poisoned in the log, so that no earlier copy can take effect later. */
    private void skipInLog(HostedShard shard, InboundFrame frame) {
        Txn poison = Txn.guarded(
                List.of(ClusterKeys.fenceHolds(shard.shard(), shard.epoch())),
                List.of(settle(frame, End.Code.SKIPPED.wire(), NO_REPLY)));
        CompletableFuture<?> unused = stores.of(shard.shard()).txn(poison).whenComplete((result, failure) -> {
            if (result instanceof TxnResult.Succeeded) {
                acknowledgements.onEnd(shard, frame, End.Code.SKIPPED.wire(), NO_REPLY);
            } else if (result instanceof TxnResult.SettleRefused refused
                    && refused.reason() == TxnResult.Reason.SETTLED) {
                acknowledgements.onEnd(shard, frame, refused.outcome(), refused.reply());
            } else if (Wiring.wasNotProposed(failure)) {
                postponed.add(() -> skipInLog(shard, frame));
            } // else the shard has moved on or the session is over: its next owner answers
        });
    }

    static Op.Settle settle(InboundFrame frame, int code, byte[] reply) {
        SessionId source = frame.source();
        if (source == null) {
            throw new IllegalStateException("an AT_MOST_ONCE message has no settle mark");
        }
        return new Op.Settle(source, frame.shard(), frame.sequence(), frame.floor(), code, reply);
    }

    /** The shard table has changed. Called on the store's watch thread. */
    void onRecord(int shard, @Nullable ShardRecord news) {
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
            raiseFence(
                    new HostedShard(shard, news.epoch(), membership, clock, acknowledgements::tellEnded, untold), news);
        }
        handOff.onRecord(shard, news);
        releaseEarly(shard);
    }

    private void releaseEarly(int shard) {
        List<InboundFrame> due;
        synchronized (early) {
            if (early.isEmpty()) {
                return;
            }
            due = early.stream().filter(frame -> frame.shard() == shard).toList();
            early.removeIf(frame -> frame.shard() == shard);
        }
        due.forEach(this::onFrame);
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
        var fence = result.reads().isEmpty() ? null : result.reads().get(0);
        return fence != null && java.util.Arrays.equals(fence.value(), ClusterKeys.epochBytes(shard.epoch()));
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
            Route route = routing.route(shard.shard());
            for (InboundFrame frame; route != null && (frame = shard.held.poll()) != null; ) {
                accept(shard, frame, route);
            }
        } finally {
            shard.lock.unlock();
        }
        handOff.onRecord(
                shard.shard(), routing.shardRecord(shard.shard())); // it may have been ordered to move meanwhile
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
            return shard.channels(stores.of(shard.shard()));
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
        for (int shard = untold.next(0); shard >= 0; shard = untold.next(shard + 1)) {
            untold.lower(shard);
            HostedShard current = hosted.get(shard);
            if (current != null) {
                current.tellEnded(); // a turn may take its time with a message behind those that it has ended
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
