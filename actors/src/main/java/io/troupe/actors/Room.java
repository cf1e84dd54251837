package io.troupe.actors;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.cluster.spi.Platform;

/** Senders that wait for a place in one full mailbox, each for a limited time. Any thread that may wait. */
final class Room {
    /** Senders that wait for one mailbox; one more is rejected at once. */
    static final int MAX_SENDERS = 1_000;

    private static final String THREADS = "troupe-";

    private final Cell cell;
    private final AtomicInteger senders = new AtomicInteger();

    Room(Cell cell) {
        this.cell = cell;
    }

    /**
     * {@return true if the calling thread is nobody's whom others wait for} Not within a handler, whose thread works
     * off mailboxes, maybe this one; not on any thread of a system or a node, which complete futures and call
     * listeners; not where time passes only between steps.
     */
    static boolean mayWait(Platform platform) {
        return !Cell.isRunning()
                && !platform.isVirtual()
                && !Thread.currentThread().getName().startsWith(THREADS);
    }

    /**
     * Puts a message into the mailbox once there is room, or says why not: within the limit, and at once if it may not
     * wait.
     */
    Cell.Offer offer(Object message, long limitNs) {
        if (!mayWait(cell.kind.runtime.platform)) {
            return Cell.Offer.FULL;
        }
        // Counted before the mailbox is looked at again: whoever takes a message then sees a sender, or has made room.
        if (senders.incrementAndGet() > MAX_SENDERS) {
            senders.decrementAndGet();
            return Cell.Offer.FULL;
        }
        long endNs = cell.kind.nanoTime() + limitNs;
        synchronized (this) {
            try {
                for (long leftNs = limitNs; ; leftNs = endNs - cell.kind.nanoTime()) {
                    Cell.Offer offer = cell.offer(message);
                    if (offer != Cell.Offer.FULL) {
                        return offer;
                    }
                    if (leftNs <= 0) {
                        notify(); // the place that it was woken for, if any, is for another one
                        return offer;
                    }
                    TimeUnit.NANOSECONDS.timedWait(this, leftNs);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                notify();
                return Cell.Offer.FULL;
            } finally {
                senders.decrementAndGet();
            }
        }
    }

    /** A place has become free. */
    void onTaken() {
        if (senders.get() > 0) {
            synchronized (this) {
                notify();
            }
        }
    }

    /** The mailbox takes nothing more. */
    void onShut() {
        if (senders.get() > 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }
}
