package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.LinkState;
import io.troupe.transport.NodeTls;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.UnixSockets;
import io.troupe.transport.UnixSockets.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Which way a node of the same host is reached. */
class UnixLinkTest {
    @TempDir
    Path parent;

    private Path directory;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @BeforeEach
    void choose() {
        directory = parent.resolve("sockets");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    private TestNode node(String id, Mode mode, UnaryOperator<TransportConfig.Builder> change) {
        return keep(TestNode.start(
                id, config -> change.apply(config.bind("127.0.0.1", 0).unixSockets(new UnixSockets(mode, directory)))));
    }

    private TestNode node(String id, Mode mode) {
        return node(id, mode, config -> config);
    }

    /** One that is not dialled again in time by the schedule: what it does at once is all it does. */
    private static TransportConfig.Builder withoutPatience(TransportConfig.Builder config) {
        return config.redial(TestNode.NEVER, TestNode.NEVER, TestNode.NEVER, TestNode.NEVER);
    }

    private static ServerSocketChannel listenAt(Path file) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
    }

    private Path file(int port) {
        return directory.resolve(port + ".sock");
    }

    private static void assertLinked(TestNode from, TestNode to, boolean unix) {
        await().until(() -> isLinked(from, to, unix) && isLinked(to, from, unix));
    }

    private static boolean isLinked(TestNode from, TestNode to, boolean unix) {
        LinkState link = from.system.link(to.id);
        return link.connected() && link.unixSocket() == unix;
    }

    private static int freePort() throws IOException {
        try (ServerSocket holder = new ServerSocket(0)) {
            return holder.getLocalPort();
        }
    }

    @Test
    void autoTakesTheSocketOfANodeThatHasOne() {
        TestNode a = node("a", Mode.AUTO);
        TestNode b = node("b", Mode.AUTO);
        a.dial(b);
        assertLinked(a, b, true);
        a.offer("b", "hello");
        await().until(() -> b.frames.contains("a:7:hello"));
    }

    @Test
    void autoNodesThatDialEachOtherEndWithOneLinkOverTheSocket() {
        for (int round = 0; round < 5; round++) {
            TestNode a = node("a", Mode.AUTO);
            TestNode b = node("b", Mode.AUTO);
            a.dial(b);
            b.dial(a);
            assertLinked(a, b, true);
            assertThat(a.refusals).isEmpty();
            assertThat(b.refusals).isEmpty();
            a.close();
            b.close();
        }
    }

    @Test
    void offNeitherMakesNorDialsAFile() {
        TestNode off = node("off", Mode.OFF);
        assertThat(directory).doesNotExist();
        TestNode auto = node("auto", Mode.AUTO);
        off.dial(auto);
        assertLinked(off, auto, false);
    }

    @Test
    void autoTakesTcpToANodeWithoutASocket() throws IOException {
        TestNode a = node("a", Mode.AUTO);
        TestNode b = node("b", Mode.OFF);
        a.dial(b);
        assertLinked(a, b, false);
        assertThat(file(b.system.port())).doesNotExist();
        assertThat(a.refusals).isEmpty();
    }

    @Test
    void autoTakesTcpAtOnceWhenNobodyAnswersTheFile() throws IOException {
        TestNode b = node("b", Mode.OFF);
        TestNode a = node("a", Mode.AUTO, UnixLinkTest::withoutPatience);
        listenAt(file(b.system.port())).close();
        a.dial(b);
        assertLinked(a, b, false);
    }

    @Test
    void autoTakesTcpWhenWhoeverHasTheFileIsSilent() throws IOException {
        TestNode b = node("b", Mode.OFF);
        TestNode a = node("a", Mode.AUTO, config -> config.handshakeTimeout(Duration.ofMillis(100)));
        keep(listenAt(file(b.system.port())));
        a.dial(b);
        assertLinked(a, b, false);
    }

    /** As two nodes with the same port at different addresses have it. */
    @Test
    void aFileThatLeadsToAnotherNodeCostsOneDialAndIsNobodysError() throws IOException {
        TestNode b = node("b", Mode.OFF);
        TestNode wrong = node("wrong", Mode.AUTO);
        TestNode a = node("a", Mode.AUTO, UnixLinkTest::withoutPatience);
        Files.move(file(wrong.system.port()), file(b.system.port()));
        a.dial(b);
        assertLinked(a, b, false);
        assertThat(a.refusals).isEmpty();
        assertThat(wrong.refusals).isEmpty();
        assertThat(wrong.links).isEmpty();
        assertThat(a.system.counters().refusals()).isZero();
        a.offer("b", "hello");
        await().until(() -> b.frames.contains("a:7:hello"));
    }

    @Test
    void theWrongNodeOverTcpIsToldAsEver() {
        TestNode a = node("a", Mode.AUTO);
        TestNode b = node("b", Mode.AUTO);
        a.system.addNode("c", "127.0.0.1", b.system.port());
        await().until(() -> !a.refusals.isEmpty() && !b.refusals.isEmpty());
        assertThat(a.refusals.get(0)).startsWith("c: node a dialled node c but reached node b");
    }

