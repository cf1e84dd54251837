package io.troupe.chaos.sim;

import java.util.List;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.membership.MembershipProtocol;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;

/** Drives {@link MembershipProtocol} as the runtime's membership does: session, announcement, keep-alives, lease. */
final class Membership {
    static final long LEASE_MILLIS = 360;
    private static final long LEASE_NS = LEASE_MILLIS * 1_000_000;
    private static final long CLIENT_MILLIS = 1_500;
    private static final int MARGIN_PART = 20;

    private final Simulation world;
    private final SimNode node;
    private final NodeStore store;
    private MembershipProtocol protocol = new MembershipProtocol(LEASE_NS, LEASE_NS / MARGIN_PART);
    private @Nullable SessionId session;
    private boolean opening;
    private boolean fenced;
    private boolean granted;
    /** What the rest of the node goes by; means something while granted. */
    private long leaseEnd;

    private boolean announced;

    Membership(Simulation world, SimNode node, NodeStore store) {
        this.world = world;
        this.node = node;
        this.store = store;
    }

    @Nullable
    SessionId session() {
        return session;
    }

    boolean isLeaseValid() {
        return granted && node.clock.now() - leaseEnd < 0;
    }

    boolean isSettled() {
        return session != null && announced && isLeaseValid();
    }

    void onTick(long now) {
        if (session == null) {
            if (!opening) {
                open(now);
            }
            return;
        }
        refreshLease(now);
        if (protocol.isKeepAliveDue(now)) {
            keepAlive(now);
        }
    }

    private void refreshLease(long now) {
        protocol.onApplied(store.view().revision());
        boolean lapsed = world.plant != Plant.RENEWAL_UNNOTICED && granted && now - leaseEnd >= 0;
        if (protocol.hasLease()) {
            granted = true;
            leaseEnd = protocol.leaseEndNs();
        }
        boolean valid = isLeaseValid();
        if (valid) {
            world.oracle.onBelief(node);
        }
        if (valid && (fenced || lapsed)) {
            fenced = false;
            node.receiver().onLeaseRenewed();
        } else if (!valid && granted && !fenced) {
            fenced = true;
            world.trace.detail(now, node.id, "is fenced");
        }
    }

    private void open(long sentAt) {
        opening = true;
        var unused = store.openSession(node.hosts ? LEASE_MILLIS : CLIENT_MILLIS)
                .whenComplete((opened, failure) -> node.soon(() -> {
                    opening = false;
                    if (opened != null) {
                        onOpened(opened, sentAt);
                    }
                }));
    }

    private void onOpened(SessionId opened, long sentAt) {
        protocol = new MembershipProtocol(LEASE_NS, LEASE_NS / MARGIN_PART);
        protocol.onOpened(opened.incarnation(), sentAt, store.view().revision());
        session = opened;
        granted = false;
        fenced = false;
        refreshLease(node.clock.now());
        keepAlive(node.clock.now());
        announce(opened);
        node.onSession(opened);
    }

    private void announce(SessionId opened) {
        announced = false;
        Op put = new Op.Put(ClusterKeys.node(node.id), new NodeRecord(node.hosts).encode(), opened);
        var unused = store.txn(Txn.guarded(List.of(), List.of(put)))
                .whenComplete((result, failure) -> node.soon(() -> {
                    if (!opened.equals(session)) {
                        return;
                    }
                    if (result == null || !result.succeeded()) {
                        endLife();
                    } else {
                        announced = true;
                    }
                }));
    }

    private void keepAlive(long now) {
        MembershipProtocol asked = protocol;
        long token = asked.keepAliveSent(now);
        var unused = store.keepAlive()
                .whenComplete((revision, failure) -> node.soon(() -> {
                    if (asked != protocol) {
                        return;
                    }
                    if (revision != null) {
                        long counted =
                                world.plant == Plant.LEASE_FROM_ANSWER ? asked.keepAliveSent(node.clock.now()) : token;
                        protocol.onKeepAliveAnswered(counted, revision);
                        refreshLease(node.clock.now());
                    } else if (failure instanceof MetadataException known && isOver(known.code())) {
                        endLife();
                    }
                }));
    }

    private boolean isOver(MetadataException.Code code) {
        return code == MetadataException.Code.SESSION_ENDED
                || (code == MetadataException.Code.NO_SESSION && world.plant != Plant.SESSION_UNNOTICED);
    }

    private void endLife() {
        if (session == null) {
            return;
        }
        granted = false;
        session = null;
        announced = false;
        protocol.onSessionEnded();
        protocol = new MembershipProtocol(LEASE_NS, LEASE_NS / MARGIN_PART);
        node.onSession(null);
    }
}
