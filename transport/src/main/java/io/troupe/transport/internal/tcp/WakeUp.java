package io.troupe.transport.internal.tcp;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the agent sleep without missing a frame, lets producers skip the system call while it is awake, and lends what
 * the agent owns to one producer at a time while it sleeps, so that a frame on an idle link is written by the thread
 * that made it.
 *
 * <pre>
 *            announce                borrow
 *   AWAKE ------------> PARKED ------------------> LENT
 *     ^                   |  ^                      |  |  another producer, or a command: MISSED
 *     |   wake, resume    |  |  giveBack, all done  |  |  the agent wants to go on: AWAITED
 *     +-------------------+  +----------------------+  |
 *     |      giveBack, not all done, or MISSED: and the agent is woken
 *     +----------------------------------------------- +
 * </pre>
 *
 * <p>The agent sets PARKED, then looks at the rings once more, then sleeps. A producer commits its record, then looks
 * at the state. Each side writes before it reads, so at least one of them sees the other, but only if neither read
 * moves ahead of the write before it. The commit is a release store, which may still sit in the store buffer while the
 * following load runs: hence the full fence.
 *
 * <p>Invariants: who has moved the state out of PARKED, the agent by {@link #resume} or a producer by {@link #borrow},
 * owns what is confined to the agent until it moves it back; what is committed while it is lent is seen by the agent,
 * which is woken then.
 */
final class WakeUp {
    private static final int AWAKE = 0, PARKED = 1, LENT = 2, MISSED = 3, AWAITED = 4;
    private static final int SPINS = 200;
    private static final long PAUSE_NS = 1000;

    private final AtomicInteger state = new AtomicInteger(AWAKE);
    private final Runnable waker;

    WakeUp(Runnable waker) {
        this.waker = waker;
    }

    /** Any thread: something has been committed that the agent must see. */
    void wake() {
        VarHandle.fullFence();
        while (true) {
            int now = state.get();
            if (now == PARKED) {
                // One of many wins the exchange, so a burst costs one system call.
                if (state.compareAndSet(PARKED, AWAKE)) {
                    waker.run();
                    return;
                }
            } else if (now != LENT || state.compareAndSet(LENT, MISSED)) {
                return;
            }
        }
    }

    /**
     * Any thread but the agent: something has been committed. True if the agent sleeps and the caller has to see to it
     * in its place, and then to {@link #giveBack}.
     */
    boolean borrow() {
        VarHandle.fullFence();
        while (true) {
            int now = state.get();
            if (now == PARKED) {
                if (state.compareAndSet(PARKED, LENT)) {
                    return true;
                }
            } else if (now != LENT || state.compareAndSet(LENT, MISSED)) {
                return false;
            }
        }
    }

    /** Who has borrowed: {@code done} if nothing is left for the agent to do. */
    void giveBack(boolean done) {
        if (done && state.compareAndSet(LENT, PARKED)) {
            return;
        }
        if (state.getAndSet(AWAKE) != AWAITED) {
            waker.run();
        }
    }

    /** The agent: about to look for work a last time and then to sleep. */
    void announce() {
        state.set(PARKED);
        VarHandle.fullFence();
    }

    /** The agent: awake, and owns again what it may have lent; before it touches any of it. */
    void resume() {
        for (int spins = 0; state.get() != AWAKE && !state.compareAndSet(PARKED, AWAKE); spins++) {
            if (!state.compareAndSet(LENT, AWAITED)) {
                state.compareAndSet(MISSED, AWAITED);
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NS); // the producer was taken off the processor within its system call
            }
        }
    }

    /** The agent, after a timeout: whether a producer has noticed it by now. */
    boolean noticed() {
        return state.get() != PARKED;
    }
}