    @Test
    void onWaitsForTheFileInsteadOfTakingTcp() {
        TestNode before = node("b", Mode.OFF);
        TestNode other = node("other", Mode.ON);
        TestNode a = node("a", Mode.ON);
        a.dial(before);
        a.dial(other);
        assertLinked(a, other, true);
        assertThat(before.links).isEmpty();
        before.close();
        TestNode b = node("b", Mode.ON, config -> config.bind("127.0.0.1", before.system.port()));
        assertLinked(a, b, true);
        assertThat(before.links).isEmpty();
        assertThat(a.refusals).isEmpty();
    }

    @Test
    void onDoesNotStartWithoutItsFileAndLeavesNothingBehind() throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        int port = freePort();
        Files.writeString(file(port), "no socket");
        TestNode node = keep(TestNode.make(
                "n", config -> config.bind("127.0.0.1", port).unixSockets(new UnixSockets(Mode.ON, directory))));
        assertThatThrownBy(() -> node.system.start().join()).hasMessageContaining("is there and no socket: delete it");
        new ServerSocket(port).close();
        assertThat(LoopbackTest.agentThreads("n")).isEmpty();
    }

    @Test
    void autoStartsWithoutAFileAndWithoutADirectory() throws IOException {
        Files.createFile(directory);
        TestNode a = node("a", Mode.AUTO);
        TestNode b = node("b", Mode.AUTO);
        a.dial(b);
        assertLinked(a, b, false);
        Files.delete(directory);
        TestNode c = node("c", Mode.AUTO);
        int port = freePort();
        Files.writeString(file(port), "no socket");
        TestNode d = node("d", Mode.AUTO, config -> config.bind("127.0.0.1", port));
        c.dial(d);
        assertLinked(c, d, false);
    }

    @Test
    void aNodeThatWasKilledIsFoundAgainAtItsFile() throws IOException {
        TestNode before = node("b", Mode.ON);
        int port = before.system.port();
        before.close();
        listenAt(file(port)).close(); // as a killed one leaves it
        TestNode a = node("a", Mode.ON);
        TestNode b = node("b", Mode.ON, config -> config.bind("127.0.0.1", port));
        a.dial(b);
        assertLinked(a, b, true);
    }

    @Test
    void aSessionGoesOnOverTheNextSocket() {
        TestNode a = node("a", Mode.AUTO, config -> config.sessionTimeout(TestNode.NEVER));
        TestNode b = node("b", Mode.AUTO, config -> config.sessionTimeout(TestNode.NEVER));
        a.onFrame = new TestNode.Ignore() {
            @Override
            public void onLink(String nodeId, Lane lane, LinkEvent event) {
                if (event == LinkEvent.INTERRUPTED) {
                    a.offer("b", "between two connections");
                }
            }
        };
        a.dial(b);
        assertLinked(a, b, true);
        a.offer("b", "before");
        a.system.cut("b");
        await().until(() -> b.frames.size() == 2);
        assertThat(b.frames).containsExactly("a:7:before", "a:7:between two connections");
        assertThat(b.links).containsExactly("a OPENED", "a INTERRUPTED", "a RESUMED");
        assertThat(a.system.link("b").unixSocket()).isTrue();
        assertThat(b.system.counters().protocolErrors()).isZero();
    }

    @Test
    void theSecretIsAskedForOverTheSocketToo() {
        TestNode a = node("a", Mode.ON, config -> config.secret(secret(1)));
        TestNode friend = node("friend", Mode.ON, config -> config.secret(secret(1)));
        TestNode stranger = node("stranger", Mode.ON, config -> config.secret(secret(2)));
        friend.dial(a);
        stranger.dial(a);
        assertLinked(friend, a, true);
        await().until(() -> !stranger.refusals.isEmpty());
        assertThat(stranger.refusals.get(0)).contains("have different cluster secrets");
        assertThat(a.links).containsExactly("friend OPENED");
    }

    private static ClusterSecret secret(int value) {
        byte[] bytes = new byte[ClusterSecret.MIN_LENGTH];
        bytes[0] = (byte) value;
        return ClusterSecret.of(bytes);
    }

    @Test
    void tlsIsSpokenOverTheSocketToo() {
        TestAuthority authority = new TestAuthority("the authority");
        TestNode a = node("a", Mode.ON, config -> config.tls(tls(authority, "a")));
        TestNode b = node("b", Mode.ON, config -> config.tls(tls(authority, "b")));
        TestNode without = node("without", Mode.ON);
        a.dial(b);
        without.dial(a);
        assertLinked(a, b, true);
        a.offer("b", "hello");
        await().until(() -> b.frames.contains("a:7:hello"));
        await().until(() -> a.system.counters().tlsFailures() > 0);
        assertThat(without.links).isEmpty();
    }

    private NodeTls tls(TestAuthority authority, String id) {
        return NodeTls.open(authority.files(parent.resolve(id), "test", id), "test", id);
    }

    @Test
    void addressesOfThisHostAreThoseOfItsInterfaces() throws IOException {
        assertThat(Dialler.isOfThisHost(InetAddress.getByAddress(new byte[] {127, 0, 0, 1})))
                .isTrue();
        assertThat(Dialler.isOfThisHost(InetAddress.getLoopbackAddress())).isTrue();
        assertThat(Dialler.isOfThisHost(InetAddress.getByAddress(new byte[4]))).isTrue();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .forEach(own -> assertThat(Dialler.isOfThisHost(own)).isTrue());
        assertThat(Dialler.isOfThisHost(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1})))
                .isFalse();
        assertThat(Dialler.isOfThisHost(null)).as("a name that nobody knows").isFalse();
    }
}
