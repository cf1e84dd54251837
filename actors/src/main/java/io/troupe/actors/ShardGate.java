package io.troupe.actors;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Counts what of one owned shard is busy: turns that run, and entities whose commits are in flight. Whoever enters asks
 * only then whether it may run; whoever moves the shard forbids that first and asks then whether all have left. So
 * either the one sees the other.
 */
final class ShardGate {
    private final AtomicInteger busy = new AtomicInteger();
    private volatile @Nullable Runnable quiet;

    void enter() {
        busy.incrementAndGet();
    }

    void leave() {
        if (busy.decrementAndGet() == 0) {
            tell();
        }
    }

    /** Calls as soon as nobody is inside, and every time that happens again. */
    void whenQuiet(Runnable newQuiet) {
        quiet = newQuiet;
        if (busy.get() == 0) {
            tell();
        }
    }

    void forget() {
        quiet = null;
    }

    private void tell() {
        Runnable known = quiet;
        if (known != null) {
            known.run();
        }
    }
}
