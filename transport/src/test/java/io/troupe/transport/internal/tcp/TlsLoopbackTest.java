package io.troupe.transport.internal.tcp;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TransportConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that nodes promise each other holds with TLS too. */
class TlsLoopbackTest extends LoopbackTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("the authority");

    @TempDir
    static Path directory;

    private static final ConcurrentMap<String, NodeTls> CERTIFICATES = new ConcurrentHashMap<>();

    @BeforeEach
    void giveEveryNodeACertificate() {
        TestNode.giveAll((id, config) -> drivenBy(config)
                .tls(CERTIFICATES.computeIfAbsent(
                        id,
                        node -> NodeTls.open(AUTHORITY.files(directory.resolve(node), "test", node), "test", node))));
    }

    /** Which threads drive the links. */
    TransportConfig.Builder drivenBy(TransportConfig.Builder config) {
        return config;
    }

    TlsLoopbackTest() {
        rounds = 5; // a handshake costs milliseconds
    }

    /** Who it is says the certificate, before any frame. */
    @Test
    @Override
    void aDialThatReachesAnotherNodeOrItselfIsRefused() {
        onlyWhoDialsIsTold("c: the certificate of 'CN=b'", "d: the certificate of 'CN=a'");
    }

    @AfterEach
    void takeThemAway() {
        TestNode.giveAllNothing();
    }
}
