package io.troupe.chaos.sim;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

import io.troupe.cluster.internal.delivery.ReceiveChannel;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/** One shard under one epoch of a node: RAISING, ACTIVE, LOST, never back. */
final class HostedShard {
    enum State {
        RAISING,
        ACTIVE,
        LOST
    }

    final int shard;
    final long epoch;
    final ArrayDeque<Frame> held = new ArrayDeque<>();
    final Map<Integer, Cell> cells = new TreeMap<>();
    private final Map<SessionId, ReceiveChannel> channels = new TreeMap<>();
    State state = State.RAISING;

    HostedShard(int shard, long epoch) {
        this.shard = shard;
        this.epoch = epoch;
    }

    /** Null for an earlier life of the sender. */
    @Nullable
    ReceiveChannel channel(SessionId source, NodeStore store) {
        ReceiveChannel channel = channels.get(source);
        if (channel == null) {
            for (SessionId other : channels.keySet()) {
                if (other.nodeId().equals(source.nodeId()) && other.compareTo(source) > 0) {
                    return null;
                }
            }
            channels.keySet().removeIf(other -> other.nodeId().equals(source.nodeId()));
            channel = new ReceiveChannel(store.view().settled(source, shard), SimNode.LIMITS.maxWindow());
            channels.put(source, channel);
        }
        return channel;
    }

    @Nullable
    ReceiveChannel existingChannel(SessionId source) {
        return channels.get(source);
    }

    void lose() {
        state = State.LOST;
        channels.clear();
        held.clear();
        cells.values().forEach(Cell::stop);
        cells.clear();
    }
}
