package io.troupe.cluster.internal.delivery;

import java.util.SortedMap;
import java.util.TreeMap;

import io.troupe.metadata.SettledWindow;
import org.jspecify.annotations.Nullable;

/**
 * Receiver half of one channel at one owner epoch: decides which messages of one session run, each once and in order.
 * Not thread-safe: its user confines it, and makes a new one for every epoch.
 *
 * <p>Messages are accepted in the order of their sequences and may end in any order. What the sender no longer waits
 * for (everything below the highest floor it has sent) is dropped. What had ended before this epoch comes from the
 * settled window: for durable kinds the one in the store, read at a revision at or after the raised fence, so that no
 * earlier owner can add to it; for volatile kinds the one the earlier owner handed over, or an empty one.
 *
 * <p>The frame's own epoch is the business of the caller: above its view the frame waits, below this channel's epoch it
 * is refused (NOT_OWNER with this epoch). Otherwise a late copy of a volatile message that an earlier epoch has run
 * would run again.
 */
@SuppressWarnings("ReferenceEquality") // RUNNING is a mark, not a value
public final class ReceiveChannel {
    private static final int FIRST_CAPACITY = 8;
    /** Stands for a message that was accepted and has not ended. */
    private static final End RUNNING = new End(End.Code.DONE, new byte[0]);

    private static final SettledWindow NOTHING = new SettledWindow() {
        @Override
        public long floor() {
            return 1;
        }

        @Override
        public long highest() {
            return 0;
        }

        @Override
        public boolean isSettled(long sequence) {
            return false;
        }

        @Override
        public @Nullable Settlement settlement(long sequence) {
            return null;
        }
    };

    /** What had ended before this epoch; let go with its replies once the floor has passed it. */
    private SettledWindow earlier;

    private final int maxWindow;

    /**
     * {@code ends[s & (ends.length - 1)]} for floor <= s < nextExpected: RUNNING, an end, or null if settled earlier.
     */
    private @Nullable End[] ends = new @Nullable End[FIRST_CAPACITY];

    /** The highest floor that the sender has sent; never goes back. */
    private long floor;

    /**
     * The lowest sequence that was never accepted; floor <= nextExpected <= floor + maxWindow, or just above settled
     * ones.
     */
    private long nextExpected;

    /**
     * Creates the channel with the default window.
     *
     * @param settled what had ended before this epoch
     */
    public ReceiveChannel(SettledWindow settled) {
        this(settled, DeliveryLimits.DEFAULT.maxWindow());
    }

    /**
     * Creates the channel.
     *
     * @param settled   what had ended before this epoch
     * @param maxWindow sequences from the floor that are accepted; at least the sender's
     */
    public ReceiveChannel(SettledWindow settled, int maxWindow) {
        earlier = settled;
        this.maxWindow = maxWindow;
        floor = settled.floor();
        nextExpected = floor;
        passSettled();
    }

    /**
     * Decides about one DATA frame.
     *
     * @param sequence   the message's sequence, from 1
     * @param frameFloor the sender's lowest unsettled sequence when it sent the frame, from 1
     * @return what to do with it
     */
    public Verdict onData(long sequence, long frameFloor) {
        raiseFloor(frameFloor);
        if (sequence < floor) {
            return Verdict.BELOW_FLOOR;
        }
        if (sequence < nextExpected) {
            return ends[index(sequence)] == RUNNING ? Verdict.IN_PROGRESS : Verdict.SETTLED;
        }
        if (earlier.isSettled(sequence)) {
            return Verdict.SETTLED;
        }
        if (sequence > nextExpected) {
            return Verdict.GAP;
        }
        if (sequence - floor >= maxWindow) {
            return Verdict.WINDOW_FULL;
        }
        makeRoom(sequence);
        ends[index(sequence)] = RUNNING;
        nextExpected++;
        passSettled();
        return Verdict.DELIVER;
    }

