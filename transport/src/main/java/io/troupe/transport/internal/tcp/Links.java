package io.troupe.transport.internal.tcp;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.NodeTls;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.LinkHandshake;
import io.troupe.transport.internal.frame.LinkLiveness;
import io.troupe.transport.internal.frame.Nonce;
import io.troupe.transport.internal.frame.PeerCertificate;
import io.troupe.transport.internal.frame.RefusalCode;
import io.troupe.transport.internal.frame.SessionPoint;
import io.troupe.transport.internal.session.LinkSession;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of one node and the connections under them: which connection carries which link, and what happens when it
 * comes and goes. Confined to the agent, except for {@link #find}.
 */
final class Links implements Connection.Events {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);

    private final TransportConfig config;
    private final Hello own;
    private final GuardedHandler handler;
    private final Counts counts;
    private final SecureRandom random = new SecureRandom();
    private final LogPace errorPace = new LogPace();
    private final LogPace tlsPace = new LogPace();

    private final LaneLinks nodes;

    /** Every socket that is not known to be closed. */
    private final List<Connection> connections = new ArrayList<>();

    Links(TransportConfig config, long incarnation, GuardedHandler handler, Counts counts) {
        this.config = config;
        this.own = new Hello(
                Hello.PROTOCOL, incarnation, config.nodeId(), "", config.identity(), Nonce.NONE, SessionPoint.NONE);
        this.handler = handler;
        this.counts = counts;
        this.nodes = new LaneLinks(config);
    }

    /** Any thread. */
    @Nullable
    NodeLink find(String nodeId, Lane lane) {
        return nodes.find(nodeId, lane);
    }

    /** Those of one node; none if it is not known. */
    List<NodeLink> of(String nodeId) {
        return nodes.of(nodeId);
    }

    /** True if there are links of a node now: there were, or there is room for them. */
    boolean know(String nodeId) {
        if (!nodes.knows(nodeId)) {
            String away = nodes.hasRoom() ? null : nodes.forgettable();
            if (away != null) {
                forget(away);
            }
            if (!nodes.hasRoom()) {
                return false;
            }
            nodes.add(nodeId);
        }
        return true;
    }

    void forget(String nodeId) {
        for (NodeLink link : of(nodeId)) {
            endSession(link, "forgotten");
        }
        nodes.remove(nodeId);
    }

    List<NodeLink> all() {
        return nodes.all();
    }

    List<Connection> connections() {
        return connections;
    }

    LinkHandshake handshake(@Nullable NodeLink dialled) {
        Hello hello = dialled == null ? own : own.saidTo(dialled.nodeId).at(point(dialled));
        ClusterSecret secret = config.secret();
        NodeTls tls = config.tls();
        return new LinkHandshake(
                secret == null ? hello : hello.with(draw()), dialled != null, secret, tls == null ? null : tls::uri);
    }

    private Nonce draw() {
        return new Nonce(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    int unauthenticated() {
        int count = 0;
        for (int i = 0; i < connections.size(); i++) {
            Connection connection = connections.get(i);
            if (!connection.dialled && !connection.isActive() && !connection.isClosed()) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void onOpen(Connection connection, @Nullable PeerCertificate certificate) {
        LinkHandshake handshake = connection.handshake;
        LinkHandshake.Refused wrong = certificate == null ? null : handshake.onCertificate(certificate);
        if (wrong != null) {
            refused(connection, wrong);
        } else if (connection.dialled) {
            connection.sayHello(handshake.own());
        }
    }

    @Override
    public void onTlsFailed(Connection connection, SSLException error) {
        long count = counts.tlsFailures.incrementAndGet();
        String reason = String.valueOf(error.getMessage());
        if (tlsPace.isWorthALine(count, System.nanoTime())) {
            NodeLink link = connection.link;
            LOG.warn(
                    "node {}: TLS with {} ({}) failed: {} (failure {})",
                    own.nodeId(),
                    link == null ? "an unknown node" : "node " + link.nodeId,
                    connection.remote,
                    reason,
                    count);
        }
        connection.giveUp("TLS failed: " + reason);
    }

    @Override
    public void onStep(Connection connection, LinkHandshake.Step step) throws FramingException {
        if (step instanceof LinkHandshake.Agreed agreed) {
            NodeLink dialled = connection.link;
            if (dialled != null) {
                join(connection, dialled, agreed.other());
            } else {
                accept(connection, agreed.other());
            }
        } else if (step instanceof LinkHandshake.Challenge challenge) {
            connection.sayChallenge(challenge);
        } else if (step instanceof LinkHandshake.Prove prove) {
            connection.sayProof(prove.proof());
        } else if (step instanceof LinkHandshake.Refuse refuse) {
            refuse(connection, refuse);
        } else if (step instanceof LinkHandshake.Refused refused) {
            refused(connection, refused);
        }
    }

    private void refused(Connection connection, LinkHandshake.Refused refused) {
        NodeLink link = connection.link;
        if (refused.code() != RefusalCode.DUPLICATE && link != null && !link.route.hasAnother(connection.unix)) {
            handler.onRefused(link.nodeId, refused.reason());
        }
        onLost(connection, refused.reason());
    }

    private void accept(Connection connection, Hello other) {
        NodeLink link =
                know(other.nodeId()) ? find(other.nodeId(), other.point().lane()) : null;
        if (link == null) {
            refuse(connection, connection.handshake.refuse(other, RefusalCode.FULL));
            return;
        }
        Connection ours = ownDial(link);
        if (ours != null) {
            Hello there = ours.other;
            boolean same = there == null || there.incarnation() == other.incarnation();
            if (LinkHandshake.keepsOwnDial(own.nodeId(), other.nodeId(), same)) {
                refuse(connection, connection.handshake.refuse(other, RefusalCode.DUPLICATE));
                return;
            }
        }
        Connection replaced = link.active();
        if (replaced != null) {
            onLost(replaced, "replaced by a newer connection");
        }
        Connection dialling = link.dialling;
        link.dialling = null;
        if (dialling != null) {
            dialling.close(false);
        }
        LinkSession session = session(link);
        boolean before = session.isOpen();
        boolean resumed = session.accept(other.point(), drawSession());
        if (before && !resumed) {
            onSessionEnded(link, session, "the other node has another one");
        }
        up(connection, link, other, resumed);
        connection.sayWelcome(connection.handshake.own().saidTo(other.nodeId()).at(point(link)));
    }

    private void join(Connection connection, NodeLink link, Hello other) throws FramingException {
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

    private SessionPoint point(NodeLink link) {
        LinkSession session = link.session();
        SessionPoint point = session == null
                ? LinkSession.none(config.ringCapacity(link.lane), config.maxFrameLength(link.lane))
                : session.point();
        return point.on(link.lane, config.lanes());
    }

    private LinkSession session(NodeLink link) {
        return link.session(config.ringCapacity(link.lane), config.maxFrameLength(link.lane));
    }

    private long drawSession() {
        long drawn = random.nextLong();
        return drawn == 0 ? 1 : drawn;
    }

    /** The connection to a node that we dialled and that the node has, or soon will have, heard from. */
    private static @Nullable Connection ownDial(NodeLink link) {
        Connection active = link.active();
        if (active != null) {
            return active.dialled ? active : null;
        }
        Connection dialling = link.dialling;
        return dialling != null && dialling.isHelloSent() ? dialling : null;
    }

    private void refuse(Connection connection, LinkHandshake.Refuse refuse) {
        // Said first: whoever hears of it here may end the process, and the other end is to know why.
        connection.sayRefusal(connection.handshake.own().saidTo(refuse.other().nodeId()), refuse.code());
        if (refuse.ofAStranger()) {
            countProtocolError(connection, refuse.reason()); // not worth more: anyone can say anything
        } else if (refuse.code() != RefusalCode.DUPLICATE && !isMisled(connection, refuse.other())) {
            handler.onRefused(refuse.other().nodeId(), refuse.reason());
        }
    }

    /** Nodes with the same port can find the same file: that is no error of anybody, and the one that dialled knows. */
    private boolean isMisled(Connection connection, Hello other) {
        return connection.unix && !other.to().equals(own.nodeId());
    }

    private void up(Connection connection, NodeLink link, Hello other, boolean resumed) {
        long nowNs = System.nanoTime();
        LinkLiveness liveness = new LinkLiveness(
                config.heartbeatInterval().toNanos(), config.linkTimeout().toNanos(), nowNs);
        LinkSession session = session(link);
        connection.activate(link, other, session, liveness);
        link.activate(connection);
        for (NodeLink lane : of(link.nodeId)) {
            lane.wanted =
                    config.lanes().contains(lane.lane) || other.point().lanes().contains(lane.lane);
        }
        if (!resumed) {
            link.flow.onBegun();
        }
        link.flow.onConnected(nowNs);
        link.open(true);
        LOG.info(
                "node {}: {} link to {} is {} ({} {})",
                own.nodeId(),
                link.lane,
                link.nodeId,
                resumed ? "resumed" : "up",
                connection.dialled ? "dialled" : "accepted from",
                connection.remote);
        handler.onLink(link.nodeId, link.lane, resumed ? LinkEvent.RESUMED : LinkEvent.OPENED);
        onAcked(link, session);
    }

    @Override
    public void onAcked(Connection connection, LinkSession session) {
        NodeLink link = connection.link;
        if (link != null) {
            onAcked(link, session);
        }
    }

    private void onAcked(NodeLink link, LinkSession session) {
        boolean closes = link.flow.onAcked(session.acked());
        if (closes) {
            LOG.info(
                    "node {}: {} frames arrive at {} again: its circuit is closed",
                    own.nodeId(),
                    link.lane,
                    link.nodeId);
        }
        if (link.flow.hasRoomAgain(session.ring().heldBytes(), config.ringCapacity(link.lane)) || closes) {
            handler.onWritable(link.nodeId, link.lane);
        }
    }

    private void onCircuitOpened(NodeLink link, String why) {
        counts.openedCircuits.incrementAndGet();
        LOG.warn(
                "node {}: no {} frame arrives at {} ({}): its circuit is open, no frame is taken until it is connected"
                        + " again or for {}",
                own.nodeId(),
                link.lane,
                link.nodeId,
                why,
                config.circuitReset());
    }

    private void endSession(NodeLink link, String why) {
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
                own.nodeId(),
                link.lane,
                link.nodeId,
                why,
                dropped);
        handler.onLink(link.nodeId, link.lane, LinkEvent.ENDED);
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
                onLost(active, "the other end has taken nothing for " + config.stallTimeout());
            }
            if (link.isInterrupted()
                    && nowNs - link.interruptedNs >= config.sessionTimeout().toNanos()) {
                endSession(link, "no connection in time");
            }
        }
    }

    /** How long until a session has waited for too long. */
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

    @Override
    public void onFrame(Connection connection, int type, DirectBuffer buffer, int offset, int length) {
        NodeLink link = connection.link;
        if (link != null) {
            link.framesReceived.lazySet(link.framesReceived.get() + 1);
            handler.onFrame(link.nodeId, type, buffer, offset, length);
        }
    }

    @Override
    public void onProtocolError(Connection connection, FramingException error) {
        countProtocolError(connection, String.valueOf(error.getMessage()));
        onLost(connection, String.valueOf(error.getMessage()));
    }

    private void countProtocolError(Connection connection, String what) {
        long count = counts.protocolErrors.incrementAndGet();
        if (errorPace.isWorthALine(count, System.nanoTime())) {
            LOG.warn(
                    "node {}: closed a connection with {}: {} (protocol error {})",
                    own.nodeId(),
                    connection.remote,
                    what,
                    count);
        }
    }

    @Override
    public void onLost(Connection connection, String reason) {
        lose(connection, reason, false);
    }

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
            LOG.info("node {}: {} link to {} is interrupted ({})", own.nodeId(), link.lane, link.nodeId, reason);
            handler.onLink(link.nodeId, link.lane, LinkEvent.INTERRUPTED);
            if (left) {
                endSession(link, "the other node has left");
            }
        } else if (link.dialling == connection) {
            link.dialling = null;
            link.nextDialNs =
                    link.route.onFailed(connection.unix) ? nowNs : link.schedule.onDown(nowNs, 0, false, draw);
            LOG.debug("node {}: dialling {} of {} failed: {}", own.nodeId(), link.lane, link.nodeId, reason);
        }
    }

    /** Drops what is closed; the list stays short, so its order does not matter. */
    void sweep() {
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (connections.get(i).isClosed()) {
                connections.remove(i);
            }
        }
    }
}
