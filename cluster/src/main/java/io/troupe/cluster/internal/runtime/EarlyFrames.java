package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

import io.troupe.cluster.spi.ShardFlags;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames whose senders know a later epoch of a shard than this node does, until it knows that, too. What comes after
 * them waits behind them until they have been looked at: so the frames of an epoch are looked at in the order in which
 * they came. Any thread; one at a time looks.
 */
final class EarlyFrames {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyFrames.class);

    private final int limit;
    private final IntToLongFunction epochs;
    /** The shards of {@link #waiting}. */
    private final ShardFlags held;

    /** In order of arrival; guarded by this. */
    private final Map<Integer, ArrayDeque<InboundFrame>> waiting = new HashMap<>();

    private int size;

    /**
     * None yet.
     *
     * @param shards how many shards there are
     * @param limit  most frames, of all shards
     * @param epochs the epoch of a shard that this node knows; {@link #look} follows each change
     */
    EarlyFrames(int shards, int limit, IntToLongFunction epochs) {
        this.limit = limit;
        this.epochs = epochs;
        held = new ShardFlags(shards);
    }

    /** {@return true if the frame waits, or is dropped for want of room; false if it is to be looked at now} */
    boolean keep(InboundFrame frame) {
        int shard = frame.shard();
        if (frame.epoch() <= epochs.applyAsLong(shard) && !held.isRaised(shard)) {
            return false;
        }
        synchronized (this) {
            if (frame.epoch() <= epochs.applyAsLong(shard) && due(shard) == null) {
                return false;
            }
            if (size < limit) {
                waiting.computeIfAbsent(shard, any -> new ArrayDeque<>()).add(frame);
                held.raise(shard);
                size++;
            } // else dropped: the sender asks again after its retry time
            return true;
        }
    }

    /** Looks at what has waited for the epoch of a shard that is known now, and at what comes while it does. */
    void look(int shard, Consumer<InboundFrame> receiver) {
        if (!held.isRaised(shard)) {
            return;
        }
        while (true) {
            InboundFrame next;
            synchronized (this) {
                next = due(shard);
            }
            if (next == null) {
                return;
            }
            try {
                receiver.accept(next);
            } catch (RuntimeException | Error defect) { // what comes behind it would wait for ever
                LOG.error("a frame that was early for shard {} is lost", shard, defect);
            } finally {
                remove(shard, next);
            }
        }
    }

    private @Nullable InboundFrame due(int shard) {
        ArrayDeque<InboundFrame> frames = waiting.get(shard);
        if (frames != null) {
            long epoch = epochs.applyAsLong(shard);
            for (InboundFrame frame : frames) {
                if (frame.epoch() <= epoch) {
                    return frame;
                }
            }
        }
        return null;
    }

    /** Only now may others of its epoch go ahead. */
    @SuppressWarnings("ReferenceEquality") // the very frame that was looked at
    private synchronized void remove(int shard, InboundFrame looked) {
        ArrayDeque<InboundFrame> frames = waiting.get(shard);
        if (frames != null && frames.removeIf(frame -> frame == looked)) {
            size--;
            if (frames.isEmpty()) {
                waiting.remove(shard);
                held.lower(shard);
            }
        }
    }
}
