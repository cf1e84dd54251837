package io.troupe.transport;

import java.nio.file.Path;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.junit.jupiter.api.io.TempDir;

/** Over Unix-domain sockets: with {@code ON} there is no other way. */
class UnixContractTest extends MessagingSystemContract {
    @TempDir
    Path directory;

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return MessagingSystems.tcp(
                TcpContractTest.config(nodeId)
                        .unixSockets(new UnixSockets(UnixSockets.Mode.ON, directory.resolve("sockets")))
                        .build(),
                handler);
    }
}
