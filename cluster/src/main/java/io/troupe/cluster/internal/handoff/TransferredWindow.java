package io.troupe.cluster.internal.handoff;

import java.util.Map;
import java.util.TreeMap;

import io.troupe.cluster.internal.delivery.End;
import io.troupe.metadata.SettledWindow;
import org.jspecify.annotations.Nullable;

/**
 * What of one channel had ended when its shard was handed over: for volatile kinds it is nowhere else. For durable
 * kinds the store may know more, so the new owner asks both.
 */
public final class TransferredWindow {
    private final TreeMap<Long, End> ends = new TreeMap<>();
    private long floor = 1;

    /** An empty window. */
    public TransferredWindow() {
        // Filled part by part.
    }

    /**
     * Adds what one part says.
     *
     * @param newFloor the highest floor that the sender had sent
     * @param ended    what had ended at or above it, by sequence
     */
    public void add(long newFloor, Map<Long, End> ended) {
        floor = Math.max(floor, newFloor);
        ends.putAll(ended);
    }

    /**
     * {@return this window and the one in the store, as one}
     *
     * @param stored what the log has settled, at or after the raised fence
     */
    public SettledWindow with(SettledWindow stored) {
        return new SettledWindow() {
            @Override
            public long floor() {
                return Math.max(floor, stored.floor());
            }

            @Override
            public long highest() {
                return Math.max(ends.isEmpty() ? 0 : ends.lastKey(), stored.highest());
            }

            @Override
            public boolean isSettled(long sequence) {
                return sequence < floor || ends.containsKey(sequence) || stored.isSettled(sequence);
            }

            @Override
            public @Nullable Settlement settlement(long sequence) {
                Settlement known = stored.settlement(sequence);
                End end = ends.get(sequence);
                return known != null || end == null
                        ? known
                        : new Settlement(end.code().wire(), end.reply());
            }
        };
    }
}
