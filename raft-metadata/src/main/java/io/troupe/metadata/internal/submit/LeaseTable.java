package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.state.Command;
import org.jspecify.annotations.Nullable;

/**
 * When the leader may end which session: soft state of one leadership. A deadline is the time at which the leader
 * applied a renewal plus the lease, stretched for two clocks that differ, plus a margin. So it always lies behind the
 * point at which the node itself has given up. Who becomes leader, or finds that it has slept, gives every session a
 * full lease anew.
 *
 * <p>Pure. Confined to the metadata thread.
 */
public final class LeaseTable {
    /** By how much the rates of two clocks may differ. */
    public static final double DRIFT = 0.01;

    /** Added to every deadline, in ns: covers the leader's own hops between apply and this table. */
    public static final long MARGIN_NS = 20_000_000;

    private static final double STRETCH = 1 + 2 * DRIFT + DRIFT * DRIFT;

    private final long tickNs;

    /** By node id. */
    private final TreeMap<String, Lease> leases = new TreeMap<>();

    private long lastTickNs;

    private record Lease(SessionId session, long ttlMillis, long renewedAt, long deadlineNs, boolean expiring) {}

    /**
     * An empty table.
     *
     * @param tickNs how often {@link #overdue} is called
     */
    public LeaseTable(long tickNs) {
        this.tickNs = tickNs;
    }

    /**
     * A leadership begins.
     *
     * @param sessions the sessions of the store; the open ones get a full lease
     * @param nowNs    the time
     */
    public void begin(List<Session> sessions, long nowNs) {
        leases.clear();
        sessions.forEach(session -> renewed(session, nowNs));
        lastTickNs = nowNs;
    }

    /**
     * A session was opened or renewed, as the leader's own state says.
     *
     * @param session the session, with the revision of its renewal
     * @param nowNs   the time of the apply
     */
    public void renewed(@Nullable Session session, long nowNs) {
        if (session != null && session.open()) {
            leases.put(session.id().nodeId(), full(session.id(), session.ttlMillis(), session.renewedAt(), nowNs));
        }
    }

    /**
     * A session has ended.
     *
     * @param session the session
     */
    public void ended(SessionId session) {
        leases.computeIfPresent(session.nodeId(), (node, lease) -> lease.session.equals(session) ? null : lease);
    }

    /**
     * An expiry was proposed but its outcome is unknown: it may be proposed again.
     *
     * @param session the session
     */
    public void expiryUnknown(SessionId session) {
        leases.computeIfPresent(
                session.nodeId(),
                (node, lease) -> lease.session.equals(session)
                        ? new Lease(session, lease.ttlMillis, lease.renewedAt, lease.deadlineNs, false)
                        : lease);
    }

    /** {@return true if no session is open} */
    public boolean isEmpty() {
        return leases.isEmpty();
    }

    /**
     * Which sessions to end. Each is named once; its expiry is a compare with the renewal known here.
     *
     * @param nowNs the time
     * @return the expiries to propose
     */
    public List<Command.ExpireSession> overdue(long nowNs) {
        boolean slept = nowNs - lastTickNs > 2 * tickNs;
        lastTickNs = nowNs;
        List<Command.ExpireSession> overdue = new ArrayList<>();
        leases.replaceAll((node, lease) -> {
            if (slept) {
                // Renewals may wait unseen behind our own pause: nobody is overdue before a full lease from now.
                return full(lease.session, lease.ttlMillis, lease.renewedAt, nowNs);
            }
            if (lease.expiring || nowNs - lease.deadlineNs < 0) {
                return lease;
            }
            overdue.add(new Command.ExpireSession(lease.session, lease.renewedAt));
            return new Lease(lease.session, lease.ttlMillis, lease.renewedAt, lease.deadlineNs, true);
        });
        return overdue;
    }

    private static Lease full(SessionId session, long ttlMillis, long renewedAt, long nowNs) {
        long leaseNs = (long) (ttlMillis * 1_000_000 * STRETCH);
        return new Lease(session, ttlMillis, renewedAt, nowNs + leaseNs + MARGIN_NS, false);
    }
}
