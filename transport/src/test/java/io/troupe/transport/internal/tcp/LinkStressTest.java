package io.troupe.transport.internal.tcp;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.ThreadMXBean;
import io.troupe.transport.Offer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LinkStressTest {
    /** For how long at least an agent that finds frames on waking up waits for the wake-up of their producer. */
    private static final long GRACE_NS = 500_000;

    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode listening(String id) {
        TestNode node = TestNode.start(id, config -> config.bind("127.0.0.1", 0).sessionTimeout(TestNode.NEVER));
        open.add(node);
        return node;
    }

    /** Checks that every producer's numbers arrive in order, and that each frame is the one that was sent. */
    private static final class Checker extends TestNode.Ignore {
        final Map<Long, Long> last = new ConcurrentHashMap<>();
        final AtomicLong received = new AtomicLong();
        final AtomicInteger disorder = new AtomicInteger();
        final AtomicInteger corrupt = new AtomicInteger();

        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
            long producer = buffer.getLong(offset);
            long number = buffer.getLong(offset + 8);
            if (type != 1 + producer || length != lengthOf(number) || !isFilled(buffer, offset, length, number)) {
                corrupt.incrementAndGet();
            }
            Long before = last.put(producer, number);
            long expected = before == null ? 0 : before + 1;
            if (number != expected) {
                disorder.incrementAndGet();
            }
            received.lazySet(received.get() + 1);
        }

        private static boolean isFilled(DirectBuffer buffer, int offset, int length, long number) {
            for (int i = 16; i < length; i++) {
                if (buffer.getByte(offset + i) != (byte) number) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Most are short, and now and then one goes in parts. */
    private static int lengthOf(long number) {
        return (int) (number % 997 == 500 ? 60_000 + number % 7 * 20_000 : 16 + number % 97);
    }

    private static void fill(UnsafeBuffer frame, long producer, long number) {
        frame.putLong(0, producer);
        frame.putLong(8, number);
        frame.setMemory(16, lengthOf(number) - 16, (byte) number);
    }

    @Test
    void framesOfManyProducersKeepTheirOrderAndNoneIsLost() throws InterruptedException {
        int producers = 4;
        int each = 100_000;
        TestNode a = listening("a");
        TestNode b = listening("b");
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        a.awaitLink("b");
        CountDownLatch done = new CountDownLatch(producers);
        AtomicLong heldUp = new AtomicLong();
        for (int p = 0; p < producers; p++) {
            long producer = p;
            new Thread(() -> {
                        UnsafeBuffer frame = new UnsafeBuffer(new byte[180_000]);
                        for (long number = 0; number < each; number++) {
                            fill(frame, producer, number);
                            long startNs = System.nanoTime();
                            while (offer(a, producer, number, frame) == Offer.BACK_PRESSURED) {
                                LockSupport.parkNanos(10_000);
                                startNs = System.nanoTime();
                            }
                            if (System.nanoTime() - startNs >= GRACE_NS) {
                                heldUp.incrementAndGet();
                            }
                            if (number % 1000 == 999) {
                                // Now and then the agent must get the chance to fall asleep.
                                LockSupport.parkNanos(1_000_000);
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        await().untilAsserted(() -> assertThat(checker.received).hasValue((long) producers * each));
        assertThat(checker.disorder).hasValue(0);
        assertThat(checker.corrupt).hasValue(0);
        assertThat(a.system.counters().lateWakeUps())
                .as("but for those of producers that the machine stopped between commit and wake-up")
                .isLessThanOrEqualTo(heldUp.get());
        assertThat(a.system.counters().droppedFrames()).isZero();
        assertThat(b.system.counters().lateWakeUps()).isZero();
    }

    private static void awaitNewFrames(Checker checker) {
        long before = checker.received.get();
        await().until(() -> checker.received.get() > before + 1000);
    }

    private static long interruptions(TestNode node) {
        return node.links.stream()
                .filter(event -> event.endsWith(" INTERRUPTED"))
                .count();
    }

    private static Offer offer(TestNode from, long producer, long number, UnsafeBuffer frame) {
        return from.system.offer("b", (int) (1 + producer), frame, 0, lengthOf(number));
    }

    @Test
    void aLinkThatIsCutUnderLoadIsResumedWithNothingLostAndNothingTwice() throws InterruptedException {
        TestNode a = listening("a");
        TestNode b = listening("b");
        Checker checker = new Checker();
        b.onFrame = checker;
        a.dial(b);
        b.dial(a);
        a.awaitLink("b");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong accepted = new AtomicLong();
        Thread producer = new Thread(() -> {
            UnsafeBuffer frame = new UnsafeBuffer(new byte[180_000]);
            for (long number = 0; !stop.get(); ) {
                fill(frame, 0, number);
                if (offer(a, 0, number, frame) == Offer.ACCEPTED) {
                    number++;
                    accepted.incrementAndGet();
                } else {
                    LockSupport.parkNanos(10_000);
                }
            }
        });
        producer.start();
        try {
            for (int cut = 0; cut < 20; cut++) {
                TestNode cutter = cut % 2 == 0 ? a : b;
                awaitNewFrames(checker);
                long before = interruptions(cutter);
                cutter.awaitLink(cutter == a ? "b" : "a");
                cutter.system.cut(cutter == a ? "b" : "a");
                await().until(() -> interruptions(cutter) > before);
            }
            awaitNewFrames(checker);
        } finally {
            stop.set(true);
            producer.join();
        }
        await().untilAsserted(() -> assertThat(checker.received).hasValue(accepted.get()));
        assertThat(checker.disorder).hasValue(0);
        assertThat(checker.corrupt).hasValue(0);
        assertThat(interruptions(a)).isGreaterThanOrEqualTo(10);
        for (TestNode node : List.of(a, b)) {
            assertThat(node.links.get(0)).endsWith("OPENED");
            assertThat(node.links).filteredOn(event -> event.endsWith("OPENED")).hasSize(1);
            assertThat(node.links).noneMatch(event -> event.endsWith("ENDED") && !event.endsWith("OPENED"));
            assertThat(node.system.counters().protocolErrors()).isZero();
            assertThat(node.system.counters().droppedFrames()).isZero();
        }
    }

    @Test
    void aNodeThatDoesNotReadPushesBackAndLosesNothing() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        Checker checker = new Checker();
        CountDownLatch go = new CountDownLatch(1);
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                awaitQuietly(go);
                checker.onFrame(nodeId, type, buffer, offset, length);
            }
        };
        a.dial(b);
        a.awaitLink("b");
        UnsafeBuffer frame = new UnsafeBuffer(new byte[180_000]);
        long accepted = 0;
        while (true) {
            fill(frame, 0, accepted);
            Offer offer = offer(a, 0, accepted, frame);
            if (offer == Offer.BACK_PRESSURED) {
                break;
            }
            assertThat(offer).isEqualTo(Offer.ACCEPTED);
            accepted++;
        }
        assertThat(a.system.link("b").heldBytes()).isGreaterThan(3_900_000);
        go.countDown();
        long sent = accepted;
        await().untilAsserted(() -> assertThat(checker.received).hasValue(sent));
        assertThat(checker.disorder).hasValue(0);
        assertThat(checker.corrupt).hasValue(0);
        await().until(() -> a.system.link("b").heldBytes() == 0);
    }

    @Test
    void anIdleLinkStaysUpByHeartbeatsAndASilentOneIsGivenUp() {
        // b beats every 200 ms only, which is enough for a's 400, unless the machine stops: then a waits for longer.
        Duration limit = Duration.ofMillis(400);
        while (!staysUpByHeartbeatsAndIsGivenUpInSilence(limit)) {
            limit = limit.multipliedBy(2);
            assertThat(limit).isLessThan(TestNode.PATIENCE.dividedBy(2));
        }
    }

    /** False if the idle link was given up. */
    private boolean staysUpByHeartbeatsAndIsGivenUpInSilence(Duration limit) {
        TestNode a = TestNode.start(
                "a",
                config -> config.bind("127.0.0.1", 0)
                        .sessionTimeout(TestNode.NEVER)
                        .heartbeatInterval(Duration.ofMillis(50))
                        .linkTimeout(limit));
        open.add(a);
        TestNode b = listening("b");
        b.dial(a);
        a.awaitLink("b");
        long endNs = System.nanoTime() + limit.multipliedBy(9).dividedBy(4).toNanos();
        await().until(() -> interruptions(a) > 0 || System.nanoTime() - endNs > 0);
        if (interruptions(a) > 0) {
            a.close();
            b.close();
            return false;
        }
        CountDownLatch hang = new CountDownLatch(1);
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                awaitQuietly(hang);
            }
        };
        a.offer("b", "hang");
        await().until(() -> a.links.contains("b INTERRUPTED"));
        hang.countDown();
        await().until(() -> a.links.contains("b RESUMED"));
        return true;
    }

    @Test
    void aWarmLinkAllocatesNothingPerFrame() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        AtomicLong received = new AtomicLong();
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                received.lazySet(received.get() + 1);
            }
        };
        a.dial(b);
        a.awaitLink("b");
        UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        send(a, frame, 300_000, received);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] agents = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("troupe-[ab]-transport"))
                .mapToLong(Thread::getId)
                .toArray();
        assertThat(agents).hasSize(2);
        int frames = 500_000;
        long producerBefore = threads.getCurrentThreadAllocatedBytes();
        long agentsBefore = sum(threads.getThreadAllocatedBytes(agents));
        send(a, frame, frames, received);
        long agentsAfter = sum(threads.getThreadAllocatedBytes(agents));
        long producerAfter = threads.getCurrentThreadAllocatedBytes();
        assertThat((double) (agentsAfter - agentsBefore) / frames)
                .as("bytes per frame, agents")
                .isLessThan(0.1);
        assertThat((double) (producerAfter - producerBefore) / frames)
                .as("bytes per frame, offer")
                .isLessThan(0.1);
    }

    private static void send(TestNode from, UnsafeBuffer frame, int frames, AtomicLong received) {
        long target = received.get() + frames;
        for (int i = 0; i < frames; i++) {
            while (from.system.offer("b", 1, frame, 0, 64) != Offer.ACCEPTED) {
                LockSupport.parkNanos(10_000);
            }
        }
        while (received.get() < target) {
            LockSupport.parkNanos(100_000);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }
}
