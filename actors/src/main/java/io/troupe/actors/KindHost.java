package io.troupe.actors;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one system has for all entities of one kind: where they run, what they use, and how many there are. Any thread.
 */
final class KindHost {
    final Kind<?> kind;
    final ActorRuntime runtime;
    final Executor executor;
    final boolean passivates;
    final int mailbox;
    final boolean dropsOldest;
    /** How long a sender waits for room; 0 for not at all. */
    final long blockNs;

    final boolean goesOnUnfenced;

    private final Nearness nearness;
    /** Cells in the memory. */
    private final AtomicInteger active = new AtomicInteger();

    private final LongAdder activations = new LongAdder();
    private final LongAdder passivations = new LongAdder();

    KindHost(Kind<?> kind, ActorRuntime runtime) {
        this.kind = kind;
        this.runtime = runtime;
        Executor own = kind.options().executor();
        executor = own == null ? runtime.dispatcher : own;
        nearness = new Nearness(kind, runtime::nanoTime);
        passivates = kind.options().stay().isLimited();
        mailbox = kind.options().mailbox().capacity();
        goesOnUnfenced = kind.options().quorumLoss() == QuorumLoss.CONTINUE_UNFENCED;
        blockNs = kind.options().mailbox().blockNs();
        dropsOldest = kind.options().mailbox().overflow() == Overflow.DROP_OLDEST;
    }

    long nanoTime() {
        return runtime.nanoTime();
    }

    /** {@return whether its entities may run on the threads that read from other nodes} */
    boolean runsNearby() {
        return nearness.isAllowed();
    }

    /** Runs a turn on such a thread. */
    void runNearby(Cell cell) {
        nearness.run(cell);
    }

    void onAdded() {
        active.incrementAndGet();
        activations.increment();
    }

    void onRemoved() {
        active.decrementAndGet();
    }

    void onPassivated() {
        passivations.increment();
    }

    /** A cell goes on with a new activation. */
    void onActivated() {
        activations.increment();
    }

    long activations() {
        return activations.sum();
    }

    long passivations() {
        return passivations.sum();
    }

    int active() {
        return active.get();
    }
}
