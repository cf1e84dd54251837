package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.actors.internal.lifecycle.DeadlineQueue;
import io.troupe.actors.internal.lifecycle.DeadlineQueue.Entry;
import io.troupe.cluster.spi.Platform;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers of a node's entities: one queue, and one thread that exists once somebody has set a timer. Any thread.
 */
final class NodeTimers {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTimers.class);

    /** The thread sleeps no longer than this, so that wake-ups for cancelled timers cannot pile up. */
    private static final long LONGEST_SLEEP_NS = 100_000_000;

    private static final long SHORTEST_SLEEP_NS = 1_000;

    private final Platform platform;
    /** Guarded by this, as all below. */
    private final DeadlineQueue<Runnable> queue = new DeadlineQueue<>();

    private Platform.@Nullable Loop loop;
    /**
     * The earliest wake-up under way; meaningless unless armed. Never later than the first timer and the longest sleep.
     */
    private long armedNs;

    private boolean armed;
    private boolean closed;

    NodeTimers(Platform platform) {
        this.platform = platform;
    }

    /** Runs a short step on the timers' thread, not before its time. */
    synchronized Entry<Runnable> schedule(long dueNs, Runnable step) {
        Entry<Runnable> entry = queue.add(dueNs, step);
        arm(platform.clock().nanoTime());
        return entry;
    }

    synchronized void cancel(Entry<Runnable> entry) {
        queue.remove(entry);
    }

    private void arm(long nowNs) {
        if (closed || queue.nextDueNs() == DeadlineQueue.NONE) {
            return;
        }
        long sleepNs = Math.min(Math.max(queue.nextDueNs() - nowNs, SHORTEST_SLEEP_NS), LONGEST_SLEEP_NS);
        long wakeNs = nowNs + sleepNs;
        if (armed && armedNs - wakeNs <= 0) {
            return;
        }
        Platform.Loop used = loop;
        if (used == null) {
            used = platform.newLoop("timer");
            loop = used;
        }
        try {
            used.schedule(sleepNs, () -> fire(wakeNs));
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: no timer fires any more");
            return;
        }
        armed = true;
        armedNs = wakeNs;
    }

    private void fire(long wakeNs) {
        for (Runnable step; (step = next(wakeNs)) != null; ) {
            try {
                step.run();
            } catch (Throwable t) { // an Error, too: the wake-up that is still marked as armed would be the last one
                LOG.error("a timer failed", t);
            }
        }
    }

    private synchronized @Nullable Runnable next(long wakeNs) {
        long nowNs = platform.clock().nanoTime();
        Runnable due = queue.poll(nowNs);
        if (due == null) {
            if (armedNs == wakeNs) {
                armed = false; // else an earlier wake-up was armed since, and is still to come
            }
            arm(nowNs);
        }
        return due;
    }

    /** {@return what will never fire: call once closed} */
    synchronized List<Runnable> takeAll() {
        List<Runnable> left = new ArrayList<>(queue.size());
        for (Runnable step; (step = queue.poll(queue.nextDueNs())) != null; ) {
            left.add(step);
        }
        return left;
    }

    synchronized int size() {
        return queue.size();
    }

    /** No timer fires any more. Idempotent. */
    void close() {
        Platform.Loop used;
        synchronized (this) {
            closed = true;
            used = loop;
        }
        if (used != null) {
            used.close();
        }
    }
}
