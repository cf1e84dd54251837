package io.troupe.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

import io.troupe.transport.TestAuthority.Issued;
import io.troupe.transport.TestAuthority.Wish;
import io.troupe.transport.internal.tls.NodeUri;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is in the files of a node, and what is refused. */
class NodeTlsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("the authority");
    private static final TestAuthority OTHER = new TestAuthority("another authority");

    @TempDir
    Path directory;

    private TlsFiles files;

    @BeforeEach
    void write() {
        files = AUTHORITY.files(directory, "shop", "n1");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> NodeTls.open(files, "shop", "n1"))
                .isInstanceOf(TransportException.class)
                .hasMessageContainingAll(parts)
                .extracting(e -> ((TransportException) e).code())
                .isEqualTo(TransportException.Code.BAD_CONFIG);
    }

    private void issued(Wish wish) {
        TestAuthority.write(directory, AUTHORITY.issue("n1", wish), AUTHORITY.certificate());
    }

    @Test
    void aCertificateThatNamesTheNodeIsTaken() {
        NodeTls tls = NodeTls.open(files, "shop", "n1");
        assertThat(tls.nodeId()).isEqualTo("n1");
        assertThat(tls.uri("n2")).isEqualTo("troupe://shop/n2");
        assertThat(tls.toString()).contains("troupe://shop/n1", "node.key").doesNotContain("BEGIN");
        assertThat(tls.engine(true).getEnabledProtocols()).containsExactly("TLSv1.3");
        assertThat(tls.engine(false).getEnabledProtocols()).containsExactly("TLSv1.3");
        assertThat(tls.engine(false).getNeedClientAuth()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"my_cluster", "-a-", "0", "Größe 1/2", "a.b", "%41", "127.0.0.1"})
    void anyNameOfAClusterCanStandInACertificate(String cluster) {
        String uri = NodeUri.of(cluster, "n.1_-");
        TestAuthority.write(directory, AUTHORITY.issue("n", Wish.of(uri)), AUTHORITY.certificate());
        assertThat(NodeTls.open(files, cluster, "n.1_-").uri("n.1_-")).isEqualTo(uri);
    }

    @Test
    void missingEmptyAndEndlessFilesAreRefused() throws IOException {
        Files.write(files.trust(), new byte[NodeTls.MAX_FILE_LENGTH + 1]);
        refused("trust file " + files.trust(), "has 1048577 bytes: it must be PEM of at most 1048576");
        Files.write(files.trust(), new byte[0]);
        refused("trust file " + files.trust(), "is empty");
        Files.delete(files.key());
        refused("key file " + files.key(), "does not exist: correct its path, or put it there");
        Files.delete(files.certificate());
        Files.createDirectory(files.certificate());
        refused("certificate file " + files.certificate(), "cannot be read", "let this user read it");
    }

    @Test
    void filesOfAnotherKindAreRefused() throws IOException {
        String certificate = Files.readString(files.certificate());
        String key = Files.readString(files.key());
        Files.writeString(files.certificate(), key);
        refused("certificate file " + files.certificate(), "has a block PRIVATE KEY: only blocks CERTIFICATE");
        Files.writeString(files.certificate(), "hello");
        refused("certificate file " + files.certificate(), "has no block CERTIFICATE: it must be PEM");
        Files.writeString(files.certificate(), certificate.substring(0, 200));
        refused("certificate file " + files.certificate(), "a block has no end: the file is cut off or damaged");
        Files.writeString(files.certificate(), certificate.replaceFirst("M", "*"));
        refused("certificate file " + files.certificate(), "block CERTIFICATE is not Base64: it is damaged");
        Files.writeString(files.certificate(), TestAuthority.pem("CERTIFICATE", new byte[] {1, 2, 3}));
        refused("certificate file " + files.certificate(), "has a certificate that cannot be read");
        Files.writeString(files.certificate(), certificate);
        Files.writeString(files.key(), certificate);
        refused("key file " + files.key(), "must have one block PRIVATE KEY, and has [CERTIFICATE]");
        Files.writeString(files.key(), key + key);
        refused("key file " + files.key(), "must have one block PRIVATE KEY, and has [PRIVATE KEY, PRIVATE KEY]");
        Files.writeString(files.key(), key.replace("PRIVATE", "ENCRYPTED PRIVATE"));
        refused("key file " + files.key(), "is encrypted", "openssl pkcs8 -topk8 -nocrypt -in " + files.key());
        Files.writeString(files.key(), key.replace("PRIVATE", "EC PRIVATE"));
        refused("key file " + files.key(), "has a block EC PRIVATE KEY, which is not PKCS #8", "openssl pkcs8");
    }

    @Test
    void aKeyThatDoesNotBelongToTheCertificateIsRefusedAndNeverShown() throws Exception {
        String key = Files.readString(files.key());
        Issued other = AUTHORITY.issue("n1", Wish.of("troupe://shop/n1"));
        Files.writeString(
                files.key(), TestAuthority.pem("PRIVATE KEY", other.key().getEncoded()));
        refused("key file " + files.key(), "does not have the key of certificate file " + files.certificate());
        byte[] edwards = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(files.key(), TestAuthority.pem("PRIVATE KEY", edwards));
        refused("key file " + files.key(), "has no EC key", "give the key that belongs to it");
        String damaged = key.replaceFirst("M", "N");
        Files.writeString(files.key(), damaged);
        assertThatThrownBy(() -> NodeTls.open(files, "shop", "n1"))
                .hasMessageNotContaining(damaged.substring(30, 50))
                .hasNoCause();
    }

    @Test
    void certificatesThatNameAnotherNodeOrAreNotValidNowAreRefused() {
        issued(Wish.of("troupe://shop/n2", "troupe://mall/n1"));
        refused(
                "certificate file " + files.certificate(),
                "is not for node n1 of cluster shop",
                "names [troupe://mall/n1, troupe://shop/n2]",
                "issue it with the subject alternative name URI:troupe://shop/n1");
        issued(Wish.of("troupe://shop/n1").expired());
        refused("certificate file " + files.certificate(), "has expired on ", "issue a new one");
        issued(Wish.of("troupe://shop/n1").future());
        refused("certificate file " + files.certificate(), "is not valid before ", "set the clock of this machine");
        issued(Wish.of("troupe://shop/n1").forServersOnly());
        refused("certificate file " + files.certificate(), "would be refused by this node itself", "clientAuth");
    }

    @Test
    void whatItsOwnTrustDoesNotCoverIsRefused() {
        Issued own = AUTHORITY.issue("n1", Wish.of("troupe://shop/n1"));
        TestAuthority.write(directory, own, OTHER.certificate());
        refused("certificate file " + files.certificate(), "it must be issued by an authority of trust file");
        TestAuthority.write(directory, own, own.certificate());
        refused("trust file " + files.trust(), "has the certificate of 'CN=n1', which is no authority");
    }

    @Test
    void onlyCertificatesOfTheAuthorityForNodesOfTheClusterAreBelieved() throws CertificateException {
        var trust = NodeTls.open(files, "shop", "n1").trustManager();
        X509Certificate[] peer = {
            AUTHORITY.issue("x", Wish.of("troupe://shop/n2")).certificate()
        };
        assertThatCode(() -> trust.checkClientTrusted(peer, "UNKNOWN")).doesNotThrowAnyException();
        assertThatCode(() -> trust.checkServerTrusted(peer, "UNKNOWN")).doesNotThrowAnyException();
        X509Certificate[] stranger = {
            OTHER.issue("x", Wish.of("troupe://shop/n2")).certificate()
        };
        assertThatThrownBy(() -> trust.checkClientTrusted(stranger, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkServerTrusted(stranger, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
        X509Certificate[] webServer = {
            AUTHORITY.issue("n2", Wish.of("troupe://shopping/n2")).certificate()
        };
        assertThatThrownBy(() -> trust.checkClientTrusted(webServer, "UNKNOWN"))
                .hasMessage("the certificate of 'CN=n2' names [troupe://shopping/n2], and no node of this cluster"
                        + " (troupe://shop/...)");
        assertThatThrownBy(() -> trust.checkServerTrusted(webServer, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void newFilesAreUsedWhenTheyAreWholeAndElseTheOldOnesStay() throws IOException {
        NodeTls tls = NodeTls.open(files, "shop", "n1");
        assertThat(tls.refresh()).as("nothing has changed").isFalse();
        X509Certificate first = shown(tls);
        Issued next = OTHER.issue("n1", Wish.of("troupe://shop/n1"));
        Files.writeString(
                files.key(), TestAuthority.pem("PRIVATE KEY", next.key().getEncoded()));
        assertThat(tls.refresh()).as("half-way").isFalse();
        assertThat(shown(tls)).isEqualTo(first);
        String begunBefore = alias(tls);
        TestAuthority.write(directory, next, AUTHORITY.certificate(), OTHER.certificate());
        assertThat(tls.refresh()).isTrue();
        assertThat(shown(tls)).isEqualTo(next.certificate());
        assertThat(tls.keyManager().getCertificateChain(begunBefore)).containsExactly(first);
        X509Certificate[] peer = {OTHER.issue("x", Wish.of("troupe://shop/n2")).certificate()};
        assertThatCode(() -> tls.trustManager().checkClientTrusted(peer, "UNKNOWN"))
                .doesNotThrowAnyException();
        Files.delete(files.trust());
        assertThat(tls.refresh()).isFalse();
        assertThat(shown(tls)).isEqualTo(next.certificate());
    }

    private static String alias(NodeTls tls) {
        return tls.keyManager().chooseEngineServerAlias("EC", null, null);
    }

    private static X509Certificate shown(NodeTls tls) {
        return tls.keyManager().getCertificateChain(alias(tls))[0];
    }
}
