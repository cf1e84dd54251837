package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.internal.delivery.DeliveryLimits;
import io.troupe.cluster.internal.delivery.End;
import io.troupe.cluster.internal.delivery.Nack;
import io.troupe.cluster.internal.delivery.OutboundMessage;
import io.troupe.cluster.internal.delivery.Route;
import io.troupe.cluster.internal.delivery.SendChannel;
import io.troupe.cluster.internal.delivery.SendOutput;
import io.troupe.cluster.spi.OutcomeListener;
import io.troupe.cluster.spi.Platform;
import io.troupe.cluster.spi.Sent;
import io.troupe.cluster.spi.ShardFlags;
import io.troupe.metadata.SessionId;
import io.troupe.transport.Lane;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of this node: one {@link SendChannel} per target shard, each behind a lock of its own, so that the
 * thread that sends also writes to the link. Outcomes are told after the lock is released, because what listens may
 * send again.
 */
final class Sender {
    private final AtomicReferenceArray<@Nullable Slot> slots;
    /** Channels that wait for something; raised and lowered under the lock of their slots. */
    private final ShardFlags waiting;

    private final DeliveryLimits limits;
    private final SendOutput output;
    private final RoutingTable routing;

    /** By shard: the lane that its messages take. */
    private final IntFunction<Lane> lanes;

    private final Platform platform;
    private final NanoClock clock;
    private final ByteBudget budget;
    private volatile @Nullable SessionId session;
    private volatile boolean stopped;

    Sender(
            int shards,
            DeliveryLimits limits,
            ByteBudget budget,
            RoutingTable routing,
            IntFunction<Lane> lanes,
            SendOutput output,
            Platform platform) {
        slots = new AtomicReferenceArray<>(shards);
        waiting = new ShardFlags(shards);
        this.limits = limits;
        this.budget = budget;
        this.routing = routing;
        this.lanes = lanes;
        this.output = output;
        this.platform = platform;
        clock = platform.clock();
    }

    /** One channel, its lock, and the outcomes that wait for the lock's release. */
    private final class Slot {
        private final ReentrantLock lock = new ReentrantLock();
        private final SendChannel channel;
        private final ArrayDeque<Pending> ended = new ArrayDeque<>();
        /** The session the channel is open under; guarded by the lock. */
        private @Nullable SessionId opened;

        Slot(int shard) {
            channel = new SendChannel(shard, limits, output);
        }

        /** Opens or closes the channel to match the newest session, whichever thread learned it first. */
        void matchSession(long now) {
            SessionId current = session;
            if (java.util.Objects.equals(current, opened)) {
                return;
            }
            opened = current;
            if (current == null) {
                channel.close(now);
            } else {
                channel.open(current, now);
            }
        }

        void lock() {
            assert lock.isHeldByCurrentThread() || ShardLock.holdsNone() : "two threads could wait for each other";
            lock.lock();
        }

        void with(Consumer<SendChannel> step) {
            lock();
            try {
                step.accept(channel);
            } finally {
                unlockAndTell();
            }
        }

        void unlockAndTell() {
            if (ended.isEmpty() || lock.getHoldCount() > 1) {
                lock.unlock();
                return;
            }
            Pending[] told = ended.toArray(Pending[]::new);
            ended.clear();
            lock.unlock();
            tell(told, 0);
        }

        /** All of them, whatever one throws. */
        private static void tell(Pending[] told, int from) {
            int next = from;
            try {
                while (next < told.length) {
                    told[next++].tell();
                }
            } finally {
                if (next < told.length) {
                    tell(told, next);
                }
            }
        }
    }

    /** Keeps an outcome until the channel's lock is released; from then on the message takes no room. */
    private final class Pending implements io.troupe.cluster.internal.delivery.OutcomeListener {
        private final Slot slot;
        private final int length;
        private final OutcomeListener listener;
        private @Nullable SendOutcome outcome;
        private byte[] reply = {};

        Pending(Slot slot, int length, OutcomeListener listener) {
            this.slot = slot;
            this.length = length;
            this.listener = listener;
        }

        @Override
        public void onOutcome(SendOutcome newOutcome, byte[] newReply) {
            outcome = newOutcome;
            reply = newReply;
            slot.ended.add(this);
            budget.giveBack(length);
        }

        void tell() {
            SendOutcome known = outcome;
            if (known != null) {
                listener.onOutcome(known, reply);
            }
        }
    }

    /** Sends above AT_MOST_ONCE; null when the channel is full, or this node's budget spent, and nothing was kept. */
    @Nullable
    OutboundMessage send(
            int shard,
            DeliveryGuarantee guarantee,
            boolean durable,
            byte[] content,
            long deadlineNs,
            OutcomeListener listener) {
        if (!budget.take(content.length)) {
            return null;
        }
        Slot slot = slot(shard);
        slot.lock();
        try {
            Pending pending = new Pending(slot, content.length, listener);
            OutboundMessage message =
                    new OutboundMessage(guarantee, durable, content, content.length, deadlineNs, pending);
            if (slot.channel.send(message, clock.nanoTime())) {
                waiting.raise(shard);
                return message;
            }
            budget.giveBack(content.length);
            return null;
        } finally {
            slot.unlockAndTell();
        }
    }

