package io.troupe.transport.internal.tcp;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

class WakeUpStressTest {
    private static final int ROUNDS = 1_000_000;
    private static final long BUDGET_NS = 2_000_000_000L;
    private static final long PATIENCE_NS = 2_000_000_000L;

    /**
     * The agent sleeps after every frame, so that each round has the race of commit against going to sleep. A lost
     * wake-up shows as a sleep that never ends.
     */
    @Test
    @Timeout(60)
    void noWakeUpIsLostHoweverTheAgentAndAProducerMeet() throws InterruptedException {
        SendRing ring = new SendRing(64 * 1024);
        AtomicBoolean woken = new AtomicBoolean();
        WakeUp wakeUp = new WakeUp(() -> woken.set(true));
        AtomicLong drained = new AtomicLong();
        AtomicLong target = new AtomicLong(Long.MAX_VALUE);
        AtomicBoolean lost = new AtomicBoolean();
        CountDownLatch end = new CountDownLatch(1);
        UnsafeBuffer writeBuffer = new UnsafeBuffer(new byte[64 * 1024]);
        Thread agent = new Thread(() -> {
            while (drained.get() < target.get() && !lost.get()) {
                ring.drainTo(writeBuffer, writeBuffer.capacity());
                drained.addAndGet(ring.drainedFrames());
                wakeUp.announce();
                if (!ring.hasCommitted() && drained.get() < target.get()) {
                    long since = System.nanoTime();
                    while (!woken.get()) {
                        Thread.onSpinWait();
                        if (System.nanoTime() - since > PATIENCE_NS) {
                            lost.set(ring.hasCommitted() && !woken.get());
                            break;
                        }
                    }
                }
                woken.set(false);
                wakeUp.retract();
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
            wakeUp.afterCommit();
            // Half of the rounds wait for the agent, so that it is about to sleep when the next frame comes.
            while ((i & 1) == 0 && drained.get() <= i && !lost.get()) {
                Thread.onSpinWait();
            }
        }
        end.await();
        agent.join();
        assertThat(lost).as("a wake-up was lost after %d frames", drained.get()).isFalse();
    }
}
