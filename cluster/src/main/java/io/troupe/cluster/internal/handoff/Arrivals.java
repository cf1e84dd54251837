package io.troupe.cluster.internal.handoff;

import java.util.HashMap;
import java.util.Map;

import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Transfers that have come in, inert until the grant they belong to. One per shard: a later move replaces an earlier
 * one, and a transfer is used by the very grant that names its move, or never. Confined to its user.
 */
public final class Arrivals {
    /** Bytes of replies kept for all shards; a part beyond is not acknowledged, and its move is called off in time. */
    private static final long MAX_BYTES = 64L << 20;

    private final Map<Integer, Arrival> byShard = new HashMap<>();
    private long bytes;

    private static final class Arrival {
        final long moveId;
        final boolean[] has;
        int missing;
        long bytes;
        final Map<SessionId, TransferredWindow> windows = new HashMap<>();

        Arrival(long moveId, int parts) {
            this.moveId = moveId;
            has = new boolean[parts];
            missing = parts;
        }
    }

    /** Nothing has arrived yet. */
    public Arrivals() {
        // Nothing to do.
    }

    /**
     * Keeps a part.
     *
     * @param transfer the part
     * @param length   its length in bytes
     * @return true if it is kept, also when it was before: acknowledge it
     */
    public boolean keep(Transfer transfer, int length) {
        Arrival arrival = byShard.get(transfer.shard());
        if (arrival == null || arrival.moveId < transfer.moveId()) {
            discard(transfer.shard());
            arrival = new Arrival(transfer.moveId(), transfer.parts());
            byShard.put(transfer.shard(), arrival);
        }
        if (arrival.moveId != transfer.moveId() || arrival.has.length != transfer.parts()) {
            return false; // of an earlier move
        }
        if (arrival.has[transfer.part()]) {
            return true;
        }
        if (bytes + length > MAX_BYTES) {
            return false;
        }
        arrival.has[transfer.part()] = true;
        arrival.missing--;
        arrival.bytes += length;
        bytes += length;
        for (Transfer.Channel channel : transfer.channels()) {
            arrival.windows
                    .computeIfAbsent(channel.source(), source -> new TransferredWindow())
                    .add(channel.floor(), channel.ended());
        }
        return true;
    }

    /**
     * Takes what a grant continues.
     *
     * @param shard  the shard
     * @param moveId the move that the grant names
     * @return the windows by sender, or null if not all of it is here
     */
    public @Nullable Map<SessionId, TransferredWindow> take(int shard, long moveId) {
        Arrival arrival = byShard.get(shard);
        if (arrival == null || arrival.moveId != moveId || arrival.missing > 0) {
            return null;
        }
        discard(shard);
        return arrival.windows;
    }

    /**
     * The shard's record has changed. A move that was ordered before is called off or has ended, and what a grant
     * continues was taken when it came.
     *
     * @param shard    the shard
     * @param revision that of the record: what was sent for an earlier one is of no use
     */
    public void discardBefore(int shard, long revision) {
        Arrival arrival = byShard.get(shard);
        if (arrival != null && arrival.moveId < revision) {
            discard(shard);
        }
    }

    /** Forgets everything: this life of the node is over. */
    public void clear() {
        byShard.clear();
        bytes = 0;
    }

    private void discard(int shard) {
        Arrival arrival = byShard.remove(shard);
        if (arrival != null) {
            bytes -= arrival.bytes;
        }
    }
}
