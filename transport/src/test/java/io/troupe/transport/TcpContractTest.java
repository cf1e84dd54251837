package io.troupe.transport;

import java.time.Duration;

import io.troupe.transport.MessagingSystem.FrameHandler;

class TcpContractTest extends MessagingSystemContract {
    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(config(nodeId).build(), handler);
    }

    /** With all lanes, and patient: what a machine that stops for a while does is no part of the contract. */
    static TransportConfig.Builder config(String nodeId) {
        return TransportConfig.builder(nodeId)
                .bind("127.0.0.1", 0)
                .lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK)
                .ringCapacity(1024 * 1024)
                .maxFrameLength(LONGEST)
                .linkTimeout(Duration.ofDays(1))
                .sessionTimeout(Duration.ofDays(1));
    }
}
