package io.troupe.transport.internal.tcp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.transport.internal.frame.FramingException;
import io.troupe.transport.internal.session.LinkSession;
import io.troupe.transport.internal.session.SendRing;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WakeUpStressTest {
    private static final int ROUNDS = 1_000_000;
    private static final long BUDGET_NS = 2_000_000_000L;

    /** A thread that the machine does not run for a while has lost nothing. */
    private static final long PATIENCE_NS = 20_000_000_000L;

    private static void acknowledge(LinkSession session, long position) {
        try {
            session.onAck(position);
        } catch (FramingException defect) {
            throw new AssertionError(defect);
        }
    }

    /**
     * The agent sleeps after every frame, so that each round has the race of commit against going to sleep. A lost
     * wake-up shows as a sleep that never ends.
     */
    @Test
    void noWakeUpIsLostHoweverTheAgentAndAProducerMeet() throws InterruptedException {
        AtomicBoolean woken = new AtomicBoolean();
        WakeUp wakeUp = new WakeUp(() -> woken.set(true));
        AtomicLong drained = new AtomicLong();
        AtomicLong target = new AtomicLong(Long.MAX_VALUE);
        AtomicBoolean lost = new AtomicBoolean();
        CountDownLatch end = new CountDownLatch(1);
        LinkSession session = new LinkSession(64 * 1024, 64 * 1024 / 2);
        SendRing ring = session.ring();
        ByteBuffer run = ring.view();
        Thread agent = new Thread(() -> {
            long written = 0;
            while (drained.get() < target.get() && !lost.get()) {
                drained.addAndGet(ring.nextRun(run, Integer.MAX_VALUE));
                written += run.remaining();
                acknowledge(session, written);
                wakeUp.announce();
                if (!ring.hasUnsent() && drained.get() < target.get()) {
                    long since = System.nanoTime();
                    while (!woken.get()) {
                        Thread.onSpinWait();
                        if (System.nanoTime() - since > PATIENCE_NS) {
                            lost.set(ring.hasUnsent() && !woken.get());
                            break;
                        }
                    }
                }
                woken.set(false);
                wakeUp.resume();
            }
            end.countDown();
        });
        agent.start();
        UnsafeBuffer body = new UnsafeBuffer(new byte[8]);
        long start = System.nanoTime();
        boolean last = false;
        for (int i = 0; !last && !lost.get(); i++) {
            last = i == ROUNDS || System.nanoTime() - start > BUDGET_NS;
            if (last) {
                target.set(i + 1);
            }
            while (!ring.offer(1, body, 0, 8) && !lost.get()) {
                Thread.onSpinWait();
            }
            wakeUp.wake();
            // Half of the rounds wait for the agent, so that it is about to sleep when the next frame comes.
            while ((i & 1) == 0 && drained.get() <= i && !lost.get()) {
                Thread.onSpinWait();
            }
        }
        end.await();
        agent.join();
        assertThat(lost).as("a wake-up was lost after %d frames", drained.get()).isFalse();
    }

    /**
     * The agent and several producers take turns with what is not safe for two at a time. In each round all producers
     * commit at once and then wait until it is done, by whoever it is: work that nobody is told of would wait for ever.
     */
    @Test
    void whatIsLentHasOneOwnerAtATimeAndNothingCommittedMeanwhileIsMissed() throws InterruptedException {
        int producers = 2;
        AtomicInteger rounds = new AtomicInteger(Integer.MAX_VALUE);
        Semaphore signal = new Semaphore(0);
        WakeUp wakeUp = new WakeUp(signal::release);
        Owned owned = new Owned();
        AtomicInteger lent = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(producers);
        AtomicBoolean lost = new AtomicBoolean();
        long end = System.nanoTime() + BUDGET_NS;
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            Thread thread = new Thread(() -> {
                for (int round = 0; round < rounds.get() && !lost.get(); round++) {
                    long overNs = System.nanoTime() - end;
                    if (overNs > 0 && (lent.get() > 0 || overNs > PATIENCE_NS)) {
                        rounds.compareAndSet(Integer.MAX_VALUE, round + 1); // nobody is further than that
                    }
                    owned.committed.incrementAndGet();
                    if (wakeUp.borrow()) {
                        lent.incrementAndGet();
                        boolean works = round % 3 != 0;
                        if (works) {
                            owned.work();
                        }
                        wakeUp.giveBack(works);
                    }
                    long since = System.nanoTime();
                    while (owned.done.get() < producers * (round + 1) && !lost.get()) {
                        Thread.onSpinWait();
                        lost.compareAndSet(false, System.nanoTime() - since > PATIENCE_NS);
                    }
                }
                left.decrementAndGet();
                wakeUp.wake();
            });
            threads.add(thread);
            thread.start();
        }
        while (left.get() > 0) {
            owned.work();
            wakeUp.announce();
            if (owned.isDone() && left.get() > 0) {
                boolean woken = signal.tryAcquire(2 * PATIENCE_NS, TimeUnit.NANOSECONDS);
                lost.compareAndSet(false, !woken);
                signal.drainPermits(); // as with a selector, one wake-up is worth as much as many
            }
            wakeUp.resume();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(lost)
                .as("work that nobody did, after %d pieces", owned.done.get())
                .isFalse();
        assertThat(owned.clashes).isZero();
        assertThat(lent.get()).as("times it was lent").isPositive();
    }

    /** Not safe for two threads, and notices them. */
    private static final class Owned {
        final AtomicInteger committed = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Thread owner;
        private int clashes;

        boolean isDone() {
            return done.get() == committed.get();
        }

        void work() {
            if (owner != null) {
                clashes++;
            }
            owner = Thread.currentThread();
            int target = committed.get();
            for (int i = done.get(); i < target; i++) {
                if (owner != Thread.currentThread()) {
                    clashes++;
                }
            }
            done.set(target);
            owner = null;
        }
    }
}
