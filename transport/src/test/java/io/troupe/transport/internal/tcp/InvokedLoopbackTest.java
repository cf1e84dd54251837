package io.troupe.transport.internal.tcp;

import io.troupe.transport.ThreadingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** All that nodes promise each other holds when their hosts make the duty cycles. */
class InvokedLoopbackTest extends LoopbackTest {
    InvokedLoopbackTest() {
        rounds = 5; // what crosses here has crossed with threads
    }

    @BeforeEach
    void letTheHostMakeTheCycles() {
        TestNode.giveAll((id, config) -> config.threadingMode(ThreadingMode.INVOKER));
    }

    @AfterEach
    void letNodesHaveThreadsAgain() {
        TestNode.giveAllNothing();
    }
}
