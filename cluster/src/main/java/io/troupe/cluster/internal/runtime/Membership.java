package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's life in the cluster: opens the session, announces the node and keeps the lease alive. Driven on the
 * cluster thread; the lease may be asked from any thread.
 *
 * <p>The moment the lease has passed the node fences itself: nothing starts. As long as its session stands, nobody else
 * can have been given its shards, so a late answer lets it go on where it stood. Once the leader has ended the session
 * it owns nothing any more, and comes back as a new incarnation.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /** Share of the lease that a holder gives up, so that it stops before the leader may act. */
    static final int MARGIN_PART = 20;

    /**
     * How long a session outlives the node's silence if nobody waits for its end: that of a node without shards, and
     * those in the state groups.
     */
    private static final long LASTING_SESSION_MILLIS = 30_000;

    private static final int RETRIES_PER_LEASE = 6;

    private final String nodeId;
    private final NodeRecord self;
    private final MetadataStore store;
    private final GroupSessions groups;
    private final long leaseMillis;
    private final NanoClock clock;
    private final Executor cluster;
    private final SessionListener listener;
    private MembershipProtocol protocol;
    private boolean opening;
    /** Not before: a store that refuses at once is not asked again with every tick. */
    private long openAtNs;
    /** The store was too busy to take the announcement. */
    private boolean announceAgain;

    private boolean closed;
    private volatile @Nullable SessionId session;
    private boolean fenced;
    private volatile boolean behind;
    /** When the lease ends on this node's clock; means something while {@code leaseGranted}. */
    private volatile long leaseEndNs;

    private volatile boolean leaseGranted;

    /** Learns on the cluster thread when this node's life begins and ends, and when it may go on after a pause. */
    interface SessionListener {
        void onSession(@Nullable SessionId session);

        void onLeaseRenewed();
    }

    Membership(
            String nodeId,
            NodeRecord self,
            ShardStores stores,
            Duration lease,
            NanoClock clock,
            Executor cluster,
            SessionListener listener) {
        this.nodeId = nodeId;
        this.self = self;
        this.store = stores.first();
        groups = new GroupSessions(
                stores.further(), lease.toNanos(), Math.max(lease.toMillis(), LASTING_SESSION_MILLIS), clock);
        this.leaseMillis = lease.toMillis();
        this.clock = clock;
        this.cluster = cluster;
        this.listener = listener;
        protocol = newProtocol();
        openAtNs = clock.nanoTime();
    }

    private MembershipProtocol newProtocol() {
        return new MembershipProtocol(leaseNs(), leaseNs() / MARGIN_PART);
    }

    NanoClock clock() {
        return clock;
    }

    @Nullable
    SessionId session() {
        return session;
    }

    boolean isLeaseValid(long nowNs) {
        return leaseGranted && leaseEndNs - nowNs > 0;
    }

    /** True if this node's copy of a group is at most a lease old; 0 is the first group. Any thread. */
    boolean isFresh(int group) {
        return group == 0 ? isLeaseValid(clock.nanoTime()) : groups.isFresh(group);
    }

    void onTick(long nowNs) {
        if (closed) {
            return;
        }
        if (session == null) {
            if (!opening && nowNs - openAtNs >= 0) {
                open(nowNs);
            }
            return;
        }
        refreshLease(nowNs);
        if (announceAgain) {
            announceAgain = false;
            announce(session);
        }
        if (protocol.isKeepAliveDue(nowNs)) {
            keepAlive(nowNs);
        }
        groups.onTick(nowNs, this::endLife, this::onCluster);
        if (behind != protocol.isBehind(nowNs)) {
            behind = !behind;
            LOG.warn(
                    behind
                            ? "node {} lets its session end: the leader answers, but the log has not reached this node for long"
                            : "node {} hears of the log again",
                    nodeId);
        }
    }

    /** True if the log does not reach this node, although the leader answers it. */
    boolean isBehind() {
        return behind;
    }

    private void refreshLease(long nowNs) {
        protocol.onApplied(store.view().revision());
        boolean lapsed = false;
        if (protocol.hasLease()) {
            boolean hadLease = leaseGranted;
            long earlierEndNs = leaseEndNs;
            leaseEndNs = protocol.leaseEndNs();
            leaseGranted = true;
            // Read after the new end is out: who found the earlier one passed, even between two ticks, waits to be
            // woken.
            lapsed = hadLease && clock.nanoTime() - earlierEndNs >= 0;
        }
        boolean valid = isLeaseValid(nowNs);
        if (valid && (fenced || lapsed)) {
            fenced = false;
            listener.onLeaseRenewed();
        } else if (!valid && leaseGranted && !fenced) {
            fenced = true;
            if (self.hosts()) {
                LOG.warn("node {} fences itself: its lease has passed", nodeId);
            }
        }
    }

    private long leaseNs() {
        return Duration.ofMillis(leaseMillis).toNanos();
    }

    private void open(long sentNs) {
        opening = true;
        CompletableFuture<?> unused = store.openSession(
                        self.hosts() ? leaseMillis : Math.max(leaseMillis, LASTING_SESSION_MILLIS))
                .thenCompose(groups::join)
                .whenComplete((joined, failure) -> onCluster(() -> {
                    opening = false;
                    if (joined == null) {
                        openAtNs = clock.nanoTime() + leaseNs() / RETRIES_PER_LEASE;
                        LOG.warn("node {} has no session yet: {}", nodeId, String.valueOf(failure));
                    } else if (!closed) {
                        onOpened(joined, sentNs);
                    }
                }));
    }

    private void onOpened(GroupSessions.Joined joined, long sentNs) {
        SessionId opened = joined.life();
        protocol = newProtocol();
        protocol.onOpened(opened.incarnation(), sentNs, store.view().revision());
        session = opened;
        groups.begin(joined);
        announceAgain = false;
        leaseGranted = false;
        fenced = false;
        refreshLease(clock.nanoTime());
        LOG.info("node {} joins as incarnation {}", nodeId, opened.incarnation());
        keepAlive(clock.nanoTime());
        announce(opened);
        listener.onSession(opened);
    }

    private void announce(SessionId opened) {
        byte[] value = self.encode();
        Txn txn = Txn.guarded(List.<Compare>of(), List.of(new Op.Put(ClusterKeys.node(nodeId), value, opened)));
        CompletableFuture<?> unused = store.txn(txn)
                .whenComplete((result, failure) -> onCluster(() -> {
                    if (!opened.equals(session)) {
                        return; // an earlier life
                    }
                    announceAgain = Wiring.wasNotProposed(failure);
                    if (!announceAgain && (result == null || !result.succeeded())) {
                        endLife("it could not announce itself: " + (failure == null ? result : failure));
                    }
                }));
    }

    private void keepAlive(long nowNs) {
        MembershipProtocol asked = protocol;
        long token = asked.keepAliveSent(nowNs);
        CompletableFuture<?> unused = store.keepAlive()
                .whenComplete((revision, failure) -> onCluster(() -> {
                    if (asked != protocol || closed) {
                        return; // an answer to an earlier life
                    }
                    if (revision != null) {
                        protocol.onKeepAliveAnswered(token, revision);
                        refreshLease(clock.nanoTime());
                    } else if (failure instanceof MetadataException known && isOver(known.code())) {
                        endLife("its session was ended by the leader");
                    } // any other failure: the next keep-alive is due soon, and the lease runs
                }));
    }

    /** NO_SESSION too: the store may have learned of the end from a transaction, while no keep-alive was waiting. */
    static boolean isOver(MetadataException.Code code) {
        return code == MetadataException.Code.SESSION_ENDED || code == MetadataException.Code.NO_SESSION;
    }

    private void endLife(String why) {
        if (session == null) {
            return;
        }
        LOG.warn("node {} owns nothing any more and joins anew: {}", nodeId, why);
        leaseGranted = false;
        session = null;
        groups.end();
        protocol.onSessionEnded();
        protocol = newProtocol();
        listener.onSession(null);
    }

    /** Says that the life is over, so that nobody has to wait for that; after {@link #close}. */
    CompletableFuture<Void> closeSessions() {
        return CompletableFuture.allOf(store.closeSession(), groups.close());
    }

    /** The state groups of which this node's copy is older than a lease, by number. Any thread. */
    List<Integer> staleGroups() {
        return groups.stale();
    }

    /** Ends this life for good; on the cluster thread. */
    void close() {
        closed = true;
        leaseGranted = false;
        groups.end();
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
