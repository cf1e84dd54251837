package io.troupe.transport;

import io.troupe.transport.MessagingSystem.FrameHandler;

/** With a thread for each lane. */
class DedicatedContractTest extends MessagingSystemContract {
    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(
                TcpContractTest.config(nodeId)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .build(),
                handler);
    }

    @Override
    protected boolean callsOneAtATime() {
        return false;
    }
}
