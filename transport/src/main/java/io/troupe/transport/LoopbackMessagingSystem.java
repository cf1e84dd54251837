package io.troupe.transport;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a {@link LoopbackNetwork}. Links change under the network's lock, and whatever becomes of them is put
 * into the inbox of the node it concerns under the same lock: so its thread tells the handler of everything in the
 * order in which it happened.
 */
final class LoopbackMessagingSystem implements MessagingSystem {
    private static final Logger LOG = LoggerFactory.getLogger(LoopbackMessagingSystem.class);
    private static final int MAX_TYPE = 0xFFFF;
    private static final long CLOSE_WAIT_MS = 1000;

    /** What a frame takes besides its body, so that empty ones are bounded too. */
    private static final int FRAME_COST = 16;

    final String nodeId;
    private final LoopbackNetwork network;
    private final FrameHandler handler;
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Thread thread;

    // Guarded by the network's lock.

    private final Set<String> dialled = new HashSet<>();
    private final Map<NodeLane, Half> links = new HashMap<>();
    private boolean started;

    private volatile boolean closed;

    /** One lane of the link to another node. */
    private record NodeLane(String nodeId, Lane lane) {}

    /** A node's end of a session. Guarded by the network's lock. */
    private static final class Half {
        final LoopbackMessagingSystem to;
        long heldBytes;
        long sent;
        long received;

        /** Whether an offer was refused for want of room. */
        boolean refused;

        Half(LoopbackMessagingSystem to) {
            this.to = to;
        }
    }

    LoopbackMessagingSystem(LoopbackNetwork network, String nodeId, FrameHandler handler) {
        this.network = network;
        this.nodeId = nodeId;
        this.handler = handler;
        this.thread = new Thread(this::run, "troupe-" + nodeId + "-loopback");
        this.thread.setDaemon(true);
    }

