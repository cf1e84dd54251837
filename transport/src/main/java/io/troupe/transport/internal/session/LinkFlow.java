package io.troupe.transport.internal.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the frames of one link get through: its circuit breaker, the watch for an end that reads nothing, and the
 * word to producers that there is room again. Pure: positions and times come as arguments. What producers call may be
 * called from any thread, the rest is confined to the agent.
 *
 * <p>The circuit (M. Nygard, Release It!) judges by what arrives, not by what is connected:
 *
 * <pre>
 *          failures in a row            new connection, or the reset time
 *   CLOSED ------------------> OPEN ------------------------------------> HALF_OPEN
 *      ^                        | ^                                        |  |
 *      |         progress       | |                failure                 |  |
 *      +------------------------+ +----------------------------------------+  |
 *      +----------------------------------------------------------------------+
 *                                      progress
 * </pre>
 *
 * A failure is a connection that is lost with frames under way of which it brought none to the other end; half open, a
 * session that ends with frames that have not arrived is one, too. Progress is an acknowledgement. Half open, a few
 * frames are let through to find out: they either arrive or are lost.
 *
 * <p>Invariants: the circuit opens after {@code failures} failures without progress between them and not before;
 * progress closes it, whatever its state; once an offer was refused for want of room, {@link #hasRoomAgain} says so
 * when there is, unless the session ends first.
 */
public final class LinkFlow {
    /** The frames that may be under way half open. */
    public static final int TRIALS = 8;

    private final int failures;
    private final long resetNs;
    private final long stallNs;

    /** The state of the circuit. */
    public enum Circuit {
        /** Frames are taken. */
        CLOSED,
        /** No frame is taken. */
        OPEN,
        /** {@link #TRIALS} frames are taken, to find out. */
        HALF_OPEN
    }

    private volatile Circuit circuit = Circuit.CLOSED;
    private final AtomicInteger trials = new AtomicInteger();

    /** An offer has met a full ring, and nobody was told yet that there is room. */
    private volatile boolean refused;

    // Confined to the agent from here on.

    private int failuresInARow;

    /** Since when the circuit has been in its state. */
    private long sinceNs;

    /** How far the other end is known to be, on the wire. */
    private long acked;

    /** The acknowledgement has moved since the connection began. */
    private boolean moved;

    /** Since when the ring has been known to be full and nothing has moved. */
    private long fullSinceNs;

    private boolean full;

    /**
     * A link without a failure.
     *
     * @param failures failures in a row that open the circuit
     * @param resetNs  how long it is open at most before frames are tried again
     * @param stallNs  how long a full ring may stand still before its connection is given up
     */
    public LinkFlow(int failures, long resetNs, long stallNs) {
        this.failures = failures;
        this.resetNs = resetNs;
        this.stallNs = stallNs;
    }

    /** {@return whether a frame may be offered to the ring; any thread, asked once for each frame} */
    public boolean admits() {
        Circuit now = circuit;
        return now == Circuit.CLOSED
                || (now == Circuit.HALF_OPEN && trials.getAndUpdate(left -> Math.max(0, left - 1)) > 0);
    }

    /**
     * The ring was full; any thread.
     *
     * @return true if the ring has to be tried once more: the room that was made before this call is told to nobody
     */
    public boolean onFull() {
        boolean first = !refused;
        if (first) {
            refused = true;
        }
        return first;
    }

    /** {@return the state of the circuit; any thread} */
    public Circuit circuit() {
        return circuit;
    }

    /**
     * A session begins: positions count from zero, and the ring is empty.
     */
    public void onBegun() {
        acked = 0;
        refused = false;
    }

    /**
     * A connection carries the link now.
     *
     * @param nowNs now
     */
    public void onConnected(long nowNs) {
        moved = false;
        full = false;
        if (circuit == Circuit.OPEN) {
            probe(nowNs);
        }
    }

    /**
     * The other end says how far it is.
     *
     * @param position on the wire
     * @return true if that is further than before, and the circuit is closed by it
     */
    public boolean onAcked(long position) {
        if (position <= acked) {
            return false;
        }
        acked = position;
        moved = true;
        full = false;
        failuresInARow = 0;
        boolean closes = circuit != Circuit.CLOSED;
        circuit = Circuit.CLOSED;
        return closes;
    }

    /** {@return whether the other end has said that frames arrived over the present connection} */
    public boolean hasMoved() {
        return moved;
    }

    /**
     * There is room in the ring.
     *
     * @param heldBytes of the ring
     * @param capacity  of the ring
     * @return true if an offer was refused since this was last true, and half of the ring is free
     */
    public boolean hasRoomAgain(long heldBytes, long capacity) {
        boolean room = refused && heldBytes <= capacity / 2;
        if (room) {
            refused = false;
        }
        return room;
    }

    /**
     * The connection is lost.
     *
     * @param heldBytes of the ring
     * @param nowNs     now
     * @return true if that opens the circuit
     */
    public boolean onLost(long heldBytes, long nowNs) {
        boolean failed = heldBytes > 0 && !moved;
        moved = false;
        full = false;
        return failed && onFailure(nowNs);
    }

    /**
     * The session is over.
     *
     * @param dropped the frames that have not arrived
     * @param nowNs   now
     * @return true if that opens the circuit
     */
    public boolean onEnded(int dropped, long nowNs) {
        full = false;
        return dropped > 0 && circuit == Circuit.HALF_OPEN && onFailure(nowNs);
    }

    private boolean onFailure(long nowNs) {
        failuresInARow++;
        if (circuit == Circuit.OPEN || (circuit == Circuit.CLOSED && failuresInARow < failures)) {
            return false;
        }
        circuit = Circuit.OPEN;
        sinceNs = nowNs;
        return true;
    }

    /**
     * Time has passed.
     *
     * @param heldBytes of the ring
     * @param nowNs     now
     */
    public void onTick(long heldBytes, long nowNs) {
        if (refused && !full) {
            full = true;
            fullSinceNs = nowNs;
        }
        if (circuit == Circuit.CLOSED || nowNs - sinceNs < resetNs) {
            return;
        }
        if (circuit == Circuit.OPEN || heldBytes == 0) {
            probe(nowNs); // half open, for a trial that came to nothing when a session ended must not be the last one
        } else {
            sinceNs = nowNs;
        }
    }

    private void probe(long nowNs) {
        trials.set(TRIALS);
        sinceNs = nowNs;
        circuit = Circuit.HALF_OPEN;
    }

    /**
     * {@return whether the ring was full for too long without that anything in it has moved}
     *
     * @param nowNs now
     */
    public boolean isStalled(long nowNs) {
        return full && nowNs - fullSinceNs >= stallNs;
    }

    /**
     * {@return after how long {@link #onTick} has something to do for the circuit}
     *
     * @param nowNs now
     */
    public long waitNs(long nowNs) {
        return circuit == Circuit.CLOSED ? Long.MAX_VALUE : Math.max(0, sinceNs + resetNs - nowNs);
    }
}
