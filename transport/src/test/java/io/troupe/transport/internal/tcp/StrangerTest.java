package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Somebody who is no node reaches the port. */
class StrangerTest {
    private static final Duration SHORT = Duration.ofMillis(500);

    private TestNode node;
    private TestNode friend;
    private final List<Socket> sockets = new ArrayList<>();

    /** What it does with a stranger depends on what that says, and not on when. */
    @BeforeEach
    void open() {
        open(TestNode.NEVER);
    }

    private void open(Duration handshake) {
        node = TestNode.start(
                "node",
                config ->
                        config.bind("127.0.0.1", 0).handshakeTimeout(handshake).maxUnauthenticated(8));
        friend = TestNode.listening("friend");
        friend.dial(node);
        friend.awaitLink("node");
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        node.close();
        friend.close();
    }

    /** The strangers' time is short. */
    private void openAnew() throws IOException {
        close();
        open(SHORT);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port());
        socket.setSoTimeout(TestNode.PATIENCE_MILLIS);
        sockets.add(socket);
        return socket;
    }

    private void assertFriendUnharmed() {
        friend.offer("node", "ping");
        await().until(() -> node.frames.contains("friend:7:ping"));
        assertThat(friend.links).containsExactly("node OPENED");
        assertThat(node.system.counters().handlerFailures()).isZero();
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .put((byte) 0x11)
                .put((byte) 0)
                .putShort((short) 1)
                .array();
    }

    @Test
    void lengthsThatCannotBeCloseTheConnectionAndNothingElse() throws IOException {
        long errors = 0;
        for (int length : new int[] {-1, 0, 7, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20, 4000}) {
            Socket socket = connect();
            socket.getOutputStream().write(header(length));
            assertThat(Closed.isClosed(socket)).isTrue();
            errors++;
        }
        assertThat(node.system.counters().protocolErrors()).isEqualTo(errors);
        assertFriendUnharmed();
    }

    @Test
    void randomBytesCloseTheConnectionAndNothingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            Socket socket = connect();
            byte[] bytes = new byte[8 + random.nextInt(5000)];
            random.nextBytes(bytes);
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException closedMeanwhile) {
                continue;
            }
            assertThat(Closed.isClosed(socket)).as("seed %d", seed).isTrue();
        }
        Socket http = connect();
        http.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: node\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(Closed.isClosed(http)).isTrue();
        assertFriendUnharmed();
    }

    @Test
    void whoSaysTooLittleTooSlowlyIsClosedAtTheHandshakeTimeout() throws Exception {
        openAnew();
        long start = System.nanoTime();
        Socket silent = connect();
        Socket slow = connect();
        byte[] header = header(64);
        Closed.say(slow, new byte[][] {{header[0]}, {header[1]}, {header[2]}, {header[3]}});
        assertThat(Closed.isClosed(silent)).isTrue();
        assertThat(Closed.isClosed(slow)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
        assertFriendUnharmed();
    }

    /** Two nodes tell whose time it is, without a clock: who came first to the patient one is still there. */
    @Test
    void theHandshakeTimeoutIsTheOneOfTheConfiguration() throws Exception {
        Socket patient = connect();
        try (TestNode quick = TestNode.start(
                        "quick", config -> config.bind("127.0.0.1", 0).handshakeTimeout(SHORT));
                Socket closed = new Socket(InetAddress.getLoopbackAddress(), quick.system.port())) {
            closed.setSoTimeout(TestNode.PATIENCE_MILLIS);
            assertThat(Closed.isClosed(closed)).isTrue();
        }
        patient.setSoTimeout(1);
        assertThatThrownBy(() -> patient.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void noMoreThanTheAllowedNumberOfStrangersIsLetIn() throws IOException {
        for (int i = 0; i < 20; i++) {
            connect();
        }
        await().until(() -> node.system.counters().turnedAway() >= 12);
        assertFriendUnharmed();
    }

    @Test
    void whenStrangersHaveTimedOutANodeGetsInAgain() throws IOException {
        openAnew();
        for (int i = 0; i < 20; i++) {
            connect();
        }
        TestNode late = TestNode.start("late", config -> config.node("node", "127.0.0.1", node.system.port()));
        late.awaitLink("node");
        late.close();
    }

    /** Each of them is given all the time that there is, and comes again as soon as it is closed. */
    @Test
    void aNodeGetsInAlthoughStrangersWantEveryPlaceAllTheTime() throws Exception {
        AtomicBoolean want = new AtomicBoolean(true);
        List<Thread> strangers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread stranger = new Thread(() -> {
                while (want.get()) {
                    stayAsLongAsAllowed();
                }
            });
            stranger.start();
            strangers.add(stranger);
        }
        TestNode late = TestNode.start("late", config -> config.node("node", "127.0.0.1", node.system.port()));
        try {
            late.awaitLink("node");
            await().until(() -> node.system.counters().turnedAway() > 0);
        } finally {
            want.set(false);
            late.close();
            for (Thread stranger : strangers) {
                stranger.join();
            }
        }
        assertFriendUnharmed();
    }

    /** The oldest one of all comes from elsewhere. */
    @Test
    @EnabledOnOs(OS.LINUX) // elsewhere a second address of the loopback has to be set up
    void whoFloodsThePortDrivesOutHimself() throws IOException {
        Socket patient = connect();
        for (int i = 0; i < 20; i++) {
            sockets.add(new Socket(
                    InetAddress.getLoopbackAddress(), node.system.port(), InetAddress.getByName("127.0.0.2"), 0));
        }
        await().until(() -> node.system.counters().turnedAway() == 13);
        patient.setSoTimeout(1);
        assertThatThrownBy(() -> patient.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    private void stayAsLongAsAllowed() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.system.port())) {
            socket.setSoTimeout(1_000);
            assertThat(socket.getInputStream().read()).isNegative();
        } catch (IOException closed) {
            assertThat(closed)
                    .as("a reset, or the time to look whether it is over")
                    .isNotNull();
        }
    }

    @Test
    void aStrangerThatFeedsItselfToADiallerIsClosed() throws IOException {
        try (java.net.ServerSocket trap = new java.net.ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            friend.system.addNode("trap", "127.0.0.1", trap.getLocalPort());
            Socket socket = trap.accept();
            sockets.add(socket);
            socket.setSoTimeout(TestNode.PATIENCE_MILLIS);
            socket.getOutputStream().write(header(Integer.MAX_VALUE));
            assertThat(Closed.isClosed(socket)).isTrue();
            assertThat(friend.system.counters().protocolErrors()).isEqualTo(1);
        }
        assertFriendUnharmed();
    }
}
