package io.troupe.transport.internal.tcp;

import java.nio.ByteBuffer;

import io.troupe.transport.Buffers;
import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.concurrent.AtomicBuffer;

/**
 * One connection's two buffers between socket and frames. Direct, because the JDK copies heap buffers through a cache of
 * direct ones. Each holds the longest frame allowed, so a frame is never in two pieces when it is read.
 */
final class LinkBuffers {
    final int maxBodyLength;
    final ByteBuffer receive;
    final AtomicBuffer receiveView;
    final ByteBuffer send;
    final AtomicBuffer sendView;

    private LinkBuffers(int maxBodyLength, int receiveLength, int sendLength) {
        this.maxBodyLength = maxBodyLength;
        receive = ByteBuffer.allocateDirect(receiveLength);
        receiveView = Buffers.of(receive);
        send = ByteBuffer.allocateDirect(sendLength);
        sendView = Buffers.of(send);
        clear();
    }

    /** Small ones, for a connection whose other end has not said yet who it is. */
    static LinkBuffers forHandshake() {
        int length = FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY);
        return new LinkBuffers(Control.MAX_HANDSHAKE_BODY, length, length);
    }

    /** For a link; also holds whatever may follow a handshake in its buffer. */
    static LinkBuffers forLink(int maxBodyLength, int receiveLength) {
        int longest = FrameLayout.wireLength(Math.max(maxBodyLength, Control.MAX_HANDSHAKE_BODY));
        return new LinkBuffers(
                maxBodyLength, Math.max(longest, receiveLength), Math.max(longest, Connection.MAX_WRITE));
    }

    /** Nothing received, nothing to send. */
    void clear() {
        receive.clear();
        send.clear().limit(0);
    }
}
