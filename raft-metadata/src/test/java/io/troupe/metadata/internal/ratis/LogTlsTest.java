package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.troupe.metadata.LogTls;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Voters whose log has TLS, and who may not speak to it. */
class LogTlsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("the authority");

    /** Believes the voters, so it is they who refuse. */
    private static final LogTls OF_ANOTHER = new LogTls(
            new TestAuthority("another authority").tls("client").keys(),
            AUTHORITY.tls("client").trust());

    @TempDir
    Path directory;

    private static MetadataConfig.Builder secured(MetadataConfig.Builder config) {
        return config.tls(AUTHORITY.tls("a voter"));
    }

    @Test
    void votersReplicateOverTlsAndNobodyElseIsHeard() throws Exception {
        try (Voters voters = new Voters('k', directory, 3, LogTlsTest::secured).start("k1", "k2", "k3")) {
            RatisMetadataStore leader = voters.leader();
            Voters.get(leader.openSession(Voters.LONG_LEASE));
            Voters.get(leader.put("key", new byte[] {1}));
            RatisMetadataStore other = voters.otherThan(leader);
            Voters.get(other.openSession(Voters.LONG_LEASE));
            Voters.get(other.put("other", new byte[] {2}));
            RaftServer.Division division = Objects.requireNonNull(leader.raft()).division();
            RaftGroup group = division.getGroup();
            long before = division.getRaftLog().getLastEntryTermIndex().getIndex();
            List<RaftPeer> fewer = List.copyOf(group.getPeers()).subList(0, 1);
            for (LogTls stranger : new LogTls[] {null, OF_ANOTHER}) {
                try (RaftClient client = client(group, division.getPeer(), stranger)) {
                    assertRefused(() -> client.io().send(Message.valueOf("written")));
                    assertRefused(() -> client.admin().setConfiguration(fewer));
                    assertRefused(() ->
                            client.getGroupManagementApi(division.getId()).remove(group.getGroupId(), true, false));
                }
            }
            assertThat(division.getInfo().isAlive()).isTrue();
            assertThat(division.getRaftConf().getCurrentPeers()).hasSize(3);
            try (RaftClient client = client(group, division.getPeer(), AUTHORITY.tls("a friend"))) {
                assertThatCode(() ->
                                client.getGroupManagementApi(division.getId()).list())
                        .as("the same client, with a certificate of the authority")
                        .doesNotThrowAnyException();
            }
            Voters.get(leader.put("key", new byte[] {3}));
            // A voter that leads no more has it a little later.
            await().atMost(Voters.PATIENCE)
                    .untilAsserted(() -> assertThat(division.getRaftLog()
                                    .getLastEntryTermIndex()
                                    .getIndex())
                            .as("the log has what the voters wrote")
                            .isGreaterThan(before));
            olderVersionsAreRefused(division.getPeer());
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static void assertRefused(Call call) {
        assertThatThrownBy(call::run).isInstanceOf(IOException.class).hasStackTraceContaining("UNAVAILABLE");
    }

    private static RaftClient client(RaftGroup group, RaftPeer leader, @Nullable LogTls tls) {
        RaftProperties properties = new RaftProperties();
        RaftClientConfigKeys.Rpc.setRequestTimeout(
                properties, TimeDuration.valueOf(Voters.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        return RaftClient.newBuilder()
                .setRaftGroup(RaftGroup.valueOf(group.getGroupId(), group.getPeers()))
                .setLeaderId(leader.getId())
                .setProperties(properties)
                .setParameters(RatisProperties.parameters(tls))
                .setRetryPolicy(RetryPolicies.noRetry())
                .build();
    }

    private static void olderVersionsAreRefused(RaftPeer peer) throws IOException, GeneralSecurityException {
        LogTls friend = AUTHORITY.tls("a friend");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {friend.keys()}, new TrustManager[] {friend.trust()}, null);
        int port =
                Integer.parseInt(peer.getAddress().substring(peer.getAddress().indexOf(':') + 1));
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket old = (SSLSocket) context.getSocketFactory().createSocket(raw, "voter", port, true)) {
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            old.setSoTimeout((int) Voters.PATIENCE.toMillis());
            assertThatThrownBy(old::startHandshake)
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("protocol_version");
        }
    }

    /** Each believes the other to be dead: there is no leader. */
    @Test
    void votersWithTlsAndVotersWithoutItDoNotElectALeader() {
        int seconds = 1;
        boolean formed = false;
        while (!formed) { // A busy machine needs longer for what comes before the election.
            seconds *= 2;
            formed = isFormedAndHasNoLeader(directory.resolve("within" + seconds), Duration.ofSeconds(seconds));
        }
    }

    private static boolean isFormedAndHasNoLeader(Path root, Duration limit) {
        try (Voters voters = new Voters('q', root, 3, config -> {
            MetadataConfig known = config.formationTimeout(limit).build();
            return known.nodeId().equals("q1") ? config : config.tls(new TestAuthority(known.nodeId()).tls("x"));
        })) {
            List<CompletableFuture<Void>> starts =
                    List.of(voters.startOne("q1"), voters.startOne("q2"), voters.startOne("q3"));
            List<String> failures = new ArrayList<>();
            for (var started : starts) {
                assertThat(started)
                        .failsWithin(limit.plus(Voters.PATIENCE))
                        .withThrowableThat()
                        .havingCause()
                        .isInstanceOfSatisfying(MetadataException.class, failure -> {
                            assertThat(failure.code()).isEqualTo(MetadataException.Code.TIMEOUT);
                            failures.add(failure.toString());
                        });
            }
            return failures.stream().allMatch(failure -> failure.contains("no leader was heard of"));
        }
    }

    @Test
    void aConfigurationNeverShowsKeys() {
        MetadataConfig config = MetadataConfig.builder("n1")
                .voter("n1", "localhost", 7801)
                .directory(directory)
                .tls(AUTHORITY.tls("n1"))
                .build();
        assertThat(config.toString()).contains("tls=LogTls[not shown]");
    }
}
