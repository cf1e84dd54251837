package io.troupe.transport.internal.tcp;

import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.Offer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LinkSessionsTest {
    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode listening(String id, Duration sessionTimeout) {
        TestNode node = TestNode.start(id, config -> config.bind("127.0.0.1", 0).sessionTimeout(sessionTimeout));
        open.add(node);
        return node;
    }

    @Test
    void whatIsOfferedWithoutAConnectionArrivesWhenThereIsOneAgain() {
        TestNode a = listening("a", Duration.ofDays(1));
        TestNode b = listening("b", Duration.ofDays(1));
        AtomicReference<Offer> offered = new AtomicReference<>();
        a.onFrame = new TestNode.Ignore() {
            @Override
            public void onLink(String nodeId, Lane lane, LinkEvent event) {
                if (event == LinkEvent.INTERRUPTED) {
                    assertThat(a.system.link("b").connected()).isFalse();
                    offered.set(a.offer("b", "between two connections"));
                }
            }
        };
        a.dial(b);
        a.awaitLink("b");
        a.offer("b", "before");
        a.system.cut("b");
        await().until(() -> b.frames.size() == 2);
        assertThat(offered).hasValue(Offer.ACCEPTED);
        assertThat(b.frames).containsExactly("a:7:before", "a:7:between two connections");
        assertThat(a.links).containsExactly("b OPENED", "b INTERRUPTED", "b RESUMED");
        assertThat(b.links).containsExactly("a OPENED", "a INTERRUPTED", "a RESUMED");
        assertThat(a.system.counters().handlerFailures()).isZero();
    }

    @Test
    void aNodeThatLeavesEndsItsSessionsAtOnce() {
        boolean inTime = false;
        while (!inTime) {
            inTime = leavesInTimeAndEndsItsSession();
        }
    }

    private boolean leavesInTimeAndEndsItsSession() {
        TestNode a = listening("a", Duration.ofDays(1));
        TestNode b = listening("b", Duration.ofDays(1));
        a.dial(b);
        b.awaitLink("a");
        boolean inTime = a.closeInTime();
        if (inTime) {
            await().until(() -> b.links.contains("a ENDED"));
            assertThat(b.offer("a", "too late")).isEqualTo(Offer.NOT_CONNECTED);
        }
        b.close();
        return inTime;
    }

    @Test
    void aSessionThatWaitsTooLongEndsAndWhatItHeldIsCounted() throws Exception {
        TestNode node = listening("node", Duration.ofMillis(150));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
            socket.getOutputStream().write(StrangerHello.of("other", "node"));
            node.awaitLink("other");
        }
        await().until(() -> node.links.contains("other INTERRUPTED"));
        Offer offer = node.offer("other", "nobody will hear this");
        await().until(() -> node.links.contains("other ENDED"));
        assertThat(node.offer("other", "nor this")).isEqualTo(Offer.NOT_CONNECTED);
        assertThat(node.system.counters().droppedFrames()).isEqualTo(offer == Offer.ACCEPTED ? 1 : 0);
        assertThat(node.links).containsExactly("other OPENED", "other INTERRUPTED", "other ENDED");
    }

    @Test
    void anotherProcessOfTheSameNameBeginsASessionOfItsOwn() throws Exception {
        TestNode node = listening("node", Duration.ofDays(1));
        for (int process = 0; process < 2; process++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
                socket.getOutputStream().write(StrangerHello.of("other", "node"));
                node.awaitLink("other");
            }
            int interruptions = process + 1; // What is told last may still be that of the process before.
            await().until(() -> Collections.frequency(node.links, "other INTERRUPTED") == interruptions);
            assertThat(node.offer("other", "for process " + process)).isEqualTo(Offer.ACCEPTED);
        }
        assertThat(node.links)
                .containsExactly(
                        "other OPENED", "other INTERRUPTED", "other ENDED", "other OPENED", "other INTERRUPTED");
        assertThat(node.system.counters().droppedFrames()).isEqualTo(1);
    }
}
