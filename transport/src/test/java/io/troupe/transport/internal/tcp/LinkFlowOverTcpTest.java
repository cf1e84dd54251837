package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import io.troupe.transport.Lane;
import io.troupe.transport.Offer;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Full rings, ends that read nothing, and connections that bring nothing, over real sockets. */
class LinkFlowOverTcpTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final String LARGE = "x".repeat(4000);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private TestNode start(String id, UnaryOperator<TransportConfig.Builder> change) {
        TestNode node = TestNode.start(
                id,
                config -> change.apply(config.bind("127.0.0.1", 0)
                        .linkTimeout(NEVER)
                        .sessionTimeout(NEVER)
                        .ringCapacity(64 * 1024)));
        open.add(node);
        return node;
    }

    /** Someone who says a hello and then neither reads nor writes. */
    private Socket silent(TestNode node) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
        open.add(socket);
        socket.getOutputStream().write(StrangerHello.of("other", "node"));
        node.awaitLink("other");
        return socket;
    }

    private static void offerUntil(TestNode node, Offer wanted) {
        await().until(() -> node.offer("other", LARGE) == wanted);
    }

    @Test
    void anEndThatReadsNothingLosesItsConnectionAndKeepsItsSession() throws Exception {
        TestNode node = start("node", config -> config.stallTimeout(Duration.ofMillis(300)));
        silent(node);
        offerUntil(node, Offer.BACK_PRESSURED);
        await().until(() -> node.links.contains("other INTERRUPTED"));
        assertThat(node.links).containsExactly("other OPENED", "other INTERRUPTED");
        assertThat(node.system.counters().stalledLinks()).isEqualTo(1);
        assertThat(node.offer("other", LARGE))
                .as("its frames wait for the next connection")
                .isEqualTo(Offer.BACK_PRESSURED);
    }

    @Test
    void anEndThatOnlyReadsNothingForAWhileIsLeftAlone() {
        TestNode node = start("node", config -> config.stallTimeout(NEVER));
        TestNode slow = start("other", config -> config);
        CountDownLatch go = new CountDownLatch(1);
        AtomicReference<String> writable = new AtomicReference<>("");
        node.onFrame = new TestNode.Ignore() {
            @Override
            public void onWritable(String nodeId, Lane lane) {
                writable.updateAndGet(before -> before + nodeId + " " + node.offer(nodeId, LARGE));
            }
        };
        slow.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        node.dial(slow);
        node.awaitLink("other");
        offerUntil(node, Offer.BACK_PRESSURED);
        assertThat(writable).hasValue("");
        go.countDown();
        await().until(() -> "other ACCEPTED".equals(writable.get()));
        assertThat(node.links).containsExactly("other OPENED");
        assertThat(node.system.counters().stalledLinks()).isZero();
    }

    @Test
    void aProducerThatOnlyWaitsToBeToldIsTold() throws Exception {
        TestNode node = start("node", config -> config);
        TestNode other = start("other", config -> config);
        Semaphore room = new Semaphore(0);
        node.onFrame = new TestNode.Ignore() {
            @Override
            public void onWritable(String nodeId, Lane lane) {
                room.release();
            }
        };
        other.onFrame = new ForgetAll();
        node.dial(other);
        node.awaitLink("other");
        int refused = 0;
        for (int frame = 0; frame < 5_000; frame++) {
            while (node.offer("other", LARGE) == Offer.BACK_PRESSURED) {
                refused++;
                assertThat(room.tryAcquire(20, TimeUnit.SECONDS))
                        .as("told of room after refusal %s", refused)
                        .isTrue();
            }
        }
        assertThat(refused).isPositive();
    }

    private static final class ForgetAll extends TestNode.Ignore {}

    /** Its own frames leave no room for heartbeats, and acknowledgements come with these. */
    @Test
    void aCircuitClosesAlsoWhenTheOtherEndSendsAllTheTime() throws Exception {
        TestNode node = start("node", config -> config.circuitBreaker(1, NEVER));
        Socket socket = silent(node);
        assertThat(node.offer("other", "never read")).isEqualTo(Offer.ACCEPTED);
        socket.close();
        await().until(() -> node.system.link("other").circuitOpen());
        TestNode other = start("other", config -> config);
        AtomicBoolean talks = new AtomicBoolean(true);
        Thread talker = new Thread(() -> {
            while (talks.get()) {
                other.offer("node", "word");
                LockSupport.parkNanos(5_000_000);
            }
        });
        talker.start();
        try {
            node.dial(other);
            offerUntil(node, Offer.ACCEPTED);
            await().until(() -> !node.system.link("other").circuitOpen()
                    && node.system.link("other").heldBytes() == 0);
        } finally {
            talks.set(false);
            talker.join();
        }
    }

    @Test
    void aCircuitOpensWhenNothingArrivesAndClosesWhenSomethingDoes() throws Exception {
        TestNode node = start("node", config -> config.circuitBreaker(2, NEVER));
        Semaphore writable = new Semaphore(0);
        node.onFrame = new TestNode.Ignore() {
            @Override
            public void onWritable(String nodeId, Lane lane) {
                writable.release();
            }
        };
        for (int connection = 1; connection <= 2; connection++) {
            Socket socket = silent(node);
            assertThat(node.offer("other", "never read")).isEqualTo(Offer.ACCEPTED);
            assertThat(node.system.link("other").circuitOpen()).isFalse();
            socket.close();
            await().until(() -> node.links.get(node.links.size() - 1).equals("other INTERRUPTED"));
        }
        assertThat(node.offer("other", "too late")).isEqualTo(Offer.CIRCUIT_OPEN);
        assertThat(node.system.link("other").circuitOpen()).isTrue();
        assertThat(node.system.counters().openedCircuits()).isEqualTo(1);
        TestNode other = start("other", config -> config);
        // Before the dial: what the lost connections have left may arrive with the next one at once.
        assertThat(writable.availablePermits()).isZero();
        node.dial(other);
        offerUntil(node, Offer.ACCEPTED);
        await().until(() -> !other.frames.isEmpty());
        await().until(() -> !node.system.link("other").circuitOpen()
                && node.system.link("other").heldBytes() == 0);
        assertThat(writable.tryAcquire(20, TimeUnit.SECONDS))
                .as("who was refused goes on at once")
                .isTrue();
        for (int frame = 0; frame < 20; frame++) {
            assertThat(node.offer("other", "closed again")).isEqualTo(Offer.ACCEPTED);
        }
    }
}
