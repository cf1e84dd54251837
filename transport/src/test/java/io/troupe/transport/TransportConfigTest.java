package io.troupe.transport;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TransportConfigTest {
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration A_YEAR = Duration.ofDays(365);

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

    /** Each refused by its name, however long: none may fail later, on the thread that adds it to the clock. */
    @ParameterizedTest
    @MethodSource("tooLong")
    void everyTimeHasALongest(Duration value) {
        Map<String, TransportConfig.Builder> settings = new LinkedHashMap<>();
        settings.put("heartbeatInterval", a().heartbeatInterval(value));
        settings.put("linkTimeout", a().linkTimeout(value));
        settings.put("sessionTimeout", a().sessionTimeout(value));
        settings.put("stallTimeout", a().stallTimeout(value));
        settings.put("circuit reset", a().circuitBreaker(5, value));
        settings.put("handshakeTimeout", a().handshakeTimeout(value));
        settings.put("tlsRefresh", a().tlsRefresh(value));
        settings.put("redialFirst", a().redial(value, value, A_SECOND, value));
        settings.put("redialCap", a().redial(A_SECOND, value, A_SECOND, value));
        settings.put("redialFastPeriod", a().redial(A_SECOND, A_SECOND, value, A_SECOND));
        settings.put("redialSlowCap", a().redial(A_SECOND, A_SECOND, A_SECOND, value));
        settings.forEach((name, builder) -> assertThatThrownBy(builder::build)
                .as(name)
                .isInstanceOfSatisfying(
                        TransportException.class,
                        refused -> assertThat(refused.code()).isEqualTo(TransportException.Code.BAD_CONFIG))
                .hasMessageContaining(name + " (" + value + ") must be at most PT8760H"));
        assertThatThrownBy(() -> a().spin(value).build())
                .hasMessageContaining("spin (" + value + ") must be between zero and PT1S");
    }

    static Stream<Duration> tooLong() {
        return Stream.of(A_YEAR.plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE / 2), ChronoUnit.FOREVER.getDuration());
    }

    @Test
    void aTimeMayBeAsLongAsAYear() {
        TransportConfig config = a().heartbeatInterval(A_YEAR.dividedBy(2))
                .linkTimeout(A_YEAR)
                .sessionTimeout(A_YEAR)
                .redial(A_YEAR, A_YEAR, A_YEAR, A_YEAR)
                .build();
        assertThat(config.sessionTimeout()).isEqualTo(A_YEAR);
        assertThatThrownBy(() -> a().linkTimeout(Duration.ofNanos(19))
                        .heartbeatInterval(Duration.ofNanos(10))
                        .build())
                .hasMessageContaining("linkTimeout (PT0.000000019S) must be at least twice heartbeatInterval");
    }

    private static TransportConfig.Builder a() {
        return TransportConfig.builder("a");
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