    /**
     * Takes back the last DELIVER, because there was no room for the message after all. Call it before the next frame.
     *
     * @param sequence the sequence that was to be delivered
     * @throws IllegalStateException if it is not the newest accepted one, or has ended
     */
    public void onNotTaken(long sequence) {
        if (!isRunning(sequence)) {
            throw new IllegalStateException("sequence " + sequence + " is not in progress: " + this);
        }
        for (long later = sequence + 1; later < nextExpected; later++) {
            if (ends[index(later)] != null) {
                throw new IllegalStateException("sequence " + later + " was accepted after " + sequence + ": " + this);
            }
        }
        ends[index(sequence)] = null;
        nextExpected = sequence;
    }

    /**
     * A delivered message has ended: terminally for a volatile kind, settled in the log for a durable one. Nothing
     * happens if the sender no longer waits for it.
     *
     * @param sequence its sequence
     * @param end      how it ended; answered again to every later copy
     * @throws IllegalStateException if it was never delivered, or has ended before
     */
    public void onEnd(long sequence, End end) {
        if (sequence < floor) {
            return; // the sender learned of another end, by an earlier epoch, or its session is over
        }
        if (!isRunning(sequence)) {
            throw new IllegalStateException("sequence " + sequence + " is not in progress: " + this);
        }
        ends[index(sequence)] = end;
    }

    /**
     * {@return how a settled message ended, to acknowledge it again; null if it is below the floor or has not ended}
     *
     * @param sequence its sequence
     */
    public @Nullable End end(long sequence) {
        if (sequence < floor) {
            return null;
        }
        End end = sequence < nextExpected ? ends[index(sequence)] : null;
        if (end != null) {
            return end == RUNNING ? null : end;
        }
        SettledWindow.Settlement settlement = earlier.settlement(sequence);
        return settlement == null ? null : new End(End.Code.of(settlement.outcome()), settlement.reply());
    }

    /** {@return the highest floor that the sender has sent} */
    public long floor() {
        return floor;
    }

    /** {@return all that has ended at or above the floor, by sequence, as far as its end is known} */
    public SortedMap<Long, End> ended() {
        SortedMap<Long, End> ended = new TreeMap<>();
        long last = Math.max(nextExpected - 1, earlier.highest());
        for (long sequence = floor; sequence <= last; sequence++) {
            End end = end(sequence);
            if (end != null) {
                ended.put(sequence, end);
            }
        }
        return ended;
    }

    /** {@return the lowest sequence that has not arrived in order} */
    public long nextExpected() {
        return nextExpected;
    }

    private boolean isRunning(long sequence) {
        return sequence >= floor && sequence < nextExpected && ends[index(sequence)] == RUNNING;
    }

    private void raiseFloor(long frameFloor) {
        if (frameFloor <= floor) {
            return;
        }
        // Only the accepted part has slots; a floor far above it costs no more than the slots there are.
        long end = Math.min(frameFloor, nextExpected);
        for (long sequence = floor; sequence < end; sequence++) {
            ends[index(sequence)] = null;
        }
        floor = frameFloor;
        if (floor > earlier.highest()) {
            earlier = NOTHING;
        }
        nextExpected = Math.max(nextExpected, floor);
        passSettled();
    }

    /** The sender does not send again what an earlier owner has acknowledged, so nobody waits for it. */
    private void passSettled() {
        while (nextExpected <= earlier.highest() && earlier.isSettled(nextExpected)) {
            makeRoom(nextExpected);
            ends[index(nextExpected)] = null;
            nextExpected++;
        }
    }

    private int index(long sequence) {
        return (int) sequence & (ends.length - 1);
    }

    private void makeRoom(long sequence) {
        while (sequence - floor >= ends.length) {
            @Nullable End[] wider = new @Nullable End[ends.length * 2];
            for (long kept = floor; kept < nextExpected; kept++) {
                wider[(int) kept & (wider.length - 1)] = ends[index(kept)];
            }
            ends = wider;
        }
    }

    @Override
    public String toString() {
        return "ReceiveChannel[floor=" + floor + ", nextExpected=" + nextExpected + "]";
    }
}
