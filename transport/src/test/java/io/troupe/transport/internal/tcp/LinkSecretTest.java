package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.internal.frame.Control;
import io.troupe.transport.internal.frame.FrameLayout;
import io.troupe.transport.internal.frame.Hello;
import io.troupe.transport.internal.frame.Nonce;
import io.troupe.transport.internal.frame.SessionPoint;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Nodes with and without the secret, over real sockets. */
class LinkSecretTest {
    private static final ClusterSecret SECRET = secret(1);

    private static ClusterSecret secret(int value) {
        byte[] bytes = new byte[ClusterSecret.MIN_LENGTH];
        Arrays.fill(bytes, (byte) value);
        return ClusterSecret.of(bytes);
    }

    private static TestNode listening(String id, @Nullable ClusterSecret secret) {
        return TestNode.start(id, config -> {
            config.bind("127.0.0.1", 0).handshakeTimeout(TestNode.NEVER);
            return secret == null ? config : config.secret(secret);
        });
    }

    @Test
    void nodesThatKnowTheSecretAreLinkedAndAgainAfterABreak() {
        try (TestNode one = listening("one", SECRET);
                TestNode other = listening("other", SECRET)) {
            one.dial(other);
            other.dial(one);
            one.awaitLink("other");
            other.awaitLink("one");
            one.system.cut("other");
            await().until(() ->
                    one.links.size() >= 3 && one.system.link("other").connected());
            await().until(() -> other.system.link("one").connected());
            one.offer("other", "hello");
            await().until(() -> other.frames.contains("one:7:hello"));
        }
    }

    @Test
    void whoKnowsAnotherSecretIsNotLinkedAndIsToldWhy() {
        try (TestNode node = listening("node", SECRET);
                TestNode wrong = listening("wrong", secret(2));
                TestNode without = listening("without", null)) {
            wrong.dial(node);
            without.dial(node);
            await().until(() -> !wrong.refusals.isEmpty() && !without.refusals.isEmpty());
            assertThat(wrong.refusals.get(0))
                    .isEqualTo("node: nodes node and wrong have different cluster secrets: give every node the same");
            assertThat(without.refusals.get(0))
                    .isEqualTo(
                            "node: node node has a cluster secret and node without has none: give every node the same");
            assertThat(node.links).isEmpty();
            assertThat(node.refusals).as("anyone can say anything").isEmpty();
            assertThat(node.system.counters().protocolErrors()).isPositive();
        }
    }

    /** What stands for a malformed byte is three bytes long: the proof would be about more than a handshake holds. */
    @Test
    void aTextThatIsNoUtf8ClosesTheConnectionAndNothingElse() throws IOException {
        try (TestNode node = listening("node", SECRET);
                TestNode friend = listening("friend", SECRET)) {
            friend.dial(node);
            friend.awaitLink("node");
            UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
            String identity = "~".repeat(1000);
            Hello claim =
                    new Hello(Hello.PROTOCOL, 5, "other", "node", identity, new Nonce(1, 2, 3, 4), SessionPoint.NONE);
            int hello = Control.putHello(frame, 0, Control.HELLO, claim);
            byte[] bytes = frame.byteArray();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == '~' ? (byte) 0xFF : bytes[i];
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
                socket.getOutputStream().write(bytes, 0, hello);
                assertThat(Closed.isClosed(socket)).isTrue();
            }
            assertThat(node.system.counters().protocolErrors()).isEqualTo(1);
            friend.offer("node", "still here");
            await().until(() -> node.frames.contains("friend:7:still here"));
        }
    }

    /** Without the secret the newer connection would win. */
    @Test
    void whoCallsItselfANodeOfTheClusterDoesNotTakeItsLink() throws IOException {
        try (TestNode node = listening("node", SECRET);
                TestNode friend = listening("friend", SECRET)) {
            friend.dial(node);
            friend.awaitLink("node");
            UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameLayout.wireLength(Control.MAX_HANDSHAKE_BODY)]);
            Hello claim = new Hello(
                    Hello.PROTOCOL, 5, "friend", "node", "cluster=test", new Nonce(1, 2, 3, 4), SessionPoint.NONE);
            int hello = Control.putHello(frame, 0, Control.HELLO, claim);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
                socket.getOutputStream().write(frame.byteArray(), 0, hello);
                assertThat(socket.getInputStream().read()).as("the challenge").isNotNegative();
                int proof = Control.putProof(frame, 0, new byte[32]);
                socket.getOutputStream().write(frame.byteArray(), 0, proof);
                await().until(() -> node.system.counters().protocolErrors() == 1);
            }
            friend.offer("node", "still here");
            await().until(() -> node.frames.contains("friend:7:still here"));
            assertThat(node.links).containsExactly("friend OPENED");
        }
    }
}
