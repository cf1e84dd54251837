package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.transport.Offer;
import io.troupe.transport.TransportException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class LoopbackTest {
    /** Of dials that cross each other. */
    int rounds = 20;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    TestNode listening(String id) {
        return keep(TestNode.listening(id));
    }

    @Test
    void framesArriveWholeInOrderAndWithTheirType() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.dial(b);
        a.awaitLink("b");
        b.awaitLink("a");
        assertThat(a.offer("b", "one")).isEqualTo(Offer.ACCEPTED);
        assertThat(a.offer("b", "")).isEqualTo(Offer.ACCEPTED);
        assertThat(a.offer("b", "three")).isEqualTo(Offer.ACCEPTED);
        assertThat(b.offer("a", "answer")).isEqualTo(Offer.ACCEPTED);
        await().until(() -> b.frames.size() == 3 && a.frames.size() == 1);
        assertThat(b.frames).containsExactly("a:7:one", "a:7:", "a:7:three");
        assertThat(a.frames).containsExactly("b:7:answer");
        await().until(() -> a.system.link("b").framesSent() == 3);
        assertThat(b.system.link("a").framesReceived()).isEqualTo(3);
        assertThat(a.system.link("b").queuedBytes()).isZero();
    }

    @Test
    void threeNodesThatAllDialEachOtherEndWithOneLinkPerPair() {
        for (int round = 0; round < rounds; round++) {
            List<TestNode> nodes = new ArrayList<>();
            for (String id : List.of("n1", "n2", "n3")) {
                nodes.add(listening(id));
            }
            for (TestNode from : nodes) {
                nodes.stream().filter(to -> to != from).forEach(from::dial);
            }
            for (TestNode from : nodes) {
                nodes.stream().filter(to -> to != from).forEach(to -> from.awaitLink(to.id));
            }
            for (TestNode from : nodes) {
                for (TestNode to : nodes) {
                    if (from != to) {
                        await().until(() -> from.offer(to.id, "hello") == Offer.ACCEPTED);
                        await().until(() -> to.frames.contains(from.id + ":7:hello"));
                    }
                }
                assertThat(from.refusals).isEmpty();
            }
            nodes.forEach(TestNode::close);
        }
    }

    @Test
    void aNodeWithoutAPortDialsAndIsAnswered() {
        TestNode voter = listening("voter");
        TestNode driver =
                keep(TestNode.start("driver", config -> config.node("voter", "localhost", voter.system.port())));
        assertThat(driver.system.port()).isZero();
        driver.awaitLink("voter");
        voter.awaitLink("driver");
        voter.offer("driver", "work");
        await().until(() -> driver.frames.contains("voter:7:work"));
    }

    @Test
    void aNodeOfAnotherIdentityIsRefusedOnBothEndsWithBothValues() {
        TestNode a =
                keep(TestNode.start("a", config -> config.bind("127.0.0.1", 0).identity("cluster=x")));
        TestNode b = listening("b");
        a.dial(b);
        await().until(() -> !a.refusals.isEmpty() && !b.refusals.isEmpty());
        assertThat(a.refusals.get(0))
                .isEqualTo("b: node b and node a disagree about the cluster: b says \"cluster=test\", a says"
                        + " \"cluster=x\": give both the same cluster name and seed list");
        assertThat(b.refusals.get(0)).startsWith("a: node b and node a disagree about the cluster");
        // Refused again at each redial, reported once.
        await().until(() -> b.system.counters().refusals() > 2);
        assertThat(a.refusals).hasSize(1);
        assertThat(b.refusals).hasSize(1);
        assertThat(a.system.link("b").connected()).isFalse();
        assertThat(a.offer("b", "x")).isEqualTo(Offer.NOT_CONNECTED);
    }

    @Test
    void aDialThatReachesAnotherNodeOrItselfIsRefused() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.system.addNode("c", "127.0.0.1", b.system.port());
        a.system.addNode("d", "127.0.0.1", a.system.port());
        await().until(() -> a.refusals.stream().anyMatch(refusal -> refusal.startsWith("c:"))
                && a.refusals.stream().anyMatch(refusal -> refusal.startsWith("d:")));
        assertThat(a.refusals).anySatisfy(refusal -> assertThat(refusal).contains("dialled node c but reached node b"));
        await().until(() -> !b.refusals.isEmpty());
        assertThat(a.refusals).anySatisfy(refusal -> assertThat(refusal).contains("a node of the same id"));
    }

    /** Node a reaches b in place of c, and itself in place of d. */
    final void onlyWhoDialsIsTold(String ofAnother, String ofItself) {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.system.addNode("c", "127.0.0.1", b.system.port());
        a.system.addNode("d", "127.0.0.1", a.system.port());
        await().untilAsserted(() -> assertThat(a.refusals)
                .anySatisfy(refusal -> assertThat(refusal).contains(ofAnother))
                .anySatisfy(refusal -> assertThat(refusal).contains(ofItself)));
        assertThat(b.refusals).isEmpty();
    }

    @Test
    void anOversizedFrameIsRefusedAndTheLongestOneArrives() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.dial(b);
        a.awaitLink("b");
        int limit = 1024 * 1024;
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[limit + 1]);
        AtomicLong received = new AtomicLong();
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                received.set(length);
            }
        };
        assertThat(a.system.offer("b", 1, bytes, 0, limit + 1)).isEqualTo(Offer.TOO_LARGE);
        assertThat(a.system.offer("b", 1, bytes, 0, limit)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> received.get() == limit);
        assertThatThrownBy(() -> a.system.offer("b", 0, bytes, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> a.system.offer("b", 1, bytes, limit, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(a.offer("b", "the ring is not blocked")).isEqualTo(Offer.ACCEPTED);
        await().until(() -> received.get() == "the ring is not blocked".length());
    }

    @Test
    void aHandlerThatThrowsCostsOneFrame() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                if (TestNode.text(buffer, offset, length).equals("bad")) {
                    throw new AssertionError("on purpose");
                }
                b.frames.add(TestNode.text(buffer, offset, length));
            }
        };
        a.dial(b);
        a.awaitLink("b");
        a.offer("b", "bad");
        a.offer("b", "good");
        await().until(() -> b.frames.contains("good"));
        assertThat(b.system.counters().handlerFailures()).isEqualTo(1);
        assertThat(b.system.link("a").connected()).isTrue();
    }

    @Test
    void aHandlerMayOfferOnTheAgentItself() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                b.system.offer(nodeId, type, buffer, offset, length);
            }
        };
        a.dial(b);
        a.awaitLink("b");
        a.offer("b", "echo");
        await().until(() -> a.frames.contains("b:7:echo"));
    }

    @Test
    void aPortInUseIsNamedAndNothingStaysBehind() throws Exception {
        try (ServerSocket holder = new ServerSocket(0)) {
            TestNode node = keep(TestNode.make("a", config -> config.bind("127.0.0.1", holder.getLocalPort())));
            assertThatThrownBy(() -> node.system.start().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(TransportException.class)
                    .hasMessageContaining("messaging port 127.0.0.1:" + holder.getLocalPort()
                            + " is in use: stop the process that holds it or change the port");
            await().untilAsserted(() -> assertThat(agentThreads("a")).isEmpty());
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNotCalledInUse() {
        TestNode node = keep(TestNode.make("a", config -> config.bind("192.0.2.1", 4000)));
        assertThatThrownBy(() -> node.system.start().join())
                .hasMessageContaining("messaging port 192.0.2.1:4000 cannot be opened");
    }

    @Test
    void closeFreesPortAndThreadAndIsIdempotent() throws IOException {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.dial(b);
        a.awaitLink("b");
        int port = a.system.port();
        a.close();
        a.close();
        await().untilAsserted(() -> assertThat(agentThreads("a")).isEmpty()); // It waits for them, but not for long.
        new ServerSocket(port).close();
        assertThat(a.offer("b", "x")).isEqualTo(Offer.CLOSED);
        await().until(() -> b.links.contains("a ENDED"));
        assertThat(a.system.start()).isCompletedExceptionally();
    }

    @Test
    void whatWasAcceptedBeforeCloseArrives() {
        int frames = 20_000;
        while (!allArriveUnlessTimeIsUp(frames)) {
            frames = Math.max(1, frames / 2);
        }
    }

    /** False if there was no time for them. */
    private boolean allArriveUnlessTimeIsUp(int frames) {
        TestNode a = listening("a");
        TestNode b = listening("b");
        b.onFrame = new TestNode.Ignore() {}; // counts only
        a.dial(b);
        a.awaitLink("b");
        int accepted = 0;
        for (int i = 0; i < frames; i++) {
            if (a.offer("b", "frame " + i) == Offer.ACCEPTED) {
                accepted++;
            }
        }
        int sent = accepted;
        boolean inTime = a.closeInTime();
        if (inTime) {
            await().untilAsserted(() -> assertThat(b.frameCount).hasValue(sent));
        }
        b.close();
        return inTime;
    }

    @Test
    void closeFromAHandlerDoesNotDeadlock() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                b.system.close();
            }
        };
        a.dial(b);
        a.awaitLink("b");
        a.offer("b", "stop");
        await().until(() -> agentThreads("b").isEmpty());
        await().until(() -> a.links.contains("b ENDED"));
    }

    @Test
    void aRestartedNodeIsLinkedAgain() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        int port = b.system.port();
        a.dial(b);
        a.awaitLink("b");
        b.close();
        await().until(() -> a.links.contains("b ENDED"));
        TestNode again = keep(TestNode.start("b", config -> config.bind("127.0.0.1", port)));
        a.awaitLink("b");
        await().until(() -> a.offer("b", "welcome back") == Offer.ACCEPTED);
        await().until(() -> again.frames.contains("a:7:welcome back"));
    }

    @Test
    void aRemovedNodeIsDialledNoMore() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.dial(b);
        a.awaitLink("b");
        a.system.removeNode("b");
        await().until(() -> a.links.contains("b ENDED") && !a.system.link("b").connected());
        a.dial(b);
        a.awaitLink("b");
    }

    static List<String> agentThreads(String node) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("troupe-" + node + "-"))
                .toList();
    }
}
