package io.troupe.actors;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.NodeAddress;
import io.troupe.cluster.SendOutcome;
import io.troupe.transport.NodeTls;
import io.troupe.transport.TlsFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Nodes with certificates: both their ports speak TLS, and to nobody else. */
@Timeout(120)
class SecuredNodesTest {
    private static final char[] PASSWORD = "only for the test".toCharArray();

    @TempDir
    static Path certificates;

    @TempDir
    Path directory;

    private static TlsFiles files;

    /** One certificate for all nodes, which is its own authority: the JDK's tool can make that in one go. */
    @BeforeAll
    static void issue() throws IOException, GeneralSecurityException, InterruptedException {
        Path store = certificates.resolve("store");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        "node",
                        "-dname",
                        "CN=all nodes",
                        "-ext",
                        "bc:c=ca:true",
                        "-ext",
                        "san=uri:troupe://test/s1,uri:troupe://test/s2,uri:troupe://test/s3,uri:troupe://test/c1",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD);
        Certificate certificate = made.getCertificate("node");
        Key key = made.getKey("node", PASSWORD);
        String pem = pem("CERTIFICATE", certificate.getEncoded());
        files = new TlsFiles(
                Files.writeString(certificates.resolve("node.crt"), pem),
                Files.writeString(certificates.resolve("node.key"), pem("PRIVATE KEY", key.getEncoded())),
                Files.writeString(certificates.resolve("trust.crt"), pem));
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    @Test
    void nodesWithCertificatesServeEachOtherAndNobodyElse() throws IOException, GeneralSecurityException {
        try (Nodes nodes = new Nodes('s', directory, 3)) {
            CompletableFuture.allOf(nodes.seeds().stream()
                            .map(seed -> nodes.start(
                                    nodes.config(seed.nodeId()).tls(files).build()))
                            .toArray(CompletableFuture[]::new))
                    .join();
            ClusterActorSystem client =
                    nodes.start(nodes.config("c1").tls(files).build()).join();
            for (String id : List.of("a", "b", "c", "d", "e")) {
                assertThat(client.entity(Counter.KIND, id)
                                .tell(new Counter.Add(1))
                                .join())
                        .isInstanceOf(SendOutcome.Committed.class);
            }
            for (NodeAddress seed : nodes.seeds()) {
                asksForACertificate(seed.messagingPort());
                asksForACertificate(seed.raftPort());
            }
            assertThatThrownBy(() -> nodes.start(nodes.config("c2")
                                    .startTimeout(Duration.ofSeconds(1))
                                    .build())
                            .join())
                    .as("without TLS")
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(ClusterException.class)
                    .hasMessageMatching("(?s).*(was not ready after|answered with a leader within) 1000 ms.*");
        }
    }

    /** TLS 1.3 tells a client only with its first bytes that a certificate was missing. */
    private static void asksForACertificate(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        NodeTls known = NodeTls.open(files, "test", "c1");
        context.init(null, new TrustManager[] {known.trustManager()}, null);
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "node", port, true)) {
            socket.setSoTimeout(30_000);
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        while (socket.getInputStream().read() >= 0) {}
                    })
                    .as("port %d", port)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("certificate");
        }
    }

    @Test
    void aNodeWhoseFilesCannotBeUsedDoesNotStart() {
        try (Nodes nodes = new Nodes('s', directory, 1)) {
            TlsFiles missing = new TlsFiles(files.certificate(), directory.resolve("nowhere.key"), files.trust());
            assertThatThrownBy(() ->
                            nodes.start(nodes.config("s1").tls(missing).build()).join())
                    .cause()
                    .isInstanceOfSatisfying(
                            ClusterException.class,
                            e -> assertThat(e.code()).isEqualTo(ClusterException.Code.BAD_CONFIG))
                    .hasMessage("node s1 cannot start with TLS: key file " + directory.resolve("nowhere.key")
                            + " does not exist: correct its path, or put it there");
            assertThatThrownBy(() ->
                            nodes.start(nodes.config("x1").tls(files).build()).join())
                    .hasMessageContaining("is not for node x1 of cluster test")
                    .hasMessageContaining("issue it with the subject alternative name URI:troupe://test/x1");
            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().startsWith("troupe-x1"))
                    .isEmpty());
        }
    }
}
