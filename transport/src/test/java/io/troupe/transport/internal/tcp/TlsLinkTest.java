package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.NodeTls;
import io.troupe.transport.Offer;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TestAuthority.Issued;
import io.troupe.transport.TestAuthority.Wish;
import io.troupe.transport.TlsFiles;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Nodes with certificates, and those who have none or the wrong one, over real sockets. */
@Timeout(30)
class TlsLinkTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("the authority");
    private static final TestAuthority OTHER = new TestAuthority("another authority");

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    private NodeTls tls(TestAuthority authority, String id) {
        return NodeTls.open(authority.files(directory.resolve(id), "test", id), "test", id);
    }

    private TestNode listening(String id, @Nullable NodeTls tls, Duration handshake) {
        return keep(TestNode.start(id, config -> {
            TransportConfig.Builder listening = config.bind("127.0.0.1", 0)
                    .tlsRefresh(Duration.ofMillis(50))
                    .handshakeTimeout(handshake);
            return tls == null ? listening : listening.tls(tls);
        }));
    }

    private TestNode listening(String id, @Nullable NodeTls tls) {
        return listening(id, tls, Duration.ofSeconds(5));
    }

    private TestNode trusted(String id) {
        return listening(id, tls(AUTHORITY, id));
    }

    private static void assertTalking(TestNode one, TestNode other, String text) {
        await().until(() -> one.offer(other.id, text) == Offer.ACCEPTED);
        await().until(() -> other.frames.contains(one.id + ":7:" + text));
    }

    @Test
    void nodesWithCertificatesAreLinkedAndAgainAfterABreak() {
        TestNode one = trusted("one");
        TestNode other = trusted("other");
        one.dial(other);
        other.dial(one);
        one.awaitLink("other");
        other.awaitLink("one");
        assertTalking(one, other, "hello");
        one.system.cut("other");
        await().until(() -> one.links.size() >= 3 && one.system.link("other").connected());
        await().until(() -> other.system.link("one").connected());
        assertTalking(other, one, "again");
        assertThat(one.system.counters().tlsFailures()).isZero();
        assertThat(other.system.counters().tlsFailures()).isZero();
        assertThat(one.refusals).isEmpty();
    }

    @Test
    void certificatesAndASecretAreBothAskedFor() {
        byte[] secret = new byte[ClusterSecret.MIN_LENGTH];
        TestNode node = keep(TestNode.start(
                "node",
                config ->
                        config.bind("127.0.0.1", 0).tls(tls(AUTHORITY, "node")).secret(ClusterSecret.of(secret))));
        TestNode both = keep(TestNode.start(
                "both",
                config ->
                        config.bind("127.0.0.1", 0).tls(tls(AUTHORITY, "both")).secret(ClusterSecret.of(secret))));
        TestNode without = trusted("without");
        both.dial(node);
        without.dial(node);
        both.awaitLink("node");
        assertTalking(both, node, "hello");
        await().until(() -> !without.refusals.isEmpty());
        assertThat(without.refusals.get(0))
                .isEqualTo("node: node node has a cluster secret and node without has none: give every node the same");
    }

    /** Long frames take many records, and short ones share a record: all arrive, in order. */
    @Test
    void framesOfEveryLengthArriveWholeAndInOrder() {
        TestNode one = trusted("one");
        TestNode other = trusted("other");
        List<Integer> lengths = new ArrayList<>();
        other.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                for (int i = 0; i < length; i += 997) {
                    assertThat(buffer.getByte(offset + i)).isEqualTo((byte) (length + i));
                }
                lengths.add(length);
            }
        };
        one.dial(other);
        one.awaitLink("other");
        List<Integer> sent = new ArrayList<>();
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[512 * 1024]);
        for (int i = 0; i < 700; i++) {
            int length = i % 100 == 99 ? 512 * 1024 - i : i % 7 == 0 ? 16_400 + i : i;
            for (int at = 0; at < length; at += 997) {
                bytes.putByte(at, (byte) (length + at));
            }
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> one.system.offer("other", 7, bytes, 0, length) == Offer.ACCEPTED);
            sent.add(length);
        }
        await().until(() -> other.frameCount.get() == sent.size());
        assertThat(other.system.counters().handlerFailures()).isZero();
        assertThat(lengths).isEqualTo(sent);
    }

    @Test
    void aNodeWithoutTlsAndANodeWithTlsAreNotLinkedWhoeverDials() {
        TestNode secured = trusted("secured");
        TestNode plain = listening("plain", null);
        plain.dial(secured);
        await().until(() -> secured.system.counters().tlsFailures() > 0
                && plain.system.counters().protocolErrors() > 0);
        plain.system.removeNode("secured");
        long before = secured.system.counters().tlsFailures();
        secured.dial(plain);
        await().until(() -> secured.system.counters().tlsFailures() > before + 1);
        assertThat(secured.links).isEmpty();
        assertThat(plain.links).isEmpty();
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefusedOnBothEnds() {
        TestNode node = trusted("node");
        TestNode stranger = listening("stranger", tls(OTHER, "stranger"));
        stranger.dial(node);
        await().until(() -> stranger.system.counters().tlsFailures() > 0
                && node.system.counters().tlsFailures() > 0);
        assertThat(node.links).isEmpty();
        assertThat(stranger.links).isEmpty();
        assertThat(stranger.refusals)
                .as("a stranger must not end the start of a node")
                .isEmpty();
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
            assertThat(isClosed(socket)).isTrue();
        }
        await().until(() -> node.system.counters().protocolErrors() == 1);
        try (SSLSocket socket = connect(node, tlsOf("thief", many), "TLSv1.3")) {
            socket.getOutputStream().write(StrangerHello.of("thief", "node"));
            await().until(() -> node.links.contains("thief up"));
        }
        assertThat(node.links).doesNotContain("friend up");
    }

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
            socket.setSoTimeout(10_000);
            return socket;
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** True when the node has closed the connection, whatever it said before. */
    private static boolean isClosed(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            int last;
            do {
                last = in.read();
            } while (last >= 0);
            return true;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException refused) {
            return true;
        }
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
            nobody.getOutputStream().write(StrangerHello.of("friend", "node"));
            assertThat(isClosed(nobody)).isTrue();
        }
        await().until(() -> node.system.counters().tlsFailures() == 1);
        Issued old = AUTHORITY.issue("friend", Wish.of("troupe://test/friend").expired());
        try (SSLSocket expired = connect(node, new FixedKeys(old), friend.trustManager(), "TLSv1.3")) {
            expired.getOutputStream().write(StrangerHello.of("friend", "node"));
            assertThat(isClosed(expired)).isTrue();
        }
        await().until(() -> node.system.counters().tlsFailures() == 2);
        Issued good = AUTHORITY.issue("friend", Wish.of("troupe://test/friend"));
        try (SSLSocket valid = connect(node, new FixedKeys(good), friend.trustManager(), "TLSv1.3")) {
            valid.getOutputStream().write(StrangerHello.of("friend", "node"));
            await().until(() -> node.links.contains("friend up"));
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
            Thread.onSpinWait();
            await().until(() -> System.currentTimeMillis() > createdMillis.get(0));
        }
        assertThat(createdMillis.get(1)).isGreaterThan(createdMillis.get(0));
    }

    @Test
    void handshakesThatStopHalfWayAreClosedAtTheirDeadline() throws IOException {
        TestNode node = listening("node", tls(AUTHORITY, "node"), Duration.ofMillis(300));
        byte[] clientHello = firstBytes();
        long startNs = System.nanoTime();
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket cut = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket stopped = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
                Socket dripping = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
            cut.getOutputStream().write(clientHello, 0, clientHello.length / 2);
            stopped.getOutputStream().write(clientHello);
            for (int i = 0; i < 20; i++) {
                dripping.getOutputStream().write(clientHello[i]);
            }
            for (Socket socket : List.of(silent, cut, stopped, dripping)) {
                socket.setSoTimeout(10_000);
                assertThat(isClosed(socket)).isTrue();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs))
                .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
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
            await().until(() -> node.links.contains("other up"));
            raw.getOutputStream().write(new byte[] {23, 3, 3, 0, 32});
            raw.getOutputStream().write(new byte[32]);
            await().until(() -> node.links.contains("other down"));
        }
        assertThat(node.system.counters().tlsFailures()).isEqualTo(1);
        try (SSLSocket socket = connect(node, other, "TLSv1.3")) {
            socket.getOutputStream().write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
            assertThat(isClosed(socket)).isTrue();
        }
        assertThat(node.system.counters().protocolErrors()).isEqualTo(1);
        assertTalking(friend, node, "unharmed");
        assertThat(friend.links).containsExactly("node up");
    }

    @Test
    void aRotationOfAuthorityAndCertificatesUnderTrafficLosesNoLinkThatIsUp() {
        Map<String, NodeTls> used = Map.of("one", tls(AUTHORITY, "one"), "other", tls(AUTHORITY, "other"));
        TestNode one = listening("one", used.get("one"));
        TestNode other = listening("other", used.get("other"));
        other.onFrame = new TestNode.Ignore() {}; // counts only
        one.dial(other);
        one.awaitLink("other");
        int sent = talkUntilUsed(used, AUTHORITY, one, other, AUTHORITY.certificate(), OTHER.certificate());
        sent += talkUntilUsed(used, OTHER, one, other, OTHER.certificate());
        assertThat(one.links).containsExactly("other up");
        one.system.cut("other");
        await().until(() -> one.links.equals(List.of("other up", "other down", "other up")));
        await().until(() -> one.offer("other", "with the new certificates") == Offer.ACCEPTED);
        int all = sent + 1;
        await().until(() -> other.frameCount.get() == all);
        TlsFiles files = TestAuthority.write(
                directory.resolve("late"),
                AUTHORITY.issue("late", Wish.of("troupe://test/late")),
                AUTHORITY.certificate(),
                OTHER.certificate());
        TestNode late = listening("late", NodeTls.open(files, "test", "late"));
        late.dial(other);
        await().until(() -> other.system.counters().tlsFailures() > 0);
        assertThat(late.links).isEmpty();
    }

    /** Gives both new files, sends until both use them, and answers how much. */
    private int talkUntilUsed(
            Map<String, NodeTls> used, TestAuthority issuer, TestNode one, TestNode other, X509Certificate... trusted) {
        Map<String, X509Certificate> young = new HashMap<>();
        used.forEach((id, tls) -> {
            Issued issued = issuer.issue(id, Wish.of("troupe://test/" + id));
            TestAuthority.write(directory.resolve(id), issued, trusted);
            young.put(id, issued.certificate());
        });
        int before = other.frameCount.get();
        int sent = 0;
        long endNs = System.nanoTime() + TestNode.PATIENCE.toNanos();
        while (!used.entrySet().stream().allMatch(node -> shown(node.getValue()).equals(young.get(node.getKey())))) {
            assertThat(System.nanoTime() - endNs).isNegative();
            if (one.offer("other", "x") == Offer.ACCEPTED) {
                sent++;
            }
        }
        int all = before + sent;
        await().until(() -> other.frameCount.get() == all);
        return sent;
    }

    private static X509Certificate shown(NodeTls tls) {
        X509ExtendedKeyManager keys = tls.keyManager();
        return keys.getCertificateChain(keys.chooseEngineServerAlias("EC", null, null))[0];
    }

    @Test
    void noThreadAndNoLinkIsLeftWhenNodesClose() {
        TestNode one = trusted("closing");
        TestNode other = trusted("remaining");
        one.dial(other);
        other.awaitLink("closing");
        await().until(() -> one.offer("remaining", "last words") == Offer.ACCEPTED);
        one.close();
        await().until(() -> other.links.contains("closing down"));
        assertThat(other.frames).contains("closing:7:last words");
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("troupe-closing-")));
    }
}
