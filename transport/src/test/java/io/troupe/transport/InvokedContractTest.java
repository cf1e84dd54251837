package io.troupe.transport;

import java.util.concurrent.locks.LockSupport;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.junit.jupiter.api.AfterEach;

/** With a thread of the host for each node, which makes its duty cycles. */
class InvokedContractTest extends MessagingSystemContract {
    private static final long IDLE_NS = 100_000;

    private volatile boolean over;

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        MessagingSystem system = MessagingSystems.tcp(
                TcpContractTest.config(nodeId)
                        .threadingMode(ThreadingMode.INVOKER)
                        .build(),
                handler);
        Thread host = new Thread(() -> invoke(system), "host of " + nodeId);
        host.setDaemon(true);
        host.start();
        return system;
    }

    private void invoke(MessagingSystem system) {
        while (!over) {
            boolean started = system.port() > 0;
            if (!started || system.invoke() == 0) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
    }

    /** Who closes waits for the farewell of the others, which the threads say. */
    @AfterEach
    @Override
    void closeAll() {
        super.closeAll();
        over = true;
    }
}
