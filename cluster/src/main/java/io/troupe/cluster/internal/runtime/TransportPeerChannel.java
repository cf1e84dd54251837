package io.troupe.cluster.internal.runtime;

import java.util.Objects;

import io.troupe.metadata.spi.PeerChannel;
import io.troupe.transport.Buffers;
import io.troupe.transport.Lane;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Carries the store's protocols over the node's links. */
final class TransportPeerChannel implements PeerChannel {
    static final int FRAME_TYPE = 1;

    private final MessagingSystem messaging;
    private volatile @Nullable Receiver receiver;

    TransportPeerChannel(MessagingSystem messaging) {
        this.messaging = messaging;
    }

    @Override
    public boolean send(String nodeId, byte[] message) {
        // Kept for a session to be resumed, a question would reach a node long after another one was asked.
        return isLinked(nodeId)
                && messaging.offer(nodeId, Lane.CONTROL, FRAME_TYPE, Buffers.of(message), 0, message.length)
                        == Offer.ACCEPTED;
    }

    @Override
    public boolean isLinked(String nodeId) {
        return messaging.link(nodeId, Lane.CONTROL).connected();
    }

    @Override
    public void receiver(Receiver newReceiver) {
        receiver = Objects.requireNonNull(newReceiver);
    }

    void onFrame(String nodeId, DirectBuffer buffer, int offset, int length) {
        Receiver current = receiver;
        if (current == null) {
            return; // before the store is open: it asks again
        }
        byte[] message = new byte[length];
        buffer.getBytes(offset, message);
        current.onMessage(nodeId, message);
    }
}
