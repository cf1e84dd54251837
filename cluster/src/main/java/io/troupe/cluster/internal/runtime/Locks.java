package io.troupe.cluster.internal.runtime;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ClusterLock;
import io.troupe.cluster.internal.keys.ClusterKeys;
import io.troupe.metadata.Compare;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import org.jspecify.annotations.Nullable;

/**
 * The locks that this node holds, waits for, or gives back. A lock is an entry that is bound to the holder's session,
 * so it ends with it; its token is the revision of that entry. On the cluster thread, but what a {@link ClusterLock}
 * says is safe for any.
 *
 * <p>Invariant: a lock is HELD only between an entry of this node's session that was acknowledged under a valid lease,
 * and the moment that lease passes. The session outlives the lease, and the entry the session's life, so nobody else
 * can have one meanwhile. A lease that becomes valid again gives no lock back: the holder was told.
 */
final class Locks {
    /** Locks of one node, held or waited for. */
    static final int MAX_LOCKS = 1_000;

    /** An answer is waited for this long at least: who gives no time takes a lock that is free all the same. */
    private static final long ANSWER_NS = 1_000_000_000;

    private final MetadataStore store;
    private final Membership membership;
    private final Requests requests;
    /** In the order in which they were asked for; a closing thread looks at them, too. */
    private final Queue<Lock> locks = new ConcurrentLinkedQueue<>();

    private enum State {
        /** Its entry may be there or not. */
        WAITING,
        PROPOSED,
        HELD,
        /** Not held any more; its entry may still be there. */
        LEAVING,
        GONE
    }

    Locks(MetadataStore store, Membership membership, Requests requests) {
        this.store = store;
        this.membership = membership;
        this.requests = requests;
    }

    Membership membership() {
        return membership;
    }

    private final class Lock implements ClusterLock {
        final String name;
        final long deadlineNs;
        /** Until then the answer to a proposal is waited for. */
        final long answerByNs;

        final CompletableFuture<ClusterLock> acquired;
        final CompletableFuture<Void> lost = new CompletableFuture<>();
        final CompletableFuture<Void> released = new CompletableFuture<>();
        volatile State state = State.WAITING;
        volatile long token;
        volatile @Nullable SessionId session;
        boolean deleting;

        Lock(String name, long nowNs, long limitNs, CompletableFuture<ClusterLock> acquired) {
            this.name = name;
            this.deadlineNs = nowNs + limitNs;
            this.answerByNs = nowNs + Math.max(limitNs, ANSWER_NS);
            this.acquired = acquired;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public boolean isHeld() {
            return state == State.HELD && isOurs(this, membership.clock().nanoTime());
        }

        @Override
        public CompletableFuture<Void> lost() {
            return lost.copy();
        }

        @Override
        public CompletableFuture<Void> release() {
            return requests.<Void>onCluster(done -> {
                if (state == State.HELD) {
                    state = State.LEAVING;
                    delete(this);
                }
                CompletableFuture<?> unused = released.thenRun(() -> done.complete(null));
            });
        }

        @Override
        public String toString() {
            return "lock " + name + " (" + state + ", token " + token + ")";
        }
    }

    void acquire(String name, Duration limit, CompletableFuture<ClusterLock> acquired) {
        if (locks.size() >= MAX_LOCKS) {
            throw new ClusterException(
                    ClusterException.Code.FAILED,
                    "node " + store.nodeId() + " holds or waits for " + MAX_LOCKS + " locks: release some first");
        }
        long nowNs = membership.clock().nanoTime();
        Lock lock = new Lock(name, nowNs, Requests.nanos(limit), acquired);
        locks.add(lock);
        propose(lock, nowNs); // once, whatever the limit
    }

    void onTick(long nowNs) {
        for (Lock lock : locks) {
            onTick(lock, nowNs);
        }
        locks.removeIf(lock -> lock.state == State.GONE);
    }

    private void onTick(Lock lock, long nowNs) {
        switch (lock.state) {
            case WAITING -> {
                if (lock.acquired.isDone()) {
                    lock.state = State.GONE; // taken back
                } else if (nowNs - lock.deadlineNs >= 0) {
                    lock.state = State.GONE;
                    lock.acquired.completeExceptionally(late(lock));
                } else {
                    propose(lock, nowNs);
                }
            }
            case PROPOSED -> {
                if (nowNs - lock.answerByNs >= 0 && !lock.acquired.isDone()) {
                    lock.acquired.completeExceptionally(late(lock)); // its answer gives back what it has
                }
            }
            case HELD -> {
                if (!isOurs(lock, nowNs) || isTaken(lock)) {
                    lose(lock);
                }
            }
            case LEAVING -> delete(lock);
            case GONE -> {
                // nothing more
            }
        }
    }

