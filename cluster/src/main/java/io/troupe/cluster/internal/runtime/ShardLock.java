package io.troupe.cluster.internal.runtime;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of a hosted shard, and what waits for its release. A thread that sends to its own node holds the lock of its
 * channel and takes this one; so whoever holds this one must not take that of a channel, and says what a sender of this
 * node has to hear afterwards.
 */
final class ShardLock {
    /** How many of them this thread holds; counted under assertions only. */
    private static final ThreadLocal<int[]> HELD = ThreadLocal.withInitial(() -> new int[1]);

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    /** {@return whether this thread may take the lock of a channel that it does not hold} For assertions. */
    static boolean holdsNone() {
        return HELD.get()[0] == 0;
    }

    private static boolean count(int change) {
        HELD.get()[0] += change;
        return true;
    }

    void lock() {
        lock.lock();
        assert count(1);
    }

    /** Releases it, and if this thread holds it no more, does what waited for that: all of it, whatever one throws. */
    void unlock() {
        assert count(-1);
        if (waiting.isEmpty() || lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        List<Runnable> due = List.copyOf(waiting);
        waiting.clear();
        lock.unlock();
        run(due.iterator());
    }

    private static void run(Iterator<Runnable> due) {
        try {
            while (due.hasNext()) {
                due.next().run();
            }
        } finally {
            if (due.hasNext()) {
                run(due);
            }
        }
    }

    /** Does it once this thread does not hold the lock: now, or with the release. */
    void afterwards(Runnable step) {
        if (lock.isHeldByCurrentThread()) {
            waiting.add(step);
        } else {
            step.run();
        }
    }
}
