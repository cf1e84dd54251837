package io.troupe.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What every node of a cluster knows and nobody else: links are made only between nodes that prove it to each other. It
 * is kept in memory only as a key derived from it, and never written anywhere. Immutable, safe for any thread.
 *
 * <p>It authenticates the link, not each byte after that: someone who can change packets on the way needs TLS against
 * him.
 *
 * <p>To replace it while the cluster runs, start each node three times, one after the other: with the old one that
 * {@link #accepts} the new one, with the new one that accepts the old one, and with the new one alone.
 */
public final class ClusterSecret {
    /** The shortest secret, in bytes. */
    public static final int MIN_LENGTH = 32;

    /** The longest secret, in bytes. */
    public static final int MAX_LENGTH = 4096;

    private static final String ALGORITHM = "HmacSHA256";

    /** Says what the key is for, so that the same secret used elsewhere gives another one; the salt of RFC 5869. */
    private static final byte[] PURPOSE = "troupe-link-v1".getBytes(StandardCharsets.US_ASCII);

    /** The first one proves; each may have proven. */
    private final List<SecretKeySpec> keys;

    private ClusterSecret(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * A secret of bytes, which may be overwritten afterwards.
     *
     * @param secret 32 to 4096 bytes from a good source of random numbers
     * @return the secret
     * @throws TransportException with code BAD_CONFIG if it is too short or too long
     */
    public static ClusterSecret of(byte[] secret) {
        if (secret.length < MIN_LENGTH || secret.length > MAX_LENGTH) {
            throw bad("the cluster secret has " + secret.length + " bytes: it must have " + MIN_LENGTH + " to "
                    + MAX_LENGTH + ", for instance the output of 'openssl rand -out secret 32'");
        }
        return new ClusterSecret(
                List.of(new SecretKeySpec(mac(new SecretKeySpec(PURPOSE, ALGORITHM), secret), ALGORITHM)));
    }

    /**
     * A secret of all bytes of a file.
     *
     * @param file the file, which only this user should be able to read
     * @return the secret
     * @throws TransportException with code BAD_CONFIG if it cannot be read, or is too short or too long
     */
    public static ClusterSecret ofFile(Path file) {
        byte[] secret;
        try {
            if (Files.size(file) > MAX_LENGTH) {
                throw bad("secret file " + file + " has " + Files.size(file) + " bytes: at most " + MAX_LENGTH
                        + " are used");
            }
            secret = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG, "secret file " + file + " cannot be read: " + e, e);
        }
        try {
            return of(secret);
        } catch (TransportException e) {
            throw new TransportException(e.code(), "secret file " + file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * The same secret, which accepts a second one.
     *
     * @param other what other nodes may still, or already, prove
     * @return the secret
     */
    public ClusterSecret accepts(ClusterSecret other) {
        List<SecretKeySpec> all = new ArrayList<>(keys);
        all.addAll(other.keys);
        return new ClusterSecret(List.copyOf(all));
    }

    /**
     * {@return the proof that this node knows the secret}
     *
     * @param what what is said with it; a proof of one thing is none of another
     */
    public byte[] prove(byte[] what) {
        return mac(keys.get(0), what);
    }

    /**
     * {@return whether a proof is one by a node that knows the secret} Takes the same time whatever is wrong with it.
     *
     * @param what  what was said with it
     * @param proof the proof
     */
    public boolean isProof(byte[] what, byte[] proof) {
        boolean known = false;
        for (SecretKeySpec key : keys) {
            known |= MessageDigest.isEqual(mac(key, what), proof);
        }
        return known;
    }

    private static byte[] mac(SecretKeySpec key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static TransportException bad(String message) {
        return new TransportException(TransportException.Code.BAD_CONFIG, message);
    }

    @Override
    public String toString() {
        return "ClusterSecret[not shown]";
    }
}
