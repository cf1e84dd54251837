package io.troupe.transport.internal.tcp;

import java.util.ArrayList;
import java.util.List;

import io.troupe.transport.Lane;
import io.troupe.transport.Offer;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What TLS keeps for a connection goes over to the agent of its lane with it. */
class DedicatedTlsLoopbackTest extends TlsLoopbackTest {
    private static final int FRAMES = 3_000;
    private static final int FRAME_LENGTH = 1_000;

    @Override
    TransportConfig.Builder drivenBy(TransportConfig.Builder config) {
        return config.threadingMode(ThreadingMode.DEDICATED).lanes(Lane.CONTROL, Lane.ORDINARY);
    }

    /** The buffer between a socket and TLS is one for all connections of an agent, and for those of no other. */
    @Test
    void lanesThatAreBusyAtOnceShareNothing() throws InterruptedException {
        try (TestNode a = TestNode.listening("a");
                TestNode b = TestNode.listening("b")) {
            a.dial(b);
            Lane[] lanes = {Lane.CONTROL, Lane.ORDINARY};
            for (Lane lane : lanes) {
                await().until(() -> a.system.link("b", lane).connected()
                        && b.system.link("a", lane).connected());
            }
            List<Thread> floods = new ArrayList<>();
            for (Lane lane : lanes) {
                for (TestNode from : List.of(a, b)) {
                    floods.add(new Thread(() -> flood(from, from == a ? "b" : "a", lane)));
                }
            }
            floods.forEach(Thread::start);
            for (Thread flood : floods) {
                flood.join();
            }
            await().until(() -> a.frameCount.get() == 2 * FRAMES && b.frameCount.get() == 2 * FRAMES);
            for (TestNode node : List.of(a, b)) {
                assertThat(node.system.counters().tlsFailures()).isZero();
                assertThat(node.links).containsOnly(node == a ? "b OPENED" : "a OPENED");
            }
        }
    }

    private static void flood(TestNode from, String to, Lane lane) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
        for (int sent = 0; sent < FRAMES; ) {
            if (from.system.offer(to, lane, 7, frame, 0, FRAME_LENGTH) == Offer.ACCEPTED) {
                sent++;
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