    @Override
    public CompletableFuture<Void> start() {
        try {
            synchronized (network.lock) {
                if (started || closed) {
                    throw new IllegalStateException(
                            "node " + nodeId + ": the messaging system was started or closed already: make a new one");
                }
                network.enter(this);
                started = true;
                thread.start();
            }
            return CompletableFuture.completedFuture(null);
        } catch (TransportException | IllegalStateException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private void run() {
        try {
            while (!closed) {
                Thread.interrupted(); // a handler may have set it
                inbox.take().run();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the handler throws costs the frame. */
    private void tell(Runnable call) {
        inbox.add(() -> {
            try {
                if (!closed) {
                    call.run();
                }
            } catch (RuntimeException | Error failure) {
                LOG.error("node {}: the frame handler failed", nodeId, failure);
            }
        });
    }

    /** Of every lane: they come and go together here. */
    private void tell(String other, LinkEvent... events) {
        for (Lane lane : Lane.values()) {
            for (LinkEvent event : events) {
                tell(() -> handler.onLink(other, lane, event));
            }
        }
    }

    private boolean isLinked(String other) {
        return links.containsKey(new NodeLane(other, Lane.ORDINARY));
    }

    /** With the lock: a session begins if there is none and one of the two wants it. */
    static void linkIfDialled(LoopbackMessagingSystem a, LoopbackMessagingSystem b) {
        boolean wanted = a.dialled.contains(b.nodeId) || b.dialled.contains(a.nodeId);
        if (a != b && wanted && !a.isLinked(b.nodeId)) {
            for (Lane lane : Lane.values()) {
                a.links.put(new NodeLane(b.nodeId, lane), new Half(b));
                b.links.put(new NodeLane(a.nodeId, lane), new Half(a));
            }
            a.tell(b.nodeId, LinkEvent.OPENED);
            b.tell(a.nodeId, LinkEvent.OPENED);
        }
    }

    /** With the lock. */
    private void unlink(LoopbackMessagingSystem other) {
        if (isLinked(other.nodeId)) {
            for (Lane lane : Lane.values()) {
                links.remove(new NodeLane(other.nodeId, lane));
                other.links.remove(new NodeLane(nodeId, lane));
            }
            tell(other.nodeId, LinkEvent.INTERRUPTED, LinkEvent.ENDED);
            other.tell(nodeId, LinkEvent.INTERRUPTED, LinkEvent.ENDED);
        }
    }

    @Override
    public Offer offer(String to, Lane lane, int type, DirectBuffer buffer, int offset, int length) {
        if (type < 1 || type > MAX_TYPE) {
            throw new IllegalArgumentException("frame type " + type + " is not between 1 and " + MAX_TYPE);
        }
        buffer.boundsCheck(offset, length);
        synchronized (network.lock) {
            if (closed || !started) {
                return closed ? Offer.CLOSED : Offer.NOT_CONNECTED;
            }
            if (length > network.maxFrameLength) {
                return Offer.TOO_LARGE;
            }
            Half link = links.get(new NodeLane(to, lane));
            if (link == null) {
                return Offer.NOT_CONNECTED;
            }
            if (link.heldBytes + length + FRAME_COST > network.capacity) {
                link.refused = true;
                return Offer.BACK_PRESSURED;
            }
            byte[] body = new byte[length];
            buffer.getBytes(offset, body);
            link.heldBytes += length + FRAME_COST;
            link.sent++;
            link.to.receive(new Sent(this, lane, link), type, body);
            return Offer.ACCEPTED;
        }
    }

    /** Who has sent a frame, and over which half of a link. */
    private record Sent(LoopbackMessagingSystem from, Lane lane, Half link) {}

    /** With the lock. */
    private void receive(Sent sent, int type, byte[] body) {
        tell(() -> {
            onArrived(sent, body.length);
            handler.onFrame(sent.from.nodeId, type, Buffers.of(body), 0, body.length);
        });
    }

    /** On this node's thread: a frame is handed on now. */
    private void onArrived(Sent sent, int length) {
        LoopbackMessagingSystem from = sent.from;
        Half link = sent.link;
        synchronized (network.lock) {
            Half back = links.get(new NodeLane(from.nodeId, sent.lane));
            boolean current = from.links.get(new NodeLane(nodeId, sent.lane)) == link;
            if (back != null && current) {
                back.received++;
            }
            link.heldBytes -= length + FRAME_COST;
            if (link.refused && link.heldBytes <= network.capacity / 2 && current) {
                link.refused = false;
                from.tell(() -> from.handler.onWritable(nodeId, sent.lane));
            }
        }
    }

    @Override
    public void addNode(String other, String host, int port) {
        if (other.equals(nodeId)) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG, "node " + nodeId + " is this node: it does not dial itself");
        }
        synchronized (network.lock) {
            checkStarted();
            dialled.add(other);
            LoopbackMessagingSystem node = network.find(other);
            if (node != null && !closed) {
                linkIfDialled(this, node);
            }
        }
    }

    @Override
    public void removeNode(String other) {
        synchronized (network.lock) {
            checkStarted();
            dialled.remove(other);
            Half link = links.get(new NodeLane(other, Lane.ORDINARY));
            if (link != null) {
                unlink(link.to);
                linkIfDialled(this, link.to); // The other one may have dialled us, and does so again.
            }
        }
    }

    @Override
    public void cut(String other) {
        synchronized (network.lock) {
            checkStarted();
            Half link = links.get(new NodeLane(other, Lane.ORDINARY));
            if (link != null) {
                tell(other, LinkEvent.INTERRUPTED, LinkEvent.RESUMED);
                link.to.tell(nodeId, LinkEvent.INTERRUPTED, LinkEvent.RESUMED);
            }
        }
    }

    private void checkStarted() {
        if (!started) {
            throw new IllegalStateException("node " + nodeId + ": start the messaging system first");
        }
    }

    @Override
    public LinkState link(String other, Lane lane) {
        synchronized (network.lock) {
            @Nullable Half link = links.get(new NodeLane(other, lane));
            return link == null
                    ? new LinkState(false, false, false, 0, 0, 0, 0)
                    : new LinkState(true, false, false, link.heldBytes, link.heldBytes, link.sent, link.received);
        }
    }

    /** Nobody listens here. */
    @Override
    public int port() {
        return 0;
    }

    @Override
    public void close() {
        synchronized (network.lock) {
            if (closed) {
                return;
            }
            closed = true;
            List.copyOf(links.values()).forEach(link -> unlink(link.to));
            network.leave(this);
            inbox.add(() -> {}); // Its thread may be waiting.
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(CLOSE_WAIT_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
