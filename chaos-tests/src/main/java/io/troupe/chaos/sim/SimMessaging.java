package io.troupe.chaos.sim;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.internal.delivery.DeliveryFrames;
import io.troupe.transport.Buffers;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.LinkState;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import org.agrona.DirectBuffer;

/**
 * The links of one life of a node: frames travel as bytes. Worse than real links, which neither repeat frames nor
 * change their order; only AT_MOST_ONCE, which relies on that, is spared.
 */
final class SimMessaging implements MessagingSystem {
    private final Simulation world;
    private final SimNode node;
    private final FrameHandler frames;

    /** Whether there is a bulk lane to the other nodes: one is enough, for both ends. */
    private final boolean bulk;

    /** By the type of frames: the lanes that they have taken. */
    private final Map<Integer, Set<Lane>> taken = new HashMap<>();

    SimMessaging(Simulation world, SimNode node, boolean bulk, FrameHandler frames) {
        this.world = world;
        this.node = node;
        this.bulk = bulk;
        this.frames = frames;
    }

    Set<Lane> lanesOf(int type) {
        return taken.getOrDefault(type, Set.of());
    }

    @Override
    public CompletableFuture<Void> start() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Offer offer(String nodeId, Lane lane, int type, DirectBuffer buffer, int offset, int length) {
        if (!world.knows(nodeId)) {
            return Offer.NOT_CONNECTED;
        }
        SimNode to = world.node(nodeId);
        if (lane == Lane.BULK && to.isUp() && !bulk && !to.messaging().bulk) {
            throw new IllegalStateException("a frame of type " + type + " on a lane that neither end wants");
        }
        taken.computeIfAbsent(type, first -> EnumSet.noneOf(Lane.class)).add(lane);
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
        for (Lane lane : Lane.values()) {
            frames.onLink(other, lane, up ? LinkEvent.OPENED : LinkEvent.ENDED);
        }
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
    public LinkState link(String nodeId, Lane lane) {
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
