package io.troupe.transport.internal.tcp;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.transport.LinkState;
import io.troupe.transport.internal.frame.DialSchedule;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps about one other node, across connections. Producers see the ring and {@code connected}; the rest
 * is confined to the agent.
 */
final class NodeLink {
    final String nodeId;
    final DialSchedule schedule;
    final AtomicLong framesSent = new AtomicLong();
    final AtomicLong framesReceived = new AtomicLong();

    /** Made with the first connection; {@code connected} implies that it is there. */
    private volatile @Nullable SendRing ring;

    private volatile boolean connected;

    // Confined to the agent from here on.

    /** Where to dial, unresolved; null for a node that dials us. */
    @Nullable
    InetSocketAddress address;

    /** The connection that carries the frames. */
    @Nullable
    Connection active;

    /** Our own dial whose handshake is under way; never set together with {@code active}. */
    @Nullable
    Connection dialling;

    /** A name is being looked up for a dial. */
    boolean resolving;

    long nextDialNs;

    @Nullable
    LinkBuffers buffers;

    NodeLink(String nodeId, DialSchedule schedule) {
        this.nodeId = nodeId;
        this.schedule = schedule;
    }

    /** Any thread: the ring if frames can be offered, else null. */
    @Nullable
    SendRing openRing() {
        return connected ? ring : null;
    }

    SendRing ring(int capacity) {
        SendRing made = ring;
        if (made == null) {
            made = new SendRing(capacity);
            ring = made;
        }
        return made;
    }

    void open(boolean open) {
        connected = open;
    }

    int discard() {
        SendRing held = ring;
        return held == null ? 0 : held.discard();
    }

    boolean wantsDial() {
        return address != null && active == null && dialling == null && !resolving;
    }

    boolean isForgettable() {
        return address == null && active == null && dialling == null && !resolving;
    }

    LinkState state() {
        SendRing open = openRing();
        return new LinkState(open != null, open == null ? 0 : open.size(), framesSent.get(), framesReceived.get());
    }
}
