package io.troupe.transport.internal.security;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.troupe.transport.TlsFiles;
import io.troupe.transport.TransportException;
import io.troupe.transport.internal.tls.NodeUri;
import io.troupe.transport.internal.tls.Pem;

/**
 * One state of the three files, read and checked: what a node shows, and whom it believes. Immutable.
 *
 * <p>Invariant: the key belongs to the first certificate, which names this node, is valid at the time of the check, and
 * is issued by an authority that this node trusts itself: so two nodes with the same trust believe each other.
 */
public final class Credentials {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";

    /** What the JDK calls the way a key is used in TLS 1.3: it only signs. */
    private static final String TLS13 = "UNKNOWN";

    private static final int ANY_LENGTH_AUTHORITY = 0;

    /** How to prove that a key belongs to a certificate, by the key's kind. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final NodeTrust trust;

    private Credentials(PrivateKey key, List<X509Certificate> chain, NodeTrust trust) {
        this.key = key;
        this.chain = chain;
        this.trust = trust;
    }

    /**
     * What the three files contain.
     *
     * @param certificate the bytes of the certificate file
     * @param key         those of the key file
     * @param trust       those of the trust file
     */
    @SuppressWarnings("ArrayRecordComponent") // read once
    public record Contents(byte[] certificate, byte[] key, byte[] trust) {
        @Override
        public String toString() {
            return "Contents[not shown]";
        }
    }

