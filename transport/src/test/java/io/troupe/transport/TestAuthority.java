package io.troupe.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;

/** An authority that lives as long as a test, and writes its certificates itself: the JDK can only read them. */
public final class TestAuthority {
    private static final byte[] ECDSA_WITH_SHA256 = sequence(oid(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    private static final byte[] TRUE = {1, 1, (byte) 0xFF};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static int serial;

    private final String name;
    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;

    /** A certificate that names a node, and its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {}

    /** What a certificate may differ in. */
    public record Wish(List<String> uris, Instant from, Instant until, boolean serverOnly) {
        public static Wish of(String... uris) {
            Instant now = Instant.now();
            return new Wish(List.of(uris), now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)), false);
        }

        public Wish expired() {
            return new Wish(uris, from, Instant.now().minusSeconds(60), serverOnly);
        }

        public Wish future() {
            return new Wish(uris, Instant.now().plusSeconds(600), until, serverOnly);
        }

        public Wish forServersOnly() {
            return new Wish(uris, from, until, true);
        }
    }

    public TestAuthority(String name) {
        this.name = name;
        byte[] authority = extension(sequence(TRUE), 0x55, 0x1D, 0x13);
        certificate = sign(name, keys, authority, Wish.of());
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public Issued issue(String subject, Wish wish) {
        KeyPair own = newKeys();
        return new Issued(sign(subject, own, names(wish), wish), own.getPrivate());
    }

    /** The three files of a node, in a directory of their own. */
    public TlsFiles files(Path directory, String cluster, String node) {
        return write(directory, issue(node, Wish.of("troupe://" + cluster + "/" + node)), certificate);
    }

    public static TlsFiles write(Path directory, Issued issued, X509Certificate... trusted) {
        try {
            Files.createDirectories(directory);
            StringBuilder trust = new StringBuilder("Whom the nodes trust:\n");
            for (X509Certificate authority : trusted) {
                trust.append(pem("CERTIFICATE", authority.getEncoded()));
            }
            return new TlsFiles(
                    Files.writeString(
                            directory.resolve("node.crt"),
                            pem("CERTIFICATE", issued.certificate().getEncoded())),
                    Files.writeString(
                            directory.resolve("node.key"),
                            pem("PRIVATE KEY", issued.key().getEncoded())),
                    Files.writeString(directory.resolve("trust.crt"), trust.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(String subject, KeyPair own, byte[] extensions, Wish wish) {
        byte[] content = sequence(
                der(0xA0, der(0x02, new byte[] {2})),
                der(0x02, BigInteger.valueOf(++serial).toByteArray()),
                ECDSA_WITH_SHA256,
                name(name),
                sequence(time(wish.from()), time(wish.until())),
                name(subject),
                own.getPublic().getEncoded(),
                der(0xA3, sequence(extensions)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] signed = der(0x03, concat(new byte[1], signature.sign()));
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(sequence(content, ECDSA_WITH_SHA256, signed)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] names(Wish wish) {
        byte[] uris = {};
        for (String uri : wish.uris()) {
            uris = concat(uris, der(0x86, uri.getBytes(StandardCharsets.US_ASCII)));
        }
        byte[] names = extension(sequence(uris), 0x55, 0x1D, 0x11);
        byte[] uses = sequence(oid(0x2B, 6, 1, 5, 5, 7, 3, 1));
        return wish.serverOnly() ? concat(names, extension(uses, 0x55, 0x1D, 0x25)) : names;
    }

    private static byte[] extension(byte[] value, int... id) {
        return sequence(oid(id), der(0x04, value));
    }

    private static byte[] name(String name) {
        byte[] text = der(0x0C, name.getBytes(StandardCharsets.UTF_8));
        return sequence(der(0x31, sequence(oid(0x55, 4, 3), text)));
    }

    private static byte[] time(Instant time) {
        return der(0x18, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] oid(int... bytes) {
        byte[] id = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            id[i] = (byte) bytes[i];
        }
        return der(0x06, id);
    }

    private static byte[] sequence(byte[]... parts) {
        return der(0x30, concat(parts));
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        byte[] head = {(byte) tag, (byte) length};
        if (length >= 256) {
            head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        } else if (length >= 128) {
            head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
        }
        return concat(head, content);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
