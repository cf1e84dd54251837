package io.troupe.transport.internal.tcp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.troupe.transport.NodeTls;
import io.troupe.transport.Offer;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TransportConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import static org.awaitility.Awaitility.await;

/** Nodes with certificates of one authority over real sockets, closed after each test. */
abstract class TlsFixture {
    static final TestAuthority AUTHORITY = new TestAuthority("the authority");

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    final <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    final NodeTls tls(TestAuthority authority, String id) {
        return NodeTls.open(authority.files(directory.resolve(id), "test", id), "test", id);
    }

    final TestNode listening(String id, @Nullable NodeTls tls, Duration handshake) {
        return keep(TestNode.start(id, config -> {
            TransportConfig.Builder listening = config.bind("127.0.0.1", 0)
                    .tlsRefresh(Duration.ofMillis(50))
                    .handshakeTimeout(handshake);
            return tls == null ? listening : listening.tls(tls);
        }));
    }

    /** What it does with a peer depends on what that says, and never on when. */
    final TestNode listening(String id, @Nullable NodeTls tls) {
        return listening(id, tls, TestNode.NEVER);
    }

    final TestNode trusted(String id) {
        return listening(id, tls(AUTHORITY, id));
    }

    static void assertTalking(TestNode one, TestNode other, String text) {
        await().until(() -> one.offer(other.id, text) == Offer.ACCEPTED);
        await().until(() -> other.frames.contains(one.id + ":7:" + text));
    }
}
