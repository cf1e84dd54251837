package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TestAuthority.Issued;
import io.troupe.transport.TestAuthority.Wish;
import io.troupe.transport.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Peers that are played: with the certificate of another node, with none, of an old version, or silent half-way. */
class TlsStrangerTest extends TlsFixture {
    private NodeTls tlsOf(String id, Issued issued) {
        TlsFiles files = TestAuthority.write(directory.resolve(id + "-own"), issued, AUTHORITY.certificate());
        return NodeTls.open(files, "test", id);
    }

    private static SSLSocket connect(TestNode node, NodeTls tls, String protocol) throws IOException {
        return connect(node, tls.keyManager(), tls.trustManager(), protocol);
    }

    private static SSLSocket connect(TestNode node, @Nullable KeyManager keys, TrustManager trust, String protocol)
            throws IOException {
        return layered(new Socket(InetAddress.getLoopbackAddress(), node.system.port()), keys, trust, protocol);
    }

    private static SSLSocket layered(Socket raw, @Nullable KeyManager keys, TrustManager trust, String protocol)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys == null ? null : new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "node", raw.getPort(), true);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setSoTimeout(TestNode.PATIENCE_MILLIS);
            return socket;
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Both have certificates of the authority for some node, but not for the one they say they are. */
    @Test
    void whoHasTheCertificateOfAnotherNodeIsNotLinkedAndIsToldWhy() throws IOException {
        TestNode node = trusted("node");
        Issued many = AUTHORITY.issue("thief", Wish.of("troupe://test/thief"));
        TestNode thief = keep(
                TestNode.start("thief", config -> config.bind("127.0.0.1", 0).tls(tlsOf("thief", many))));
        node.system.addNode("friend", "127.0.0.1", thief.system.port());
        await().until(() -> !node.refusals.isEmpty());
        assertThat(node.refusals.get(0))
                .isEqualTo("friend: the certificate of 'CN=thief' [troupe://test/thief] does not name node friend:"
                        + " correct the address of friend, or issue its certificate with the subject alternative name"
                        + " URI:troupe://test/friend");
        // A node that says it is somebody else cannot be configured, so it is played.
        try (SSLSocket socket = connect(node, tlsOf("thief", many), "TLSv1.3")) {
            socket.getOutputStream().write(StrangerHello.of("friend", "node"));
            assertThat(Closed.isClosed(socket)).isTrue();
        }
        await().until(() -> node.system.counters().protocolErrors() == 1);
        try (SSLSocket socket = connect(node, tlsOf("thief", many), "TLSv1.3")) {
            socket.getOutputStream().write(StrangerHello.of("thief", "node"));
            await().until(() -> node.links.contains("thief OPENED"));
        }
        assertThat(node.links).doesNotContain("friend OPENED");
    }

    @Test
    void olderVersionsOfTlsAreRefused() throws IOException {
        TestNode node = trusted("node");
        NodeTls friend = tls(AUTHORITY, "friend");
        try (SSLSocket old = connect(node, friend, "TLSv1.2")) {
            assertThatThrownBy(old::startHandshake)
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("protocol_version");
        }
        assertThat(node.system.counters().tlsFailures()).isEqualTo(1);
        assertThat(node.links).isEmpty();
    }

    @Test
    void whoShowsNoCertificateOrAnExpiredOneIsRefused() throws IOException {
        TestNode node = trusted("node");
        NodeTls friend = tls(AUTHORITY, "friend");
        try (SSLSocket nobody = connect(node, null, friend.trustManager(), "TLSv1.3")) {
            Closed.say(nobody, StrangerHello.of("friend", "node"));
            assertThat(Closed.isClosed(nobody)).isTrue();
        }
        await().until(() -> node.system.counters().tlsFailures() == 1);
        Issued old = AUTHORITY.issue("friend", Wish.of("troupe://test/friend").expired());
        try (SSLSocket expired = connect(node, new FixedKeys(old), friend.trustManager(), "TLSv1.3")) {
            Closed.say(expired, StrangerHello.of("friend", "node"));
            assertThat(Closed.isClosed(expired)).isTrue();
        }
        await().until(() -> node.system.counters().tlsFailures() == 2);
        Issued good = AUTHORITY.issue("friend", Wish.of("troupe://test/friend"));
        try (SSLSocket valid = connect(node, new FixedKeys(good), friend.trustManager(), "TLSv1.3")) {
            valid.getOutputStream().write(StrangerHello.of("friend", "node"));
            await().until(() -> node.links.contains("friend OPENED"));
        }
    }

    /** A resumed session would not show its certificate again. */
    @Test
    void noSessionIsResumed() throws Exception {
        TestNode node = trusted("node");
        NodeTls friend = tls(AUTHORITY, "friend");
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {friend.keyManager()}, new TrustManager[] {friend.trustManager()}, null);
        List<Long> createdMillis = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Socket raw = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "node", 1, true)) {
                socket.getOutputStream().write(StrangerHello.of("friend", "node"));
                assertThat(socket.getInputStream().read()).as("the welcome").isNotNegative();
                createdMillis.add(socket.getSession().getCreationTime());
            }
            await().until(() -> System.currentTimeMillis() > createdMillis.get(0));
        }
        assertThat(createdMillis.get(1)).isGreaterThan(createdMillis.get(0));
    }

    @Test
    void handshakesThatStopHalfWayAreClosedAtTheirDeadline() throws IOException {
        Duration limit = Duration.ofSeconds(1); // In which a friend must come through on a busy machine.
        TestNode node = listening("node", tls(AUTHORITY, "node"), limit);
        byte[] clientHello = firstBytes();
        long startNs = System.nanoTime();
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket cut = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket stopped = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket dripping = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
            Closed.say(cut, Arrays.copyOf(clientHello, clientHello.length / 2));
            Closed.say(stopped, clientHello);
            for (int i = 0; i < 20; i++) {
                Closed.say(dripping, new byte[] {clientHello[i]});
            }
            for (Socket socket : List.of(silent, cut, stopped, dripping)) {
                socket.setSoTimeout(TestNode.PATIENCE_MILLIS);
                assertThat(Closed.isClosed(socket)).isTrue();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isGreaterThanOrEqualTo(limit);
        assertThat(node.links).isEmpty();
        TestNode friend = trusted("friend");
        friend.dial(node);
        friend.awaitLink("node");
    }

    /** What a node says first. */
    private byte[] firstBytes() throws IOException {
        try (java.net.ServerSocket trap = new java.net.ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            TestNode dialling = trusted("dialling");
            dialling.system.addNode("trap", "127.0.0.1", trap.getLocalPort());
            try (Socket socket = trap.accept()) {
                byte[] bytes = new byte[4096];
                int length = socket.getInputStream().read(bytes);
                dialling.system.removeNode("trap");
                return Arrays.copyOf(bytes, length);
            }
        }
    }

    @Test
    void garbageAfterTheHandshakeClosesTheConnectionAndNothingElse() throws IOException {
        TestNode node = trusted("node");
        TestNode friend = trusted("friend");
        friend.dial(node);
        friend.awaitLink("node");
        NodeTls other = tls(AUTHORITY, "other");
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                SSLSocket socket = layered(raw, other.keyManager(), other.trustManager(), "TLSv1.3")) {
            socket.getOutputStream().write(StrangerHello.of("other", "node"));
            await().until(() -> node.links.contains("other OPENED"));
            raw.getOutputStream().write(new byte[] {23, 3, 3, 0, 32});
            raw.getOutputStream().write(new byte[32]);
            await().until(() -> node.links.contains("other INTERRUPTED"));
        }
        assertThat(node.system.counters().tlsFailures()).isEqualTo(1);
        try (SSLSocket socket = connect(node, other, "TLSv1.3")) {
            socket.getOutputStream().write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
            assertThat(Closed.isClosed(socket)).isTrue();
        }
        assertThat(node.system.counters().protocolErrors()).isEqualTo(1);
        assertTalking(friend, node, "unharmed");
        assertThat(friend.links).containsExactly("node OPENED");
    }
}
