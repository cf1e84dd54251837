package io.troupe.chaos.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Every fault of the proxy, between a socket and a server that echoes. */
@Timeout(120)
class FaultProxyTest {
    /** Longer than a busy machine stands still, and shorter than {@link #FOR_LONG}. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final int READ_MILLIS = (int) SOON.toMillis();
    /** Milliseconds of a delay that no test waits for. */
    private static final String FOR_LONG = "600000";

    private static final int SILENCE_MILLIS = 200;

    private EchoServer server;
    private FaultProxy proxy;
    private Socket client;

    @BeforeEach
    void connect() throws IOException {
        server = new EchoServer();
        // None of those from which systems take ports for outgoing connections: leaveNothing() binds it again.
        proxy = FaultProxy.open("a-b", FreePorts.find(1).get(0), server.port(), 7);
        client = newClient();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        int port = proxy.port();
        client.close();
        proxy.close();
        proxy.close();
        server.close();
        await().atMost(SOON).until(() -> FreePorts.isFree(port));
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("troupe-a-b-proxy");
    }

    private Socket newClient() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(READ_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    private byte[] roundTrip(byte[] sent) throws IOException {
        return roundTrip(client, sent);
    }

    private static byte[] roundTrip(Socket socket, byte[] sent) throws IOException {
        socket.getOutputStream().write(sent);
        return socket.getInputStream().readNBytes(sent.length);
    }

    private long roundTripMillis(int length) throws IOException {
        long startNs = System.nanoTime();
        assertThat(roundTrip(pattern(length))).isEqualTo(pattern(length));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(READ_MILLIS);
    }

    @Test
    void aHealthyLinkCarriesEveryByteInOrder() throws IOException {
        byte[] sent = pattern(100_000);
        assertThat(roundTrip(sent)).isEqualTo(sent);
        await().atMost(SOON).until(() -> proxy.forwardedBytes() == 200_000);
        assertThat(proxy.openConnections()).isEqualTo(1);
    }

    @Test
    void delayConcernsItsDirectionOnlyAndEndsWithHeal() throws IOException {
        proxy.apply(Fault.parse("delay@forward=150"));
        assertThat(roundTripMillis(10)).isGreaterThanOrEqualTo(150);
        proxy.apply(Fault.parse("delay=150"));
        assertThat(roundTripMillis(10)).isGreaterThanOrEqualTo(300);
        proxy.heal();
        proxy.apply(Fault.parse("delay@backward=" + FOR_LONG));
        client.getOutputStream().write(pattern(10));
        // The server has them long before the delay is over.
        await().atMost(SOON).until(() -> proxy.forwardedBytes() == 50);
        assertSilent(client);
        proxy.heal();
        assertThat(client.getInputStream().readNBytes(10)).isEqualTo(pattern(10));
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
    }

    @Test
    void whatIsDelayedArrivesAtOnceWhenTheLinkHeals() throws IOException {
        proxy.apply(Fault.parse("delay=" + FOR_LONG));
        client.getOutputStream().write(pattern(10));
        assertSilent(client);
        proxy.heal();
        assertThat(client.getInputStream().readNBytes(10)).isEqualTo(pattern(10));
    }

    @Test
    void jitterKeepsTheOrder() throws IOException {
        proxy.apply(Fault.of(FaultKind.JITTER, 20));
        for (int i = 0; i < 20; i++) {
            client.getOutputStream().write(pattern(50));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(client.getInputStream().readNBytes(50)).isEqualTo(pattern(50));
        }
    }

    @Test
    void bandwidthBoundsTheRate() throws IOException {
        proxy.apply(Fault.parse("bandwidth@backward=50000"));
        assertThat(roundTripMillis(20_000)).isGreaterThanOrEqualTo(350);
    }

    /**
     * That each of them is written on its own is seen in {@link DelayLineTest}: a late reader finds several at once.
     */
    @Test
    void dripDeliversEveryByteSlowly() throws IOException {
        proxy.apply(Fault.parse("drip@backward=200"));
        assertThat(roundTripMillis(60)).isGreaterThanOrEqualTo(250);
    }

    @Test
    void aBlackholeHoldsBothDirectionsBackUntilItHeals() throws IOException {
        proxy.apply(Fault.of(FaultKind.BLACKHOLE));
        client.getOutputStream().write(pattern(10));
        assertSilent(client);
        try (Socket late = newClient()) {
            late.getOutputStream().write(pattern(5));
            assertSilent(late);
            proxy.heal();
            assertThat(late.getInputStream().readNBytes(5)).isEqualTo(pattern(5));
        }
        assertThat(client.getInputStream().readNBytes(10)).isEqualTo(pattern(10));
    }

    @Test
    void aOneWayBlackholeLetsTheOtherDirectionThrough() throws IOException {
        // A connection that the proxy has not taken yet would wait until the fault is over.
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        await().atMost(SOON).until(() -> proxy.forwardedBytes() == 20);
        proxy.apply(Fault.parse("blackhole@backward"));
        client.getOutputStream().write(pattern(10));
        await().atMost(SOON).until(() -> proxy.forwardedBytes() == 30);
        assertSilent(client);
        proxy.heal();
        assertThat(client.getInputStream().readNBytes(10)).isEqualTo(pattern(10));
        proxy.apply(Fault.parse("blackhole@forward"));
        client.getOutputStream().write(pattern(10));
        assertSilent(client);
        assertThat(proxy.forwardedBytes()).isEqualTo(40);
    }

    @Test
    void aDroppedConnectionStaysSilentAndNewOnesWork() throws IOException {
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        proxy.apply(Fault.of(FaultKind.DROP));
        client.getOutputStream().write(pattern(10));
        assertSilent(client);
        proxy.heal();
        assertSilent(client);
        try (Socket fresh = newClient()) {
            assertThat(roundTrip(fresh, pattern(10))).isEqualTo(pattern(10));
        }
    }

    @Test
    void resetBreaksBothEndsOff() throws IOException, InterruptedException {
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        proxy.apply(Fault.of(FaultKind.RESET));
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(server.brokenOff().await(READ_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        await().atMost(SOON).until(() -> proxy.openConnections() == 0);
    }

    @Test
    void halfCloseEndsOneDirectionInOrder() throws IOException {
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        proxy.apply(Fault.parse("half-close@forward"));
        // The server sees the end of its input and still gets its last byte through.
        assertThat(client.getInputStream().read()).isEqualTo('E');
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void flippedBytesDependOnTheSeedOnly() throws IOException {
        byte[] sent = pattern(4_000);
        byte[] first = damaged(41, sent);
        assertThat(first).isNotEqualTo(sent).isEqualTo(damaged(41, sent)).isNotEqualTo(damaged(42, sent));
        int mismatch = Arrays.mismatch(first, sent);
        assertThat(Integer.bitCount((first[mismatch] ^ sent[mismatch]) & 0xff)).isEqualTo(1);
    }

    private byte[] damaged(long seed, byte[] sent) throws IOException {
        try (FaultProxy seeded = FaultProxy.open("flip", 0, server.port(), seed);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), seeded.port())) {
            socket.setSoTimeout(READ_MILLIS);
            seeded.apply(Fault.parse("flip@forward=100"));
            return roundTrip(socket, sent);
        }
    }

    @Test
    void refusedConnectionsAreResetAndOldOnesLive() throws IOException {
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        proxy.apply(Fault.of(FaultKind.REFUSE));
        assertThatThrownBy(() -> {
                    try (Socket refused = newClient()) {
                        roundTrip(refused, pattern(10));
                        throw new SocketException(
                                "no byte came back: " + refused.getInputStream().read());
                    }
                })
                .isInstanceOf(SocketException.class);
        assertThat(roundTrip(pattern(10))).isEqualTo(pattern(10));
        proxy.heal();
        try (Socket fresh = newClient()) {
            assertThat(roundTrip(fresh, pattern(10))).isEqualTo(pattern(10));
        }
    }

    @Test
    void anEndThatClosesIsSeenByTheOther() throws IOException {
        client.getOutputStream().write(1);
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).containsExactly(1, 'E');
        await().atMost(SOON).until(() -> proxy.openConnections() == 0);
    }

    @Test
    void aTargetThatDoesNotListenIsAReset() throws IOException {
        server.close();
        try (Socket late = newClient()) {
            assertThatThrownBy(() -> late.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void badInputIsRefusedWithTheRemedy() {
        assertRefused(
                "unplug",
                "unknown fault 'unplug' (known: delay, jitter, bandwidth, drip, flip, blackhole, refuse, drop, reset,"
                        + " half-close)");
        assertRefused("delay@left=5", "unknown direction 'left' (known: forward, backward, both)");
        assertRefused("delay=soon", "the amount of fault 'delay=soon' must be a whole number: write delay=50");
        assertRefused("delay", "fault delay needs an amount between 1 and 1000000000, not 0: write delay=50");
        assertRefused("reset=3", "fault reset takes no amount: leave out =3");
        assertThat(Fault.parse("flip@backward=9")).hasToString("flip@backward=9");
    }

    private static void assertRefused(String text, String message) {
        assertThatThrownBy(() -> Fault.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aTakenPortIsNamed() {
        assertThatThrownBy(() -> FaultProxy.open("a-b", server.port(), 1, 7))
                .isInstanceOf(IOException.class)
                .hasMessage("proxy a-b cannot listen on 127.0.0.1:" + server.port()
                        + " (Address already in use): stop the process that holds the port, or use port 0 to pick a"
                        + " free one");
    }

    @Test
    void aClosedProxySaysSo() {
        proxy.close();
        assertThatThrownBy(proxy::heal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("proxy a-b is closed");
    }
}
