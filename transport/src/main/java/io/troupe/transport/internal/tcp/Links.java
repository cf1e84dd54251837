package io.troupe.transport.internal.tcp;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Lane;
import io.troupe.transport.NodeTls;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.LinkHandshake;
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
 * The links of one node on the lanes of one agent, and the connections under them: who may connect, and which
 * connection carries which link. What becomes of a link then is {@link LinkLife}'s. Confined to the agent, except for
 * {@link #find}.
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
    private final LinkLife life;
    private final OtherAgents others;

    /** Every socket that is not known to be closed. */
    private final List<Connection> connections = new ArrayList<>();

    Links(
            TransportConfig config,
            Set<Lane> lanes,
            long incarnation,
            GuardedHandler handler,
            Counts counts,
            OtherAgents others) {
        this.config = config;
        this.own = new Hello(
                Hello.PROTOCOL, incarnation, config.nodeId(), "", config.identity(), Nonce.NONE, SessionPoint.NONE);
        this.handler = handler;
        this.counts = counts;
        this.others = others;
        this.nodes = new LaneLinks(config, lanes);
        this.life = new LinkLife(config, nodes, handler, counts);
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
            life.end(link, "forgotten");
        }
        nodes.remove(nodeId);
    }

    List<NodeLink> all() {
        return nodes.all();
    }

    LinkLife life() {
        return life;
    }

    List<Connection> connections() {
        return connections;
    }

    LinkHandshake handshake(@Nullable NodeLink dialled) {
        Hello hello = dialled == null ? own : own.saidTo(dialled.nodeId).at(life.point(dialled));
        ClusterSecret secret = config.secret();
        NodeTls tls = config.tls();
        return new LinkHandshake(
                secret == null ? hello : hello.with(draw()), dialled != null, secret, tls == null ? null : tls::uri);
    }

    private Nonce draw() {
        return new Nonce(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    /** {@return the accepted connections without a finished handshake, the oldest first} */
    List<Connection> unauthenticated() {
        return connections.stream()
                .filter(connection -> !connection.dialled && !connection.isActive() && !connection.isClosed())
                .toList();
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
                life.onJoined(dialled, connection, agreed.other());
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

    @Override
    public void onLeaving(Connection connection, Hello other) {
        connections.remove(connection);
        others.handOver(connection, other);
    }

    /** What another agent has accepted and agreed with. */
    void adopt(Connection connection, Hello other) {
        connections.add(connection);
        accept(connection, other);
    }

    private void accept(Connection connection, Hello other) {
        if (!nodes.serves(other.point().lane())) {
            connection.leaveFor(other);
            return;
        }
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
        life.onAccepted(link, connection, other, drawSession());
        connection.sayWelcome(connection.handshake.own().saidTo(other.nodeId()).at(life.point(link)));
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

    @Override
    public void onAcked(Connection connection, LinkSession session) {
        NodeLink link = connection.link;
        if (link != null) {
            life.onAcked(link, session);
        }
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
        life.lose(connection, reason, false);
    }

    /** An Error, too, such as no memory for one link more, costs that connection and no other. */
    @Override
    public void onDefect(Connection connection, String doing, Throwable defect) {
        LOG.error("node {}: {} {} failed", own.nodeId(), doing, connection.remote, defect);
        onLost(connection, "a defect of this node");
    }

    /** Drops what is closed; the rest stays in its order. */
    void sweep() {
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (connections.get(i).isClosed()) {
                connections.remove(i);
            }
        }
    }
}
