package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.spi.HostedActors;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The receiving side of this node: what happens to a message that arrives for one of the {@link HostedShards}. A node
 * that does not own the shard never runs it; a node that is about to own it keeps it for a while. Frames come from the
 * transport's thread and from this node's own senders; ends come from any thread.
 */
final class Receiver {
    private static final byte[] NO_REPLY = {};

    /** Frames of unknown epochs are kept for as many shards' worth: a sender may hear of a failover first. */
    private static final int EARLY_SHARDS = 4;

    private final HostedShards hosted;
    private final RoutingTable routing;
    private final ShardStores stores;
    private final HostedActors actors;
    private final Acknowledgements acknowledgements;
    private final DeliveryLimits limits;
    private final NanoClock clock;
    private final EarlyFrames early;

    private final Nearby nearby;
    private final Postponed postponed = new Postponed();

    Receiver(
            HostedShards hosted,
            RoutingTable routing,
            ShardStores stores,
            HostedActors actors,
            Acknowledgements acknowledgements,
            DeliveryLimits limits,
            NanoClock clock) {
        this.hosted = hosted;
        this.routing = routing;
        this.stores = stores;
        this.actors = actors;
        this.acknowledgements = acknowledgements;
        this.limits = limits;
        this.clock = clock;
        nearby = new Nearby(clock.nanoTime());
        early = new EarlyFrames(hosted.shards(), EARLY_SHARDS * limits.maxHeld(), shard -> epoch(routing.route(shard)));
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
        // The handshake makes shard counts agree: only a broken peer sends another shard.
        if (frame.shard() >= 0 && frame.shard() < hosted.shards() && !early.keep(frame)) {
            look(frame, besides);
        }
    }

    private void look(InboundFrame frame, @Nullable Nearby besides) {
        Route route = routing.route(frame.shard());
        long viewEpoch = epoch(route);
        HostedShard shard = hosted.at(frame.shard());
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

    private static long epoch(@Nullable Route route) {
        return route == null ? 0 : route.epoch();
    }

    private void holdInShard(HostedShard shard, InboundFrame frame, Route route) {
        if (shard.held.size() < limits.maxHeld()) {
            shard.held.add(frame);
        } else {
            acknowledgements.refuse(shard, frame, Nack.Reason.BUSY, route);
        }
    }

    /** The shard takes messages from now on: those that came before. Under its lock. */
    void onActive(HostedShard shard) {
        Route route = routing.route(shard.shard());
        for (InboundFrame frame; route != null && (frame = shard.held.poll()) != null; ) {
            accept(shard, frame, route);
        }
    }

    /** The table has another route, and {@link HostedShards} knows it: what came too early is looked at again. */
    void onRoute(int shard) {
        early.look(shard, frame -> look(frame, null));
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
        ReceiveChannel channel = shard.channel(source, stores);
        if (channel == null) {
            return; // of a life of the sender that is over: nobody waits for an answer
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

    /** Time has passed: what the store was too busy for is tried again. */
    void onTick() {
        postponed.run();
    }
}
