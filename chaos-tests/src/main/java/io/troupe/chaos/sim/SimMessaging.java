package io.troupe.chaos.sim;

import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.transport.Buffers;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.LinkState;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import org.agrona.DirectBuffer;

/**
 * The links of one life of a node: frames travel as bytes. Worse than real links, which neither repeat frames nor change
 * their order; only AT_MOST_ONCE, which relies on that, is spared.
 */
final class SimMessaging implements MessagingSystem {
    private final Simulation world;
    private final SimNode node;
    private final FrameHandler frames;

    SimMessaging(Simulation world, SimNode node, FrameHandler frames) {
        this.world = world;
        this.node = node;
        this.frames = frames;
    }

    @Override
    public CompletableFuture<Void> start() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Offer offer(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
        if (!world.knows(nodeId)) {
            return Offer.NOT_CONNECTED;
        }
        SimNode to = world.node(nodeId);
        byte[] body = new byte[length];
        buffer.getBytes(offset, body);
        Runnable arrival = () -> to.onFrame(node, type, body);
        return (type == DeliveryFrames.ONE_WAY
                        ? world.network.sendOnce(node, to, "frame", arrival)
                        : world.network.send(node, to, "frame", arrival))
                ? Offer.ACCEPTED
                : Offer.NOT_CONNECTED;
    }

    void onFrame(String from, int type, byte[] body) {
        frames.onFrame(from, type, Buffers.of(body), 0, body.length);
    }

    void onLink(String other, boolean up) {
        frames.onLink(other, up ? LinkEvent.OPENED : LinkEvent.ENDED);
    }

    @Override
    public void addNode(String nodeId, String host, int port) {
        // Every node reaches every other.
    }

    @Override
    public void removeNode(String nodeId) {
        // Every node reaches every other.
    }

    @Override
    public LinkState link(String nodeId) {
        return new LinkState(!world.network.isBlocked(node.index, world.node(nodeId).index), false, false, 0, 0, 0, 0);
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public void cut(String nodeId) {
        world.network.connect(node, world.node(nodeId));
    }

    @Override
    public void close() {
        // A simulated life just ends.
    }
}
