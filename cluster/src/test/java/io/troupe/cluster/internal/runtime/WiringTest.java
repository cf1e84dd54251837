package io.troupe.cluster.internal.runtime;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

import io.troupe.cluster.CircuitBreaker;
import io.troupe.cluster.ClusterConfig;
import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Idling;
import io.troupe.transport.Lane;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.UnixSockets;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/** What is said of links in the cluster's configuration reaches them. */
class WiringTest {
    private static ClusterConfig.Builder seed() {
        return ClusterConfig.builder("n1")
                .addNode("n1", "127.0.0.1", 7701, 7801)
                .addNode("n2", "127.0.0.1", 7702, 7802)
                .addNode("n3", "127.0.0.1", 7703, 7803)
                .dataDir(Path.of("never-made"));
    }

    private static String name(@Nullable InetSocketAddress address) {
        return address == null ? "none" : address.getHostString() + ":" + address.getPort();
    }

    @Test
    void aSeedListensAtItsOwnAddressAndDialsTheOthers() {
        TransportConfig links = Wiring.transport(seed().build(), null, false);
        assertThat(links.nodeId()).isEqualTo("n1");
        assertThat(name(links.bind())).isEqualTo("127.0.0.1:7701");
        assertThat(links.nodes()).containsOnlyKeys("n2", "n3");
        assertThat(name(links.nodes().get("n3"))).isEqualTo("127.0.0.1:7703");
        assertThat(links.secret()).isNull();
        assertThat(links.idleStrategy()).isNull();
        assertThat(links.circuitFailures()).isEqualTo(CircuitBreaker.DEFAULT.failures());
        assertThat(links.circuitReset()).isEqualTo(CircuitBreaker.DEFAULT.reset());
        assertThat(links.unixSockets().mode()).isEqualTo(UnixSockets.Mode.OFF);
        assertThat(links.maxFrameLength()).isEqualTo(1024 * 1024 + 4096);
        assertThat(links.ringCapacity(Lane.ORDINARY)).isEqualTo(4 * 1024 * 1024);
    }

    @Test
    void aLinkHasRoomForTheLongestMessages() {
        TransportConfig large = Wiring.transport(
                seed().maxMessageLength(ClusterConfig.MAX_MESSAGE_LENGTH).build(), null, false);
        assertThat(large.maxFrameLength()).isEqualTo(TransportConfig.MAX_FRAME_LENGTH);
        assertThat(large.ringCapacity(Lane.ORDINARY)).isEqualTo(2 * TransportConfig.MAX_FRAME_LENGTH);
        TransportConfig small =
                Wiring.transport(seed().maxMessageLength(64 * 1024).build(), null, false);
        assertThat(small.maxFrameLength()).as("for the log's own messages").isEqualTo(512 * 1024);
    }

    @Test
    void theClusterHasALaneOfItsOwnWhichStaysSmallAndTheBulkLaneOnlyIfASetWantsIt() {
        ClusterConfig config =
                seed().maxMessageLength(ClusterConfig.MAX_MESSAGE_LENGTH).build();
        TransportConfig links = Wiring.transport(config, null, false);
        assertThat(links.lanes()).containsExactlyInAnyOrder(Lane.CONTROL, Lane.ORDINARY);
        assertThat(links.ringCapacity(Lane.CONTROL)).isEqualTo(4 * 1024 * 1024);
        assertThat(links.maxFrameLength(Lane.CONTROL)).isEqualTo(2 * 1024 * 1024);
        assertThat(Wiring.transport(config, null, true).lanes()).containsExactlyInAnyOrder(Lane.values());
    }

    @Test
    void whatIsChosenIsHandedOn() {
        ClusterSecret secret = ClusterSecret.of("a secret of 32 bytes or even more".getBytes(StandardCharsets.UTF_8));
        UnixSockets sockets = new UnixSockets(UnixSockets.Mode.ON, Path.of("sockets"));
        TransportConfig links = Wiring.transport(
                seed().circuitBreaker(new CircuitBreaker(7, Duration.ofSeconds(11)))
                        .spin(Duration.ofNanos(12_000))
                        .idling(Idling.YIELD)
                        .threadingMode(ThreadingMode.DEDICATED)
                        .secret(secret)
                        .unixSockets(sockets)
                        .build(),
                null,
                false);
        assertThat(links.circuitFailures()).isEqualTo(7);
        assertThat(links.circuitReset()).isEqualTo(Duration.ofSeconds(11));
        assertThat(links.spin()).isEqualTo(Duration.ofNanos(12_000));
        assertThat(requireNonNull(links.idleStrategy()).get()).isInstanceOf(YieldingIdleStrategy.class);
        assertThat(links.threadingMode()).isEqualTo(ThreadingMode.DEDICATED);
        assertThat(links.secret()).isSameAs(secret);
        assertThat(links.unixSockets()).isEqualTo(sockets);
    }
}
