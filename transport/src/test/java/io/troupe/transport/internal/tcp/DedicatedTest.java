package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.Offer;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.internal.frame.FrameLayout;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A thread for each lane. */
class DedicatedTest {
    private static final Map<Integer, Lane> LANES = Map.of(1, Lane.CONTROL, 2, Lane.ORDINARY, 3, Lane.BULK);

    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode dedicated(String id, Lane first, Lane... more) {
        TestNode node = TestNode.start(
                id,
                config -> config.bind("127.0.0.1", 0)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .lanes(first, more));
        open.add(node);
        return node;
    }

    private TestNode withAll(String id) {
        return dedicated(id, Lane.CONTROL, Lane.ORDINARY, Lane.BULK);
    }

    private static void awaitLanes(TestNode a, TestNode b, Lane... lanes) {
        for (Lane lane : lanes) {
            await().until(() -> a.system.link(b.id, lane).connected()
                    && b.system.link(a.id, lane).connected());
        }
    }

    /** The type says the lane. */
    private static Offer offer(TestNode from, TestNode to, int type) {
        return from.system.offer(
                to.id, LANES.getOrDefault(type, Lane.ORDINARY), type, new UnsafeBuffer(new byte[1]), 0, 1);
    }

    @Test
    void aHandlerThatIsSlowOnOneLaneHoldsUpNoOther() {
        TestNode a = withAll("a");
        TestNode b = withAll("b");
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        Set<Integer> handled = ConcurrentHashMap.newKeySet();
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                if (type == 3) {
                    stuck.countDown();
                    awaitIt(go);
                }
                handled.add(type);
            }
        };
        a.dial(b);
        awaitLanes(a, b, Lane.values());
        offer(a, b, 3);
        awaitIt(stuck);
        offer(a, b, 1);
        offer(a, b, 2);
        await().until(() -> handled.equals(Set.of(1, 2)));
        a.system.cut("b");
        await().until(() -> a.links.stream().filter("b RESUMED"::equals).count() >= 2);
        go.countDown();
        await().until(() -> handled.equals(Set.of(1, 2, 3)));
    }

    private static void awaitIt(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void eachLaneHasItsOwnThreadWhoeverDials() {
        TestNode a = withAll("a");
        TestNode b = withAll("b");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        for (TestNode node : List.of(a, b)) {
            node.onFrame = new TestNode.Ignore() {
                @Override
                public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                    seen.add(Thread.currentThread().getName() + " " + type);
                }

                @Override
                public void onLink(String nodeId, Lane lane, LinkEvent event) {
                    seen.add(Thread.currentThread().getName() + " " + lane);
                }
            };
        }
        a.dial(b);
        awaitLanes(a, b, Lane.values());
        for (int type : LANES.keySet()) {
            assertThat(offer(a, b, type)).isEqualTo(Offer.ACCEPTED);
            assertThat(offer(b, a, type)).isEqualTo(Offer.ACCEPTED);
        }
        await().until(() -> a.frameCount.get() == 3 && b.frameCount.get() == 3);
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "troupe-a-transport-control CONTROL",
                        "troupe-a-transport-control 1",
                        "troupe-a-transport-ordinary ORDINARY",
                        "troupe-a-transport-ordinary 2",
                        "troupe-a-transport-bulk BULK",
                        "troupe-a-transport-bulk 3",
                        "troupe-b-transport-control CONTROL",
                        "troupe-b-transport-control 1",
                        "troupe-b-transport-ordinary ORDINARY",
                        "troupe-b-transport-ordinary 2",
                        "troupe-b-transport-bulk BULK",
                        "troupe-b-transport-bulk 3");
        a.close();
        b.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("troupe-a-transport") || name.startsWith("troupe-b-transport"));
    }

    /** Whoever dials b is told by it that it wants BULK, on whatever lane it says so. */
    @Test
    void aLaneThatOnlyTheOtherEndWantsIsDialledAndDrivenByTheFirstThread() {
        TestNode a = dedicated("a", Lane.CONTROL, Lane.ORDINARY);
        TestNode b = withAll("b");
        a.dial(b);
        awaitLanes(a, b, Lane.values());
        a.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                a.links.add(Thread.currentThread().getName());
            }
        };
        offer(b, a, 3);
        await().until(() -> a.links.contains("troupe-a-transport-control"));
    }

    @Test
    void nodesThatShareOneThreadAndNodesThatDoNotAreLinked() {
        TestNode a = withAll("a");
        TestNode b = TestNode.start(
                "b", config -> config.bind("127.0.0.1", 0).lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK));
        open.add(b);
        b.dial(a);
        awaitLanes(a, b, Lane.values());
        for (int type : LANES.keySet()) {
            offer(b, a, type);
            offer(a, b, type);
        }
        await().until(() -> a.frameCount.get() == 3 && b.frameCount.get() == 3);
    }

    /** What came behind the handshake was read by the thread of the port, and is handled by that of its lane. */
    @Test
    void whatFollowsTheHandshakeAtOnceGoesOverWithTheConnection() throws IOException {
        TestNode node = withAll("node");
        byte[] hello = StrangerHello.of("stranger", "node");
        byte[] text = "at once".getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer said = new UnsafeBuffer(new byte[hello.length + FrameLayout.wireLength(text.length)]);
        said.putBytes(0, hello);
        FrameLayout.putAllButLength(
                said, hello.length, FrameLayout.flagsAndType(0, 2), new UnsafeBuffer(text), 0, text.length);
        said.putInt(hello.length, FrameLayout.HEADER_LENGTH + text.length, ByteOrder.LITTLE_ENDIAN);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
            socket.getOutputStream().write(said.byteArray());
            await().until(() -> node.frames.contains("stranger:2:at once"));
        }
    }

    /** A lane's links go with their thread: no offer is taken that nobody would send. */
    @Test
    void aClosedSystemTakesNothingOnAnyLane() {
        TestNode a = withAll("a");
        TestNode b = withAll("b");
        a.dial(b);
        awaitLanes(a, b, Lane.values());
        a.close();
        for (int type : LANES.keySet()) {
            assertThat(offer(a, b, type)).isEqualTo(Offer.CLOSED);
            await().until(() -> offer(b, a, type) == Offer.NOT_CONNECTED);
        }
    }

    /** Of a node of which only some lanes still work nobody could say whether it is there. */
    @Test
    void anAgentThatFailsEndsTheOthers() {
        AtomicInteger made = new AtomicInteger();
        TestNode a = TestNode.start(
                "a",
                config -> config.bind("127.0.0.1", 0)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK)
                        .idleStrategy(() -> {
                            if (made.incrementAndGet() == 3) {
                                throw new IllegalStateException("no third one");
                            }
                            return new SleepingMillisIdleStrategy(1);
                        }));
        open.add(a);
        for (Lane lane : Lane.values()) {
            await().until(() -> a.system.offer("b", lane, 7, new UnsafeBuffer(new byte[1]), 0, 1) == Offer.CLOSED);
        }
    }
}