    /**
     * Reads and checks.
     *
     * @param files    where the contents are from, for messages
     * @param contents the contents
     * @param cluster  the cluster's name
     * @param node     this node's id
     * @param now      now
     * @return the credentials
     * @throws TransportException with code BAD_CONFIG, naming the file, what is wrong with it and what to do
     */
    public static Credentials of(TlsFiles files, Contents contents, String cluster, String node, Instant now) {
        String certificateFile = "certificate file " + files.certificate();
        List<X509Certificate> chain = certificates(certificateFile, contents.certificate());
        X509Certificate own = chain.get(0);
        checkOwn(certificateFile, own, cluster, node, now);
        PrivateKey key = key(files.key(), contents.key(), own.getPublicKey(), files.certificate());
        String trustFile = "trust file " + files.trust();
        List<X509Certificate> authorities = certificates(trustFile, contents.trust());
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < ANY_LENGTH_AUTHORITY) {
                throw bad(trustFile + " has the certificate of " + name(authority)
                        + ", which is no authority: put only the certificates of authorities into it");
            }
        }
        NodeTrust trust = new NodeTrust(authorities, cluster);
        checkTrusted(certificateFile, chain, trust, trustFile);
        return new Credentials(key, List.copyOf(chain), trust);
    }

    private static void checkOwn(String file, X509Certificate own, String cluster, String node, Instant now) {
        String uri = NodeUri.of(cluster, node);
        if (!NodeUri.in(own).contains(uri)) {
            throw bad(file + " is not for node " + node + " of cluster " + cluster + ": it is for " + name(own)
                    + " and names " + NodeUri.in(own) + ": issue it with the subject alternative name URI:" + uri);
        }
        if (now.isAfter(own.getNotAfter().toInstant())) {
            throw bad(file + " has expired on " + own.getNotAfter().toInstant() + ": issue a new one");
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
            throw bad(file + " is not valid before " + own.getNotBefore().toInstant()
                    + ": wait, or set the clock of this machine");
        }
    }

    private static void checkTrusted(String file, List<X509Certificate> chain, NodeTrust trust, String trustFile) {
        X509Certificate[] array = chain.toArray(X509Certificate[]::new);
        try {
            trust.checkServerTrusted(array, TLS13);
            trust.checkClientTrusted(array, TLS13);
        } catch (CertificateException e) {
            throw bad(file + " would be refused by this node itself (" + e.getMessage()
                    + "): it must be issued by an authority of " + trustFile
                    + ", with the certificates between them in its file, and, if its use is limited, for serverAuth and"
                    + " clientAuth");
        }
    }

    private static List<X509Certificate> certificates(String file, byte[] text) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Pem.Block block : blocks(file, text)) {
            if (!block.label().equals(CERTIFICATE)) {
                throw bad(file + " has a block " + block.label() + ": only blocks " + CERTIFICATE + " belong there");
            }
            try {
                certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(block.der())));
            } catch (CertificateException e) {
                throw bad(file + " has a certificate that cannot be read (" + e.getMessage()
                        + "): it is damaged, issue it again");
            }
        }
        if (certificates.isEmpty()) {
            throw bad(file + " has no block " + CERTIFICATE + ": it must be PEM");
        }
        return certificates;
    }

    private static List<Pem.Block> blocks(String file, byte[] text) {
        if (text.length == 0) {
            throw bad(file + " is empty");
        }
        try {
            return Pem.read(text);
        } catch (IllegalArgumentException e) {
            throw bad(file + ": " + e.getMessage());
        }
    }

    private static PrivateKey key(Path path, byte[] text, PublicKey certified, Path certificate) {
        String file = "key file " + path;
        List<Pem.Block> blocks = blocks(file, text);
        if (blocks.size() != 1 || !blocks.get(0).label().equals(KEY)) {
            throw bad(file + refusal(blocks, path));
        }
        PrivateKey key;
        try {
            key = KeyFactory.getInstance(certified.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(blocks.get(0).der()));
        } catch (InvalidKeySpecException e) {
            // Without the cause: it may quote what it could not read.
            throw bad(file + " has no " + certified.getAlgorithm() + " key, which is the kind of certificate file "
                    + certificate + ": give the key that belongs to it");
        } catch (GeneralSecurityException e) {
            throw unknownKind(certificate, certified);
        }
        if (!belong(key, certified, certificate)) {
            throw bad(file + " does not have the key of certificate file " + certificate
                    + ": give the key that belongs to it");
        }
        return key;
    }

    private static String refusal(List<Pem.Block> blocks, Path file) {
        String convert = "convert it with 'openssl pkcs8 -topk8 -nocrypt -in " + file + " -out new.key'";
        for (Pem.Block block : blocks) {
            if (block.label().equals("ENCRYPTED PRIVATE KEY")) {
                return " is encrypted, and a node has nobody to ask for the passphrase: " + convert
                        + " and let only this user read it";
            }
            if (block.label().endsWith(" " + KEY)) {
                return " has a block " + block.label() + ", which is not PKCS #8: " + convert;
            }
        }
        return " must have one block " + KEY + ", and has " + blocks;
    }

    private static boolean belong(PrivateKey key, PublicKey certified, Path certificate) {
        String algorithm = SIGNATURES.get(certified.getAlgorithm());
        if (algorithm == null) {
            throw unknownKind(certificate, certified);
        }
        byte[] anything = certified.getEncoded();
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(anything);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static TransportException unknownKind(Path certificate, PublicKey certified) {
        return bad("certificate file " + certificate + " has a key of kind " + certified.getAlgorithm()
                + ": issue one with a key of kind EC, RSA or Ed25519");
    }

    private static String name(X509Certificate certificate) {
        return "'" + certificate.getSubjectX500Principal().getName() + "'";
    }

    private static TransportException bad(String message) {
        return new TransportException(TransportException.Code.BAD_CONFIG, message);
    }

    PrivateKey key() {
        return key;
    }

    /** {@return this node's certificate and those between it and the authority} */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** {@return who decides whether a certificate is one of a node of the cluster} */
    public NodeTrust trust() {
        return trust;
    }

    /** {@return for a person: when the certificate ends, and who issued it} */
    @Override
    public String toString() {
        return "certificate of " + NodeUri.in(chain.get(0)) + " by '"
                + chain.get(0).getIssuerX500Principal().getName() + "', valid until "
                + chain.get(0).getNotAfter().toInstant();
    }
}
