package io.troupe.transport.internal.tcp;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets the agent sleep without missing a frame, and lets producers skip the system call while it is awake.
 *
 * <p>The agent sets {@code parked}, then looks at the rings once more, then sleeps. A producer commits its record, then
 * looks at {@code parked}. Each side writes before it reads, so at least one of them sees the other, but only if neither
 * read moves ahead of the write before it. The commit is a release store, which may still sit in the store buffer while
 * the following load runs: hence the full fence.
 */
final class WakeUp {
    private final AtomicBoolean parked = new AtomicBoolean();
    private final Runnable waker;

    WakeUp(Runnable waker) {
        this.waker = waker;
    }

    /** Any thread: something has been committed that the agent must see. */
    void afterCommit() {
        VarHandle.fullFence();
        // One producer wins the exchange, so a burst costs one system call.
        if (parked.get() && parked.compareAndSet(true, false)) {
            waker.run();
        }
    }

    /** The agent: about to look for work a last time and then to sleep. */
    void announce() {
        parked.set(true);
        VarHandle.fullFence();
    }

    /** The agent: awake. Returns true if a producer woke it. */
    boolean retract() {
        return !parked.getAndSet(false);
    }

    /** The agent, after a timeout: whether a producer has noticed it by now. */
    boolean noticed() {
        return !parked.get();
    }
}
