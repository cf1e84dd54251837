package io.troupe.transport.internal.tcp;

import java.nio.ByteBuffer;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.concurrent.AtomicBuffer;

/**
 * What came from a socket and is not cut into frames yet. Direct, because the JDK copies heap buffers through a cache
 * of direct ones. Holds the longest frame allowed, so a frame is never in two pieces when it is read.
 */
final class ReceiveBuffer {
    final int maxBodyLength;
    final ByteBuffer bytes;
    final AtomicBuffer view;

    private ReceiveBuffer(int maxBodyLength, int length) {
        this.maxBodyLength = maxBodyLength;
        bytes = ByteBuffer.allocateDirect(length);
        view = Buffers.of(bytes);
    }

    /** A small one, for a connection whose other end has not said yet who it is. */
    static ReceiveBuffer forHandshake() {
        return new ReceiveBuffer(Control.MAX_HANDSHAKE_BODY, FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY));
    }

    /** For a link; also holds whatever may follow a handshake in its buffer. */
    static ReceiveBuffer forLink(int length) {
        int longest = FrameLayout.wireLength(Math.max(FrameLayout.MAX_PART_LENGTH, Control.MAX_HANDSHAKE_BODY));
        return new ReceiveBuffer(FrameLayout.MAX_PART_LENGTH, Math.max(longest, length));
    }
}
