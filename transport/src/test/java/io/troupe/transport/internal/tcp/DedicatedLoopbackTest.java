package io.troupe.transport.internal.tcp;

import io.troupe.transport.Lane;
import io.troupe.transport.ThreadingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** All that nodes promise each other holds for a lane whose connections another agent has accepted. */
class DedicatedLoopbackTest extends LoopbackTest {
    DedicatedLoopbackTest() {
        rounds = 5; // what crosses here has crossed with one thread
    }

    @BeforeEach
    void giveEveryLaneAThread() {
        TestNode.giveAll(
                (id, config) -> config.threadingMode(ThreadingMode.DEDICATED).lanes(Lane.CONTROL, Lane.ORDINARY));
    }

    @AfterEach
    void letLanesShareOneAgain() {
        TestNode.giveAllNothing();
    }
}
