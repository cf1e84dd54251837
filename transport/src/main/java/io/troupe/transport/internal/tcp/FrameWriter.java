package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.session.LinkSession;
import io.troupe.transport.internal.session.SendRing;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What leaves over one connection: the frames of the transport itself, then those of the link, written from its ring.
 * The former go between two of the latter. Confined to the agent.
 */
final class FrameWriter {
    /** A write carries no more than this, unless one frame is longer. */
    static final int MAX_WRITE = 128 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private final ByteBuffer control = ByteBuffer.allocateDirect(FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY))
            .limit(0);
    private final AtomicBuffer controlView = Buffers.of(control);

    // Once the connection carries the frames of a link.

    private @Nullable SendRing ring;
    private @Nullable LinkSession session;
    private ByteBuffer frames = NOTHING;
    private int framesUnderWay;
    private boolean ackWanted;

    FrameWriter(Wire wire) {
        this.wire = wire;
    }

    /** Where to put a frame of the transport itself; call {@link #say} with its length. */
    AtomicBuffer control() {
        return controlView;
    }

    /** Says one thing of a handshake: what was said before has been answered, so all of it has left. */
    void say(int bytes) {
        control.clear().limit(bytes);
    }

    void sayNothing() {
        control.clear().limit(0);
    }

    /** The frames of the link leave after what has been said. */
    void carry(LinkSession carried) {
        session = carried;
        ring = carried.ring();
        frames = carried.ring().view().limit(0);
    }

    /** Says how far we are as soon as no frame is under way. */
    void wantAck() {
        ackWanted = true;
    }

    /** Whether the other end does not know how far we are. */
    boolean isUntold() {
        LinkSession of = session;
        return of != null && of.isUntold();
    }

    private boolean isAckDue() {
        LinkSession of = session;
        return of != null && (ackWanted || of.isAckDue());
    }

    /** Whether a write would get something done, if the socket took it. */
    boolean isSendable() {
        if (wire.hasUnsent()) {
            return true;
        }
        SendRing from = ring;
        return wire.isOpen()
                && (control.hasRemaining()
                        || frames.hasRemaining()
                        || isAckDue()
                        || (from != null && from.hasUnsent()));
    }

    /** Whether all that was accepted so far has been given to the socket. */
    boolean isFlushed() {
        SendRing from = ring;
        return !control.hasRemaining()
                && !frames.hasRemaining()
                && !wire.hasUnsent()
                && (from == null || from.unsentBytes() == 0);
    }

    /** Writes with one system call at most. Returns the bytes that left. */
    int write() throws IOException {
        ByteBuffer next = frames.hasRemaining() ? frames : next();
        return wire.write(next);
    }

    private ByteBuffer next() {
        LinkSession of = session;
        if (!control.hasRemaining() && of != null && isAckDue()) {
            ackWanted = false;
            control.clear().limit(Control.putHeartbeat(controlView, 0, of.ack()));
        }
        SendRing from = ring;
        if (control.hasRemaining() || from == null) {
            return control;
        }
        framesUnderWay += from.nextRun(frames, MAX_WRITE);
        return frames;
    }

    /** Whether something that was begun has not left. */
    boolean hasRest() {
        return control.hasRemaining() || frames.hasRemaining() || wire.hasUnsent();
    }

    /** The frames that have left since this was last asked; only without a rest. */
    int takeFrames() {
        int left = framesUnderWay;
        framesUnderWay = 0;
        return left;
    }

    /** The last thing to say; only when flushed. */
    void sayGoodbye() {
        if (session != null) {
            say(Control.putGoodbye(controlView, 0));
        }
    }
}