    private void propose(Lock lock, long nowNs) {
        SessionId session = membership.session();
        String key = ClusterKeys.lock(lock.name);
        if (session == null || !membership.isLeaseValid(nowNs) || store.view().get(key) != null) {
            return; // the next tick looks again
        }
        lock.state = State.PROPOSED;
        lock.session = session;
        byte[] holder = store.nodeId().getBytes(StandardCharsets.UTF_8);
        CompletableFuture<?> unused = store.txn(
                        Txn.guarded(List.of(Compare.absent(key)), List.of(new Op.Put(key, holder, session))))
                .whenComplete((result, failure) -> requests.later(0, () -> {
                    if (failure == null && result.succeeded()) {
                        onEntry(lock, result.revision());
                    } else {
                        // An entry that was written all the same ended with the session that could not hear of it.
                        lock.state = State.WAITING;
                    }
                }));
    }

    private void onEntry(Lock lock, long revision) {
        lock.token = revision;
        boolean valid = isOurs(lock, membership.clock().nanoTime());
        lock.state = valid ? State.HELD : State.LEAVING;
        if (!valid) {
            lock.acquired.completeExceptionally(new ClusterException(
                    ClusterException.Code.FAILED,
                    "node " + store.nodeId() + " lost its lease while it took lock " + lock.name + ": ask again"));
        } else if (!lock.acquired.complete(lock)) {
            lock.state = State.LEAVING; // taken back meanwhile, or too late
        }
        if (lock.state == State.LEAVING) {
            delete(lock);
        }
    }

    /**
     * True if the session of its entry has a lease; in this order, for a new session may come between the two. Any
     * thread.
     */
    private boolean isOurs(Lock lock, long nowNs) {
        return membership.isLeaseValid(nowNs) && Objects.equals(membership.session(), lock.session);
    }

    /** True if its entry is gone, or another's: an operator's hand, or the end of the session. */
    private boolean isTaken(Lock lock) {
        KeyValue entry = store.view().get(ClusterKeys.lock(lock.name));
        return store.view().revision() >= lock.token && (entry == null || entry.modRevision() != lock.token);
    }

    private void lose(Lock lock) {
        lock.state = State.LEAVING;
        lock.lost.complete(null);
        delete(lock);
    }

    /** Its session is about to be ended, and the entries with it: the holders hear of that first. */
    void loseAll() {
        for (Lock lock : locks) {
            if (lock.state == State.HELD) {
                lock.state = State.LEAVING;
                lock.lost.complete(null);
            }
        }
    }

    /** Its session may go on, and with it the entry. */
    private void delete(Lock lock) {
        if (lock.deleting) {
            return;
        }
        lock.deleting = true;
        String key = ClusterKeys.lock(lock.name);
        CompletableFuture<?> unused = store.txn(
                        Txn.guarded(List.of(Compare.modRevision(key, lock.token)), List.of(new Op.Delete(key))))
                .whenComplete((result, failure) -> requests.later(0, () -> {
                    lock.deleting = false;
                    if (failure == null || !Objects.equals(membership.session(), lock.session)) {
                        lock.state = State.GONE;
                        lock.released.complete(null);
                    } // else the next tick tries again
                }));
    }

    private ClusterException late(Lock lock) {
        KeyValue entry = store.view().get(ClusterKeys.lock(lock.name));
        return new ClusterException(
                ClusterException.Code.TIMEOUT,
                "lock " + lock.name + " was not free in time: "
                        + (entry == null
                                ? "node " + store.nodeId() + " has no lease, or reaches no leader"
                                : "node " + new String(entry.value(), StandardCharsets.UTF_8) + " holds it with token "
                                        + entry.modRevision()));
    }

    /** The node goes: nothing is held from now on. */
    void close() {
        for (Lock lock : locks) {
            boolean held = lock.state == State.HELD;
            lock.state = State.GONE;
            if (held) {
                lock.lost.complete(null);
            }
        }
    }
}
