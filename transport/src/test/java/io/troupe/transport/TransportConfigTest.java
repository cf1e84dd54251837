package io.troupe.transport;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TransportConfigTest {
    @Test
    void everyErrorIsReportedAtOnce() {
        TransportConfig.Builder builder = TransportConfig.builder(" ")
                .bind("", 70_000)
                .node("b", "host", 0)
                .node("b", "host", 1)
                .identity("x".repeat(1025))
                .ringCapacity(5000)
                .heartbeatInterval(Duration.ofSeconds(1))
                .linkTimeout(Duration.ofMillis(1500))
                .spin(Duration.ofMillis(1001))
                .stallTimeout(Duration.ZERO)
                .circuitBreaker(0, Duration.ofSeconds(-1))
                .redial(Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(5));
        assertThatThrownBy(builder::build)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("nodeId \" \" must have 1 to 128 bytes")
                .hasMessageContaining("bind: address \":70000\"")
                .hasMessageContaining("node b: address \"host:0\" must have a host and a port from 1 to 65535")
                .hasMessageContaining("node b is given twice")
                .hasMessageContaining("identity has 1025 bytes, the limit is 1024")
                .hasMessageContaining("ringCapacity (5000) must be a power of two")
                .hasMessageContaining("linkTimeout (PT1.5S) must be at least twice heartbeatInterval (PT1S)")
                .hasMessageContaining("redial bounds must not fall")
                .hasMessageContaining("stallTimeout (PT0S) must be longer than zero")
                .hasMessageContaining("circuit failures (0) must be at least 1")
                .hasMessageContaining("circuit reset (PT-1S) must be longer than zero")
                .hasMessageContaining("spin (PT1.001S) must be between zero and PT1S");
    }

    @Test
    void aFrameMayBeHalfOfTheRing() {
        assertThat(TransportConfig.builder("a").build().maxFrameLength()).isEqualTo(1024 * 1024);
        assertThat(TransportConfig.builder("a").ringCapacity(8192).build().maxFrameLength())
                .isEqualTo(4096);
        assertThatThrownBy(() -> TransportConfig.builder("a")
                        .ringCapacity(8192)
                        .maxFrameLength(4097)
                        .build())
                .hasMessageContaining(
                        "maxFrameLength (4097) must be from 1 to half of ringCapacity and at most 64 MiB (4096)");
        assertThatThrownBy(() -> TransportConfig.builder("a")
                        .ringCapacity(1 << 28)
                        .maxFrameLength(TransportConfig.MAX_FRAME_LENGTH + 1)
                        .build())
                .hasMessageContaining("and at most 64 MiB (67108864)");
    }

    @Test
    void aNodeDoesNotDialItself() {
        assertThatThrownBy(() -> TransportConfig.builder("a").node("a", "h", 1).build())
                .hasMessageContaining("node a is this node");
    }

    @Test
    void socketFilesAreOffAndWouldBeInADirectoryNamedAfterTheUser() {
        assertThat(TransportConfig.builder("a").build().unixSockets()).isEqualTo(UnixSockets.of(UnixSockets.Mode.OFF));
        String user = System.setProperty("user.name", "ACME\\joe /?");
        try {
            assertThat(UnixSockets.of(UnixSockets.Mode.AUTO).directory())
                    .isEqualTo(Path.of(System.getProperty("java.io.tmpdir"), "troupe-ACME_joe___"));
        } finally {
            System.setProperty("user.name", user);
        }
    }

    @Test
    void aBuilderUsedFurtherDoesNotChangeWhatItBuilt() {
        TransportConfig.Builder builder = TransportConfig.builder("a").node("b", "host", 1);
        TransportConfig built = builder.build();
        builder.node("c", "host", 2).identity("later");
        assertThat(built.nodes()).containsOnlyKeys("b");
        assertThat(built.identity()).isEmpty();
    }
}
