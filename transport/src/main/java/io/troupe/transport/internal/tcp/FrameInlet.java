package io.troupe.transport.internal.tcp;

import java.nio.ByteBuffer;

import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.FrameReader;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.session.LinkSession;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What comes in over one connection, cut into frames: those of the handshake from a small buffer, then those of a link
 * from its own. The counterpart of {@link FrameWriter}. Confined to the agent.
 */
final class FrameInlet implements FrameReader.Output {
    private final Output output;
    private final FrameReader reader = new FrameReader(Control.MAX_HANDSHAKE_BODY);
    private ReceiveBuffer received = ReceiveBuffer.forHandshake();

    /** Has what came behind the handshake, until that has been moved to the link's own buffer. */
    private @Nullable ReceiveBuffer handshake;

    private @Nullable LinkSession session;
    private boolean goodbyeHeard;

    /** Where the frames go. */
    interface Output {
        /** A step of the handshake; what follows it belongs to another. */
        void onHandshakeFrame(int flags, int type, DirectBuffer buffer, int offset, int length) throws FramingException;

        /** A whole frame of the link; the buffer is only lent. */
        void onFrame(int type, DirectBuffer buffer, int offset, int length);

        /** The other end has said how far it is. */
        void onAcked(LinkSession session);

        /** Nothing more is to be cut: the link's buffer may be another connection's by now. */
        boolean isClosed();

        /** What follows is cut by another agent. */
        boolean isLeaving();
    }

    FrameInlet(Output output) {
        this.output = output;
    }

    /** Where to read to; then call {@link #cut}. */
    ByteBuffer bytes() {
        return received.bytes;
    }

    /** The handshake is done: from the next frame on it is the link that speaks. */
    void carry(ReceiveBuffer buffer, LinkSession carried) {
        buffer.bytes.clear();
        handshake = received;
        received = buffer;
        reader.allow(buffer.maxBodyLength);
        session = carried;
    }

    /** Hands on every whole frame. */
    void cut() throws FramingException {
        ByteBuffer receive = received.bytes;
        int length = receive.position();
        int used = reader.read(received.view, 0, length, this);
        if (output.isClosed()) {
            return;
        }
        receive.limit(length).position(used);
        if (used == 0) {
            receive.limit(receive.capacity()).position(length);
            return;
        }
        receive.compact();
        if (handshake != null) {
            cutRest();
        } else if (used < length && session == null && !output.isLeaving()) {
            // A step of the handshake is done, and the next frame belongs to the next step.
            cut();
        }
    }

    /** What came behind the handshake, with it or since: it is read from the link's own buffer. */
    void cutRest() throws FramingException {
        ReceiveBuffer before = handshake;
        if (before != null) {
            handshake = null;
            received.bytes.put(before.bytes.flip());
            cut();
        }
    }

    /** The other end sends no more. */
    void end() throws FramingException {
        reader.end(received.view, 0, received.bytes.position());
    }

    /** Whether the other end has said that it leaves: its session is over. */
    boolean isGoodbyeHeard() {
        return goodbyeHeard;
    }

    @Override
    public boolean onFrame(int flags, int type, DirectBuffer buffer, int offset, int length) throws FramingException {
        LinkSession carried = session;
        if (carried == null) {
            output.onHandshakeFrame(flags, type, buffer, offset, length);
            // Whatever follows belongs to another state, and maybe to another buffer.
            return false;
        }
        if ((flags & FrameLayout.CONTROL) == 0) {
            if (carried.onPart(flags, type, buffer, offset, length)) {
                handOn(carried, flags, type, buffer, offset, length);
            }
        } else if (type == Control.HEARTBEAT) {
            carried.onAck(Control.heartbeat(buffer, offset, length));
            output.onAcked(carried);
        } else if (type == Control.GOODBYE) {
            goodbyeHeard = true;
        } else {
            throw new FramingException("control frame of type " + type + " after the handshake");
        }
        return !output.isClosed();
    }

    private void handOn(LinkSession carried, int flags, int type, DirectBuffer buffer, int offset, int length) {
        if ((flags & FrameLayout.CONTINUED) == 0) {
            output.onFrame(type, buffer, offset, length);
        } else {
            DirectBuffer whole = carried.whole();
            output.onFrame(type, whole, 0, whole.capacity());
            carried.onHandedOn();
        }
    }
}
