package io.troupe.transport.internal.tcp;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** All that nodes promise each other holds with TLS too. */
class TlsLoopbackTest extends LoopbackTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("the authority");

    @TempDir
    static Path directory;

    private static final ConcurrentMap<String, NodeTls> CERTIFICATES = new ConcurrentHashMap<>();

    @BeforeEach
    void giveEveryNodeACertificate() {
        TestNode.giveAll((id, config) -> config.tls(CERTIFICATES.computeIfAbsent(
                id, node -> NodeTls.open(AUTHORITY.files(directory.resolve(node), "test", node), "test", node))));
    }

    TlsLoopbackTest() {
        rounds = 5; // a handshake costs milliseconds
    }

    /** Who it is says the certificate, before any frame. */
    @Test
    @Override
    void aDialThatReachesAnotherNodeOrItselfIsRefused() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        a.system.addNode("c", "127.0.0.1", b.system.port());
        a.system.addNode("d", "127.0.0.1", a.system.port());
        await().untilAsserted(() -> assertThat(a.refusals)
                .anySatisfy(refusal -> assertThat(refusal).contains("c: the certificate of 'CN=b'"))
                .anySatisfy(refusal -> assertThat(refusal).contains("d: the certificate of 'CN=a'")));
        assertThat(b.refusals).isEmpty();
    }

    @AfterEach
    void takeThemAway() {
        TestNode.giveAllNothing();
    }
}
