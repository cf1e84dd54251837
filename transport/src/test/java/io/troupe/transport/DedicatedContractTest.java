package io.troupe.transport;

import java.time.Duration;

import io.troupe.transport.MessagingSystem.FrameHandler;

/** With a thread for each lane. */
class DedicatedContractTest extends MessagingSystemContract {
    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(
                TransportConfig.builder(nodeId)
                        .bind("127.0.0.1", 0)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK)
                        .ringCapacity(1024 * 1024)
                        .maxFrameLength(LONGEST)
                        .linkTimeout(Duration.ofDays(1))
                        .sessionTimeout(Duration.ofDays(1))
                        .build(),
                handler);
    }

    @Override
    protected boolean callsOneAtATime() {
        return false;
    }
}
