package io.troupe.transport;

import java.nio.file.Path;
import java.time.Duration;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.junit.jupiter.api.io.TempDir;

/** Over Unix-domain sockets: with {@code ON} there is no other way. */
class UnixContractTest extends MessagingSystemContract {
    @TempDir
    Path directory;

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(
                TransportConfig.builder(nodeId)
                        .bind("127.0.0.1", 0)
                        .unixSockets(new UnixSockets(UnixSockets.Mode.ON, directory.resolve("sockets")))
                        .lanes(Lane.CONTROL, Lane.ORDINARY, Lane.BULK)
                        .ringCapacity(1024 * 1024)
                        .maxFrameLength(LONGEST)
                        .linkTimeout(Duration.ofDays(1))
                        .sessionTimeout(Duration.ofDays(1))
                        .build(),
                handler);
    }
}
