package io.troupe.transport.internal.tcp;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.troupe.transport.LinkEvent;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.LinkLiveness;
import io.troupe.transport.internal.frame.SessionPoint;
import io.troupe.transport.internal.session.LinkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What links go through, connection after connection: a link is connected, interrupted, resumed; its session begins
 * and ends, its circuit opens and closes; and the handler is told. Which connection is a link's is decided by
 * {@link Links}. Confined to the agent.
 */
final class LinkLife {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    private final TransportConfig config;
    private final LaneLinks nodes;
    private final GuardedHandler handler;
    private final Counts counts;

    LinkLife(TransportConfig config, LaneLinks nodes, GuardedHandler handler, Counts counts) {
        this.config = config;
        this.nodes = nodes;
        this.handler = handler;
        this.counts = counts;
    }

    /** Where this end of a link's session stands, for the handshake. */
    SessionPoint point(NodeLink link) {
        LinkSession session = link.session();
        SessionPoint point = session == null
                ? LinkSession.none(config.ringCapacity(link.lane), config.maxFrameLength(link.lane))
                : session.point();
        return point.on(link.lane, config.lanes());
    }

    /** A dial of the other end carries the link from now on; a session that begins has the given number. */
    void onAccepted(NodeLink link, Connection connection, Hello other, long drawnSession) {
        LinkSession session = session(link);
        boolean before = session.isOpen();
        boolean resumed = session.accept(other.point(), drawnSession);
        if (before && !resumed) {
            onSessionEnded(link, session, "the other node has another one");
        }
        up(connection, link, other, resumed);
    }

    /** Our own dial carries the link from now on. */
    void onJoined(NodeLink link, Connection connection, Hello other) throws FramingException {
        LinkSession session = session(link);
        boolean before = session.isOpen();
        boolean resumed = false;
        try {
            resumed = session.join(other.point());
        } finally {
            if (before && !resumed) {
                onSessionEnded(link, session, "the other node has another one");
            }
        }
        link.dialling = null;
        up(connection, link, other, resumed);
    }

    private LinkSession session(NodeLink link) {
        return link.session(config.ringCapacity(link.lane), config.maxFrameLength(link.lane));
    }

    private void up(Connection connection, NodeLink link, Hello other, boolean resumed) {
        long nowNs = System.nanoTime();
        LinkLiveness liveness = new LinkLiveness(
                config.heartbeatInterval().toNanos(), config.linkTimeout().toNanos(), nowNs);
        LinkSession session = session(link);
        connection.activate(link, other, session, liveness);
        link.activate(connection);
        nodes.want(link.nodeId, other.point().lanes());
        if (!resumed) {
            link.flow.onBegun();
        }
        link.flow.onConnected(nowNs);
        link.open(true);
        LOG.info(
                "node {}: {} link to {} is {} ({} {})",
                config.nodeId(),
                link.lane,
                link.nodeId,
                resumed ? "resumed" : "up",
                connection.dialled ? "dialled" : "accepted from",
                connection.remote);
        handler.onLink(link.nodeId, link.lane, resumed ? LinkEvent.RESUMED : LinkEvent.OPENED);
        onAcked(link, session);
    }

    void onAcked(NodeLink link, LinkSession session) {
        boolean closes = link.flow.onAcked(session.acked());
        if (closes) {
            LOG.info(
                    "node {}: {} frames arrive at {} again: its circuit is closed",
                    config.nodeId(),
                    link.lane,
                    link.nodeId);
        }
        if (link.flow.hasRoomAgain(session.ring().heldBytes(), config.ringCapacity(link.lane)) || closes) {
            handler.onWritable(link.nodeId, link.lane);
        }
    }

    /** Closes a connection, of a link or of nobody yet; its link is interrupted, or to be dialled again. */
    void lose(Connection connection, String reason, boolean abruptly) {
        if (connection.isClosed()) {
            return;
        }
        connection.close(abruptly);
        NodeLink link = connection.link;
        if (link == null) {
            return;
        }
        long nowNs = System.nanoTime();
        double draw = ThreadLocalRandom.current().nextDouble();
        if (link.active() == connection) {
            link.activate(null);
            link.interruptedNs = nowNs;
            link.nextDialNs = link.schedule.onDown(nowNs, connection.upNs(nowNs), link.flow.hasMoved(), draw);
            boolean left = connection.isGoodbyeHeard();
            if (!left && link.flow.onLost(link.heldBytes(), nowNs)) {
                onCircuitOpened(link, reason);
            }
            LOG.info("node {}: {} link to {} is interrupted ({})", config.nodeId(), link.lane, link.nodeId, reason);
            handler.onLink(link.nodeId, link.lane, LinkEvent.INTERRUPTED);
            if (left) {
                end(link, "the other node has left");
            }
        } else if (link.dialling == connection) {
            link.dialling = null;
            link.nextDialNs =
                    link.route.onFailed(connection.unix) ? nowNs : link.schedule.onDown(nowNs, 0, false, draw);
            LOG.debug("node {}: dialling {} of {} failed: {}", config.nodeId(), link.lane, link.nodeId, reason);
        }
    }

    /** Ends the session of a link, if there is one. */
    void end(NodeLink link, String why) {
        LinkSession session = link.session();
        if (session != null && session.isOpen()) {
            session.end();
            onSessionEnded(link, session, why);
        }
    }

    private void onSessionEnded(NodeLink link, LinkSession session, String why) {
        int dropped = session.takeDropped();
        counts.droppedFrames.addAndGet(dropped);
        link.open(session.isOpen());
        if (link.flow.onEnded(dropped, System.nanoTime())) {
            onCircuitOpened(link, why);
        }
        LOG.info(
                "node {}: {} session with {} ended ({}), {} frames dropped",
                config.nodeId(),
                link.lane,
                link.nodeId,
                why,
                dropped);
        handler.onLink(link.nodeId, link.lane, LinkEvent.ENDED);
    }

    private void onCircuitOpened(NodeLink link, String why) {
        counts.openedCircuits.incrementAndGet();
        LOG.warn(
                "node {}: no {} frame arrives at {} ({}): its circuit is open, no frame is taken until it is connected"
                        + " again or for {}",
                config.nodeId(),
                link.lane,
                link.nodeId,
                why,
                config.circuitReset());
    }

    /** Ends the sessions that have waited for a connection for too long, and the connections on which nothing moves. */
    void tick(long nowNs) {
        List<NodeLink> all = nodes.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            NodeLink link = all.get(i);
            link.flow.onTick(link.heldBytes(), nowNs);
            Connection active = link.active();
            if (active != null && link.flow.isStalled(nowNs)) {
                counts.stalledLinks.incrementAndGet();
                lose(active, "the other end has taken nothing for " + config.stallTimeout(), false);
            }
            if (link.isInterrupted()
                    && nowNs - link.interruptedNs >= config.sessionTimeout().toNanos()) {
                end(link, "no connection in time");
            }
        }
    }

    /** How long until {@link #tick} has something to do. */
    long waitNs(long nowNs) {
        long waitNs = Long.MAX_VALUE;
        List<NodeLink> all = nodes.all();
        for (int i = 0; i < all.size(); i++) {
            NodeLink link = all.get(i);
            waitNs = Math.min(waitNs, link.flow.waitNs(nowNs));
            if (link.isInterrupted()) {
                waitNs = Math.min(
                        waitNs, link.interruptedNs + config.sessionTimeout().toNanos() - nowNs);
            }
        }
        return waitNs;
    }
}
