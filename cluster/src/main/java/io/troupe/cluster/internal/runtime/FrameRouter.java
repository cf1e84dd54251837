package io.troupe.cluster.internal.runtime;

import java.util.Objects;
import java.util.function.BiConsumer;

import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Hands each arriving frame to the part it is for. On the transport's thread. */
final class FrameRouter implements MessagingSystem.FrameHandler {
    private final LinkListener linkListener;
    private final BiConsumer<String, String> refusals;
    private @Nullable TransportPeerChannel peers;
    private @Nullable FrameDecoder decoder;
    private @Nullable BiConsumer<String, Lane> writable;

    interface LinkListener {
        void onLink(String nodeId, Lane lane, LinkEvent event);
    }

    FrameRouter(LinkListener linkListener, BiConsumer<String, String> refusals) {
        this.linkListener = linkListener;
        this.refusals = refusals;
    }

    /** Call before the transport is started. */
    void connect(TransportPeerChannel newPeers, FrameDecoder newDecoder, BiConsumer<String, Lane> newWritable) {
        peers = newPeers;
        decoder = newDecoder;
        writable = newWritable;
    }

    @Override
    public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        if (type == TransportPeerChannel.FRAME_TYPE) {
            Objects.requireNonNull(peers).onFrame(nodeId, buffer, offset, length);
        } else if (type >= DeliveryFrames.DATA && type <= DeliveryFrames.ACKS) {
            Objects.requireNonNull(decoder).onFrame(nodeId, type, buffer, offset, length);
        } // else of a newer version: whoever sends it must not rely on it
    }

    @Override
    public void onLink(String nodeId, Lane lane, LinkEvent event) {
        linkListener.onLink(nodeId, lane, event);
    }

    @Override
    public void onWritable(String nodeId, Lane lane) {
        Objects.requireNonNull(writable).accept(nodeId, lane);
    }

    @Override
    public void onRefused(String nodeId, String reason) {
        refusals.accept(nodeId, reason);
    }
}
