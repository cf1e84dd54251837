package io.troupe.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import io.troupe.transport.internal.security.Credentials;
import io.troupe.transport.internal.security.NodeKeys;
import io.troupe.transport.internal.security.NodeTrust;
import io.troupe.transport.internal.tls.NodeUri;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The TLS of one node: it shows the node's certificate, and believes those that an authority it trusts has issued to a
 * node of the same cluster. Both are read from files, and again when {@link #refresh} is called. Safe for any thread.
 */
public final class NodeTls {
    /** The only version spoken: both ends of every connection are nodes of one cluster, so none has to be old. */
    public static final String PROTOCOL = "TLSv1.3";

    /** The longest file, in bytes. */
    public static final int MAX_FILE_LENGTH = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(NodeTls.class);

    private final TlsFiles files;
    private final String cluster;
    private final String nodeId;
    private final NodeKeys keys;
    private final NodeTrust trust;

    /** Of the files in use. Guarded by this. */
    private byte[] used;

    /** Of files that were there at the last look and cannot be used; empty if there are none. Guarded by this. */
    private byte[] unusable = {};

    /** What was last told of them: each state of the files is told once. Guarded by this. */
    private byte[] reported = {};

    private NodeTls(TlsFiles files, String cluster, String nodeId) {
        this.files = files;
        this.cluster = cluster;
        this.nodeId = nodeId;
        Credentials.Contents contents = read(files);
        Credentials credentials = Credentials.of(files, contents, cluster, nodeId, Instant.now());
        used = digest(contents);
        keys = new NodeKeys(credentials);
        trust = credentials.trust();
        LOG.info("node {}: TLS with the {}", nodeId, credentials);
    }

    /**
     * Reads and checks the files.
     *
     * @param files   where they are
     * @param cluster the cluster's name
     * @param nodeId  this node, which the certificate must name as {@code troupe://cluster/node}
     * @return the node's TLS
     * @throws TransportException with code BAD_CONFIG, naming the file, what is wrong with it and what to do
     */
    public static NodeTls open(TlsFiles files, String cluster, String nodeId) {
        return new NodeTls(files, cluster, nodeId);
    }

    /** {@return the node whose certificate it is} */
    public String nodeId() {
        return nodeId;
    }

    /**
     * {@return the name of a node in certificates}
     *
     * @param node the node's id
     */
    public String uri(String node) {
        return NodeUri.of(cluster, node);
    }

    /**
     * Looks at the files, and uses them from the next connection on if they have changed and pass the checks of
     * {@link #open}; else those in use stay. A state that cannot be used is told in the log when it is seen twice:
     * somebody who replaces three files may be half-way through.
     *
     * @return true if newer ones are used from now on
     */
    public synchronized boolean refresh() {
        byte[] seen = {};
        try {
            Credentials.Contents contents = read(files);
            seen = digest(contents);
            if (Arrays.equals(seen, used)) {
                unusable = new byte[0];
                return false;
            }
            Credentials credentials = Credentials.of(files, contents, cluster, nodeId, Instant.now());
            trust.replace(credentials.trust());
            keys.replace(credentials);
            used = seen;
            unusable = new byte[0];
            LOG.info("node {}: new connections use the new {}", nodeId, credentials);
            return true;
        } catch (TransportException bad) {
            byte[] state = seen.length > 0
                    ? seen
                    : sha256(String.valueOf(bad.getMessage()).getBytes(UTF_8));
            if (Arrays.equals(state, unusable) && !Arrays.equals(state, reported)) {
                reported = state;
                LOG.warn(
                        "node {}: the new TLS files cannot be used, the old ones still are: {}",
                        nodeId,
                        bad.getMessage());
            }
            unusable = state;
            return false;
        }
    }

    /** {@return what shows this node's certificate, always the newest} */
    public X509ExtendedKeyManager keyManager() {
        return keys;
    }

    /**
     * {@return what believes certificates of nodes of this cluster, by the newest authorities; it looks at no host
     * names}
     */
    public X509ExtendedTrustManager trustManager() {
        return trust;
    }

    /**
     * {@return a new engine for one connection} It wants a certificate of the other end, and speaks {@link #PROTOCOL}
     * only.
     *
     * @param dialled true on the side of the node that dialled
     */
    public SSLEngine engine(boolean dialled) {
        try {
            // A context for each connection: nothing of a session outlives it, so nobody resumes one whose
            // certificate has expired, or is not trusted any more.
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(dialled);
            if (!dialled) {
                engine.setNeedClientAuth(true);
            }
            engine.setEnabledProtocols(new String[] {PROTOCOL});
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no " + PROTOCOL, e);
        }
    }

    private static Credentials.Contents read(TlsFiles files) {
        return new Credentials.Contents(
                read("certificate", files.certificate()), read("key", files.key()), read("trust", files.trust()));
    }

    private static byte[] read(String what, Path file) {
        try {
            if (Files.size(file) > MAX_FILE_LENGTH) {
                throw new TransportException(
                        TransportException.Code.BAD_CONFIG,
                        what + " file " + file + " has " + Files.size(file) + " bytes: it must be PEM of at most "
                                + MAX_FILE_LENGTH);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG,
                    what + " file " + file + " does not exist: correct its path, or put it there",
                    e);
        } catch (IOException e) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG,
                    what + " file " + file + " cannot be read (" + e + "): let this user read it",
                    e);
        }
    }

    private static byte[] digest(Credentials.Contents contents) {
        return sha256(sha256(contents.certificate()), sha256(contents.key()), sha256(contents.trust()));
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@return for a person: whose it is and where the files are} */
    @Override
    public String toString() {
        return "NodeTls[" + uri(nodeId) + ", " + files + "]";
    }
}