    /** Takes a message back, as far as that can be. */
    void cancel(Sent sent) {
        OutboundMessage message = (OutboundMessage) sent;
        with(message.shard(), channel -> channel.cancel(message, clock.nanoTime()));
    }

    private Slot slot(int shard) {
        Slot slot = slots.get(shard);
        if (slot != null) {
            return slot;
        }
        Slot fresh = new Slot(shard);
        fresh.lock();
        try {
            if (!slots.compareAndSet(shard, null, fresh)) {
                return java.util.Objects.requireNonNull(slots.get(shard));
            }
            // Published before it reads route and session: a change from now on finds the slot and waits for its lock.
            long now = clock.nanoTime();
            fresh.channel.onRoute(routing.route(shard), now);
            fresh.matchSession(now);
            if (stopped) {
                fresh.channel.stop(now);
            }
            return fresh;
        } finally {
            fresh.unlockAndTell();
        }
    }

    void onSession(@Nullable SessionId newSession) {
        session = newSession;
        long now = clock.nanoTime();
        for (int shard = 0; shard < slots.length(); shard++) {
            Slot slot = slots.get(shard);
            if (slot != null) {
                slot.with(channel -> slot.matchSession(now));
            }
        }
    }

    void onRoute(int shard, @Nullable Route route) {
        with(shard, channel -> channel.onRoute(route, clock.nanoTime()));
    }

    /** Messages may have been lost on a lane, or answers, which come on the ordinary one. */
    void onLinkOpened(String nodeId, Lane lane) {
        long now = clock.nanoTime();
        for (int shard = 0; shard < slots.length(); shard++) {
            Slot slot = slots.get(shard);
            if (slot != null && (lane == Lane.ORDINARY || lane == lanes.apply(shard))) {
                slot.with(channel -> channel.onLinkOpened(nodeId, now));
            }
        }
    }

    void onLinkWritable(String nodeId, Lane lane) {
        long now = clock.nanoTime();
        for (int shard = 0; shard < slots.length(); shard++) {
            Slot slot = slots.get(shard);
            if (slot != null && lane == lanes.apply(shard)) {
                slot.with(channel -> channel.onLinkWritable(nodeId, now));
            }
        }
    }

    /** Without a step made for it: there may be one for every message. */
    void onEnds(int shard, long incarnation, long first, long mask, End end, long nextExpected, long epoch) {
        Slot slot = existing(shard);
        if (slot == null) {
            return;
        }
        slot.lock();
        try {
            slot.channel.onEnds(incarnation, first, mask, end, nextExpected, epoch, clock.nanoTime());
        } finally {
            slot.unlockAndTell();
        }
    }

    void onAccepted(int shard, long incarnation, long nextExpected, boolean gap, long epoch) {
        with(shard, channel -> channel.onAccepted(incarnation, nextExpected, gap, epoch, clock.nanoTime()));
    }

    void onNack(int shard, Nack.Reason reason, String owner, long epoch) {
        with(shard, channel -> channel.onNack(reason, owner, epoch, clock.nanoTime()));
    }

    void onTick(long nowNs) {
        for (int shard = waiting.next(0); shard >= 0; shard = waiting.next(shard + 1)) {
            Slot slot = slot(shard);
            slot.lock();
            try {
                if (slot.channel.isIdle()) {
                    waiting.lower(shard);
                } else {
                    slot.channel.onTick(nowNs, platform.random());
                }
            } finally {
                slot.unlockAndTell();
            }
        }
    }

    /** The node is closing: every message ends now, and later ones at once. */
    void stop() {
        stopped = true;
        long now = clock.nanoTime();
        forEach(channel -> channel.stop(now));
    }

    long retransmissions() {
        long[] sum = {0};
        forEach(channel -> sum[0] += channel.retransmissions());
        return sum[0];
    }

    long unsettled() {
        long[] sum = {0};
        forEach(channel -> sum[0] += channel.unsettled());
        return sum[0];
    }

    /** Whether this thread holds the lock of a shard's channel. */
    boolean isHeld(int shard) {
        Slot slot = slots.get(shard);
        return slot != null && slot.lock.isHeldByCurrentThread();
    }

    private void with(int shard, Consumer<SendChannel> step) {
        Slot slot = existing(shard);
        if (slot != null) {
            slot.with(step);
        }
    }

    private @Nullable Slot existing(int shard) {
        // A frame from a node with another shard count cannot pass the handshake; drop what claims to.
        return shard < 0 || shard >= slots.length() ? null : slots.get(shard);
    }

    private void forEach(Consumer<SendChannel> step) {
        for (int shard = 0; shard < slots.length(); shard++) {
            with(shard, step);
        }
    }
}
