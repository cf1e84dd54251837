package io.troupe.transport.internal.tcp;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkState;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.Offer;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.TransportCounters;
import io.troupe.transport.TransportException;
import io.troupe.transport.internal.buffer.AgronaFlag;
import io.troupe.transport.internal.session.LinkSession;
import io.troupe.transport.internal.session.SendRing;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames over TCP. Thread-safe; the work is done by its {@link Agents}, on threads of their own or of the host.
 */
public final class TcpMessagingSystem implements MessagingSystem {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);
    private static final int MAX_TYPE = 0xFFFF;
    private static final long CLOSE_WAIT_MS = 1000;
    private static final LinkState NO_LINK = new LinkState(false, false, false, 0, 0, 0, 0);

    private final TransportConfig config;
    private final Counts counts = new Counts();
    private final GuardedHandler handler;
    private final Agents agents;
    private final int maxFrameLength;

    /** The nodes to dial; at most {@code maxLinks}. Guarded by itself. */
    private final Set<String> dialled;

    private volatile boolean closed;

    /**
     * A messaging system that is not started yet.
     *
     * @param config  how to speak to the other nodes
     * @param handler receives what they say
     */
    public TcpMessagingSystem(TransportConfig config, FrameHandler handler) {
        if (!AgronaFlag.isSet()) {
            LOG.info(
                    "node {}: buffers of the JDK are used; with the JVM flag {} Agrona's are, which are a little faster",
                    config.nodeId(),
                    AgronaFlag.text());
        }
        this.config = config;
        this.handler = new GuardedHandler(config.nodeId(), handler, counts);
        this.agents = new Agents(config, ThreadLocalRandom.current().nextLong(), this.handler, counts);
        this.dialled = new HashSet<>(config.nodes().keySet());
        this.maxFrameLength = config.maxFrameLength();
    }

    @Override
    public CompletableFuture<Void> start() {
        try {
            open();
            return CompletableFuture.completedFuture(null);
        } catch (TransportException | IllegalStateException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private synchronized void open() {
        if (closed || agents.areStarted()) {
            throw new IllegalStateException("node " + config.nodeId() + ": the messaging system was started or closed"
                    + " already: make a new one");
        }
        agents.start();
    }

    @Override
    public int invoke() {
        Invoker invoker = agents.invoker();
        if (invoker == null) {
            throw new IllegalStateException("node " + config.nodeId() + ": "
                    + (config.threadingMode() == ThreadingMode.INVOKER
                            ? "start the messaging system first"
                            : "the messaging system has threads of its own: build its configuration with"
                                    + " threadingMode(INVOKER)"));
        }
        return invoker.invoke();
    }

    @Override
    public Offer offer(String nodeId, Lane lane, int type, DirectBuffer buffer, int offset, int length) {
        if (type < 1 || type > MAX_TYPE) {
            throw new IllegalArgumentException("frame type " + type + " is not between 1 and " + MAX_TYPE);
        }
        // Checked here because an exception inside the ring would leave its record claimed for ever.
        buffer.boundsCheck(offset, length);
        TransportAgent agent = agents.running(lane);
        if (closed || agent == null) {
            return closed || agents.areStarted() ? Offer.CLOSED : Offer.NOT_CONNECTED;
        }
        if (length > maxFrameLength) {
            return Offer.TOO_LARGE;
        }
        NodeLink link = agents.links(lane).find(nodeId, lane);
        LinkSession session = link == null ? null : link.openSession();
        if (link == null || session == null) {
            return Offer.NOT_CONNECTED;
        }
        if (length > session.maxFrameLength()) {
            return Offer.TOO_LARGE;
        }
        if (!link.flow.admits()) {
            return Offer.CIRCUIT_OPEN;
        }
        SendRing ring = session.ring();
        if (!ring.offer(type, buffer, offset, length)
                && !(link.flow.onFull() && ring.offer(type, buffer, offset, length))) {
            return Offer.BACK_PRESSURED;
        }
        agent.afterCommit(link);
        return Offer.ACCEPTED;
    }

    @Override
    public void addNode(String nodeId, String host, int port) {
        if (nodeId.equals(config.nodeId())) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG, "node " + nodeId + " is this node: it does not dial itself");
        }
        synchronized (dialled) {
            if (!dialled.contains(nodeId) && dialled.size() >= config.maxLinks()) {
                throw new TransportException(
                        TransportException.Code.BAD_CONFIG,
                        "node " + nodeId + " cannot be added: maxLinks (" + config.maxLinks() + ") are there already");
            }
            dialled.add(nodeId);
        }
        InetSocketAddress address = InetSocketAddress.createUnresolved(host, port);
        onEachAgent(agent -> agent.addresses().set(nodeId, address));
    }

    @Override
    public void removeNode(String nodeId) {
        synchronized (dialled) {
            dialled.remove(nodeId);
        }
        onEachAgent(agent -> agent.addresses().remove(nodeId));
    }

    @Override
    public void cut(String nodeId) {
        onEachAgent(agent -> agent.addresses().cut(nodeId, true));
    }

    private void onEachAgent(Consumer<TransportAgent> command) {
        if (!agents.onEach(command)) {
            throw new IllegalStateException("node " + config.nodeId() + ": start the messaging system first");
        }
    }

    @Override
    public LinkState link(String nodeId, Lane lane) {
        NodeLink link = agents.links(lane).find(nodeId, lane);
        return link == null ? NO_LINK : link.state();
    }

    @Override
    public int port() {
        return agents.port();
    }

    /** {@return what went wrong so far} */
    public TransportCounters counters() {
        return counts.snapshot();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (!agents.onEach(TransportAgent::beginClose) || awaitEnd()) {
            return;
        }
        LOG.warn(
                "node {}: the transport agent has not ended within {} ms: its frame handler blocks, or the closing thread"
                        + " was interrupted",
                config.nodeId(),
                CLOSE_WAIT_MS);
    }

    /** True if the agents have ended, or will: from a handler they go on after it. */
    private boolean awaitEnd() {
        Invoker invoker = agents.invoker();
        if (invoker != null) {
            invoker.close(TimeUnit.MILLISECONDS.toNanos(CLOSE_WAIT_MS));
            return invoker.isInside() || agents.running(Lane.CONTROL) == null;
        }
        return agents.awaitEnd(CLOSE_WAIT_MS);
    }
}
