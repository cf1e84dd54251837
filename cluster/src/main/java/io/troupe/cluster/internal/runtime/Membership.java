package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.cluster.internal.keys.NodeRecord;
import io.troupe.cluster.internal.membership.MembershipProtocol;
import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's life in the cluster: opens the session, announces the node, keeps the lease alive, and fences the node the
 * moment its lease has passed; then it comes back as a new incarnation. Driven on the cluster thread; the lease may be
 * asked from any thread.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /** Share of the lease that a holder gives up, so that it stops before the leader may act. */
    private static final int MARGIN_PART = 20;

    /** How long the session of a node without shards outlives its silence: nobody waits for its end. */
    private static final long CLIENT_SESSION_MILLIS = 30_000;

    private final String nodeId;
    private final boolean hosts;
    private final MetadataStore store;
    private final long leaseMillis;
    private final Executor cluster;
    private final SessionListener listener;
    private MembershipProtocol protocol;
    private boolean opening;
    private boolean closed;
    private volatile @Nullable SessionId session;
    private boolean leaseGranted;
    private long openedNs;
    /** When the lease ends on this node's clock; means something while {@code leaseHeld}. */
    private volatile long leaseEndNs;
    /** True from the grant of the lease until the first thread has seen it pass; never again in the same session. */
    private volatile boolean leaseHeld;

    /** Learns on the cluster thread that this node may act, or may no longer. */
    interface SessionListener {
        void onSession(@Nullable SessionId session);
    }

    Membership(
            String nodeId,
            boolean hosts,
            MetadataStore store,
            Duration lease,
            Executor cluster,
            SessionListener listener) {
        this.nodeId = nodeId;
        this.hosts = hosts;
        this.store = store;
        this.leaseMillis = lease.toMillis();
        this.cluster = cluster;
        this.listener = listener;
        protocol = newProtocol();
    }

    private MembershipProtocol newProtocol() {
        return new MembershipProtocol(leaseNs(), leaseNs() / MARGIN_PART);
    }

    @Nullable
    SessionId session() {
        return session;
    }

    boolean isLeaseValid(long nowNs) {
        if (!leaseHeld) {
            return false;
        }
        if (leaseEndNs - nowNs > 0) {
            return true;
        }
        leaseHeld = false; // a late answer must not revive what somebody has already acted upon
        return false;
    }

    void onTick(long nowNs) {
        if (closed) {
            return;
        }
        if (session == null) {
            if (!opening) {
                open(nowNs);
            }
            return;
        }
        refreshLease();
        boolean late = leaseGranted ? !isLeaseValid(nowNs) : nowNs - openedNs > leaseNs();
        // Without shards there is nothing to fence: such a node goes on until the leader says that its session is over.
        if (late && hosts) {
            fence("its lease has passed");
        } else if (protocol.isKeepAliveDue(nowNs)) {
            keepAlive(nowNs);
        }
    }

    private void refreshLease() {
        protocol.onApplied(store.view().revision());
        if (protocol.hasLease()) {
            leaseEndNs = protocol.leaseEndNs();
            if (!leaseGranted || !hosts) {
                leaseGranted = true;
                leaseHeld = true;
            }
        }
    }

    private long leaseNs() {
        return Duration.ofMillis(leaseMillis).toNanos();
    }

    private void open(long sentNs) {
        opening = true;
        store.openSession(leaseMillis)
                .whenComplete((opened, failure) -> onCluster(() -> {
                    opening = false;
                    if (opened == null) {
                        LOG.warn("node {} has no session yet: {}", nodeId, String.valueOf(failure));
                    } else if (!closed) {
                        onOpened(opened, sentNs);
                    }
                }));
    }

    private void onOpened(SessionId opened, long sentNs) {
        protocol = newProtocol();
        protocol.onOpened(opened.incarnation(), sentNs, store.view().revision());
        session = opened;
        leaseGranted = false;
        openedNs = sentNs;
        refreshLease();
        LOG.info("node {} joins as incarnation {}", nodeId, opened.incarnation());
        keepAlive(System.nanoTime());
        announce(opened);
        listener.onSession(opened);
    }

    private void announce(SessionId opened) {
        byte[] value = new NodeRecord(hosts).encode();
        Txn txn = Txn.guarded(List.<Compare>of(), List.of(new Op.Put(ClusterKeys.node(nodeId), value, opened)));
        store.txn(txn)
                .whenComplete((result, failure) -> onCluster(() -> {
                    if (opened.equals(session) && (result == null || !result.succeeded())) {
                        fence("it could not announce itself: " + (failure == null ? result : failure));
                    }
                }));
    }

    private void keepAlive(long nowNs) {
        MembershipProtocol asked = protocol;
        long token = asked.keepAliveSent(nowNs);
        store.keepAlive()
                .whenComplete((revision, failure) -> onCluster(() -> {
                    if (asked != protocol || closed) {
                        return; // an answer to an earlier life
                    }
                    if (revision != null) {
                        protocol.onKeepAliveAnswered(token, revision);
                        refreshLease();
                    } else if (failure instanceof MetadataException known
                            && known.code() == MetadataException.Code.SESSION_ENDED) {
                        fence("its session was ended by the leader");
                    } // any other failure: the next keep-alive is due soon, and the lease runs
                }));
    }

    private void fence(String why) {
        if (session == null) {
            return;
        }
        LOG.warn("node {} fences itself: {}", nodeId, why);
        leaseHeld = false;
        session = null;
        protocol.onSessionEnded();
        protocol = newProtocol();
        listener.onSession(null);
    }

    /** Ends this life for good; on the cluster thread. */
    void close() {
        closed = true;
        leaseHeld = false;
        if (session != null) {
            session = null;
            listener.onSession(null);
        }
    }

    private void onCluster(Runnable step) {
        try {
            cluster.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("node {} is closed: a late answer of the store is dropped", nodeId);
        }
    }
}
