package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.internal.handoff.Transfer;
import io.troupe.cluster.internal.handoff.TransferredWindow;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.cluster.spi.ShardFlags;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.SettledWindow;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * One shard under one epoch of this node. RAISING until the fence is raised and its revision applied here, then ACTIVE,
 * finally LOST. While it is handed over it is MOVING, from where it goes back to ACTIVE if the move is called off; LOST
 * is for ever. The channels are guarded by the lock; the state is read without it.
 */
final class HostedShard implements OwnedShard {
    enum State {
        RAISING,
        ACTIVE,
        MOVING,
        LOST
    }

    private final int shard;
    private final long epoch;
    private final Membership membership;
    private final NanoClock clock;
    private final Consumer<HostedShard> teller;
    /** Up where {@link #ended} has any, of this ownership of the shard or of another. */
    private final ShardFlags untold;

    final ShardLock lock = new ShardLock();
    /** Frames that came before the shard was active, in order of arrival; guarded by the lock. */
    final ArrayDeque<InboundFrame> held = new ArrayDeque<>();

    /** What has ended and is to be told; whoever takes it does so under the lock. */
    final Ended<HostedMessage> ended = new Ended<>();

    /** While a thread of the links delivers a frame: what it may run besides. Guarded by the lock. */
    @Nullable
    Nearby nearby;

    private final Map<SessionId, ReceiveChannel> channels = new HashMap<>();
    /** What an earlier owner handed over; guarded by the lock. */
    private Map<SessionId, TransferredWindow> transferred = new HashMap<>(0);

    private volatile State state = State.RAISING;

    HostedShard(int shard, long epoch, Membership membership, Consumer<HostedShard> teller, ShardFlags untold) {
        this.teller = teller;
        this.untold = untold;
        this.shard = shard;
        this.epoch = epoch;
        this.membership = membership;
        clock = membership.clock();
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public boolean mayRun() {
        return state == State.ACTIVE && membership.isLeaseValid(clock.nanoTime());
    }

    @Override
    public boolean isHeld() {
        return state == State.ACTIVE;
    }

    void onEnded(HostedMessage message) {
        if (ended.add(message)) {
            untold.raise(shard);
        }
    }

    @Override
    public void tellEnded() {
        if (!ended.isEmpty()) {
            teller.accept(this);
        }
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /**
     * {@return the sender's channel, made with its first frame; null for a life of the sender that is over} Call under
     * the lock, when active: the settled window is then at or after the raised fence.
     */
    @Nullable
    ReceiveChannel channel(SessionId source, ShardStores stores) {
        ReceiveChannel channel = channels.get(source);
        if (channel == null) {
            if (isOver(source, stores.first().view())) {
                return null;
            }
            for (SessionId other : channels.keySet()) {
                if (other.nodeId().equals(source.nodeId()) && other.compareTo(source) > 0) {
                    return null;
                }
            }
            channels.keySet().removeIf(other -> other.nodeId().equals(source.nodeId()));
            SettledWindow stored = stores.of(shard).view().settled(source, shard);
            TransferredWindow window = transferred.get(source);
            channel = new ReceiveChannel(window == null ? stored : window.with(stored));
            channels.put(source, channel);
        }
        return channel;
    }

    /** The store has ended it, and does not just not know it yet. */
    private static boolean isOver(SessionId source, MetadataView view) {
        return source.incarnation() <= view.revision() && !view.isOpen(source);
    }

    /**
     * Forgets the senders whose lives are over: nobody waits for an answer, and they may never come back. Call under
     * the lock.
     */
    void forgetEnded(MetadataView view) {
        channels.keySet().removeIf(source -> isOver(source, view));
        transferred.keySet().removeIf(source -> isOver(source, view));
    }

    /** {@return how many senders it knows} Call under the lock. */
    int senders() {
        return channels.size() + transferred.size();
    }

    /** {@return the channel, or null if the sender's life is over} Call under the lock. */
    @Nullable
    ReceiveChannel existingChannel(SessionId source) {
        return channels.get(source);
    }

    void forgetChannels() {
        channels.clear();
        held.clear();
        transferred.clear();
    }

    /** Before the shard is active: what its channels continue. Call under the lock. */
    void continues(Map<SessionId, TransferredWindow> windows) {
        transferred = new HashMap<>(windows);
    }

    /** What the next owner is to continue. Call under the lock, when nothing runs any more. */
    List<Transfer.Channel> channels(ShardStores stores) {
        // What was handed over to this owner, and not asked for since, goes on to the next.
        transferred.keySet().forEach(source -> channel(source, stores));
        List<Transfer.Channel> all = new ArrayList<>();
        channels.forEach((source, channel) -> all.add(new Transfer.Channel(source, channel.floor(), channel.ended())));
        return all;
    }

    @Override
    public String toString() {
        return "shard " + shard + " epoch " + epoch + " " + state;
    }
}
