package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * One shard under one epoch of this node. RAISING until the fence is raised and its revision applied here, then ACTIVE,
 * finally LOST; never back. The channels are guarded by the lock; the state is read without it.
 */
final class HostedShard implements OwnedShard {
    enum State {
        RAISING,
        ACTIVE,
        LOST
    }

    private final int shard;
    private final long epoch;
    private final Membership membership;
    final ReentrantLock lock = new ReentrantLock();
    /** Frames that came before the shard was active, in order of arrival; guarded by the lock. */
    final ArrayDeque<InboundFrame> held = new ArrayDeque<>();

    private final Map<SessionId, ReceiveChannel> channels = new HashMap<>();
    private volatile State state = State.RAISING;

    HostedShard(int shard, long epoch, Membership membership) {
        this.shard = shard;
        this.epoch = epoch;
        this.membership = membership;
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
        return state == State.ACTIVE && membership.isLeaseValid(System.nanoTime());
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /**
     * {@return the sender's channel, made with its first frame; null for an earlier life of the sender} Call under the
     * lock, when active: the settled window is then at or after the raised fence.
     */
    @Nullable
    ReceiveChannel channel(SessionId source, MetadataStore store) {
        ReceiveChannel channel = channels.get(source);
        if (channel == null) {
            for (SessionId other : channels.keySet()) {
                if (other.nodeId().equals(source.nodeId()) && other.compareTo(source) > 0) {
                    return null;
                }
            }
            channels.keySet().removeIf(other -> other.nodeId().equals(source.nodeId()));
            channel = new ReceiveChannel(store.view().settled(source, shard));
            channels.put(source, channel);
        }
        return channel;
    }

    /** {@return the channel, or null if a newer life of the sender has taken its place} Call under the lock. */
    @Nullable
    ReceiveChannel existingChannel(SessionId source) {
        return channels.get(source);
    }

    void forgetChannels() {
        channels.clear();
        held.clear();
    }

    @Override
    public String toString() {
        return "shard " + shard + " epoch " + epoch + " " + state;
    }
}
