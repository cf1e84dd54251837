package io.troupe.transport.internal.tcp;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkState;
import io.troupe.transport.internal.frame.DialRoute;
import io.troupe.transport.internal.frame.DialSchedule;
import io.troupe.transport.internal.session.LinkFlow;
import io.troupe.transport.internal.session.LinkFlow.Circuit;
import io.troupe.transport.internal.session.LinkSession;
import io.troupe.transport.internal.session.SendRing;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps about one lane of its link to another node, across connections. Producers see the ring and
 * whether a session is open; the rest is confined to the agent.
 */
final class NodeLink {
    final String nodeId;
    final Lane lane;
    final DialSchedule schedule;
    final DialRoute route;
    final LinkFlow flow;
    final AtomicLong framesSent = new AtomicLong();
    final AtomicLong framesReceived = new AtomicLong();

    /** Made with the first connection, for its ring is large; {@code open} implies that it is there. */
    private volatile @Nullable LinkSession session;

    /** Whether frames can be offered. */
    private volatile boolean open;

    private volatile boolean connected;

    /** Whether the connection is a Unix-domain socket. */
    private volatile boolean unix;

    // Confined to the agent from here on.

    /**
     * Whether this node or the other one wants to have this lane: it is dialled only then, but accepted in any case.
     */
    boolean wanted;

    /** Where to dial, unresolved; null for a node that dials us. */
    @Nullable
    InetSocketAddress address;

    /** The connection that carries the frames. */
    private @Nullable Connection active;

    /** Our own dial whose handshake is under way; never set together with {@code active}. */
    @Nullable
    Connection dialling;

    /** A name is being looked up for a dial. */
    boolean resolving;

    long nextDialNs;

    /** Since when an open session has no connection. */
    long interruptedNs;

    private final Supplier<ReceiveBuffer> buffers;

    private @Nullable ReceiveBuffer buffer;

    NodeLink(
            String nodeId,
            Lane lane,
            DialSchedule schedule,
            DialRoute route,
            LinkFlow flow,
            Supplier<ReceiveBuffer> buffers) {
        this.nodeId = nodeId;
        this.lane = lane;
        this.schedule = schedule;
        this.route = route;
        this.flow = flow;
        this.buffers = buffers;
    }

    /** One for all connections, which carry frames one after the other. */
    ReceiveBuffer buffer() {
        ReceiveBuffer made = buffer;
        if (made == null) {
            made = buffers.get();
            buffer = made;
        }
        return made;
    }

    /** Any thread: the session if frames can be offered, else null. */
    @Nullable
    LinkSession openSession() {
        LinkSession held = session;
        return open && held != null ? held : null;
    }

    @Nullable
    LinkSession session() {
        return session;
    }

    LinkSession session(int ringCapacity, int maxFrameLength) {
        LinkSession made = session;
        if (made == null) {
            made = new LinkSession(ringCapacity, maxFrameLength);
            session = made;
        }
        return made;
    }

    void open(boolean nowOpen) {
        open = nowOpen;
    }

    @Nullable
    Connection active() {
        return active;
    }

    void activate(@Nullable Connection connection) {
        active = connection;
        unix = connection != null && connection.unix;
        connected = connection != null;
    }

    boolean wantsDial() {
        return wanted && address != null && active == null && dialling == null && !resolving;
    }

    boolean isForgettable() {
        return address == null && active == null && dialling == null && !resolving;
    }

    /** Whether a session waits for a connection. */
    boolean isInterrupted() {
        LinkSession held = session;
        return active == null && held != null && held.isOpen();
    }

    /** The bytes that have not arrived, whether there is a session or not. */
    long heldBytes() {
        LinkSession held = session;
        return held == null ? 0 : held.ring().heldBytes();
    }

    LinkState state() {
        LinkSession current = openSession();
        SendRing held = current == null ? null : current.ring();
        return new LinkState(
                connected && current != null, // said once frames can be offered, which is a moment after the handshake
                unix,
                flow.circuit() == Circuit.OPEN,
                held == null ? 0 : held.unsentBytes(),
                held == null ? 0 : held.heldBytes(),
                framesSent.get(),
                framesReceived.get());
    }
}
