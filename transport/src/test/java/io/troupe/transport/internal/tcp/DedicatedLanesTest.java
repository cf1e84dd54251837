package io.troupe.transport.internal.tcp;

import io.troupe.transport.ThreadingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What ends agree on about lanes holds when each lane has an agent. */
class DedicatedLanesTest extends LanesTest {
    @BeforeEach
    void giveEveryLaneAThread() {
        TestNode.giveAll((id, config) -> config.threadingMode(ThreadingMode.DEDICATED));
    }

    @AfterEach
    void letLanesShareOneAgain() {
        TestNode.giveAllNothing();
    }
}
