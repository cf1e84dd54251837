package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TlsFiles;

/** One certificate for both ends of a benchmark, which is its own authority; its files go when it is closed. */
final class BenchCertificate implements AutoCloseable {
    private static final String CLUSTER = "bench";
    private static final String CERTIFICATE = "node.crt";
    private static final String KEY = "node.key";
    private static final String STORE = "store";
    private static final String ALIAS = "node";
    private static final String PASSWORD = "only for the benchmark";

    private final Path directory;

    private BenchCertificate(Path directory) {
        this.directory = directory;
    }

    /** Made by the tool of this JDK, whose classes can only read certificates. */
    static BenchCertificate issue() throws IOException, InterruptedException {
        BenchCertificate made = new BenchCertificate(Files.createTempDirectory("troupe-bench-tls"));
        boolean done = false;
        try {
            made.generate();
            done = true;
        } catch (GeneralSecurityException e) {
            throw new BenchException("the certificate that keytool made cannot be read: " + e);
        } finally {
            if (!done) {
                made.close();
            }
        }
        return made;
    }

    /** What one end shows; for the process that runs it. */
    static NodeTls of(String directory, String node) {
        Path files = Path.of(directory);
        Path certificate = files.resolve(CERTIFICATE);
        return NodeTls.open(new TlsFiles(certificate, files.resolve(KEY), certificate), CLUSTER, node);
    }

    String directory() {
        return directory.toString();
    }

    private void generate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve(STORE);
        String names = "san=uri:troupe://" + CLUSTER + "/" + TransportBench.NODE + ",uri:troupe://" + CLUSTER + "/"
                + TransportPeer.NODE;
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        int exit = new ProcessBuilder(List.of(
                        tool.toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        ALIAS,
                        "-dname",
                        "CN=bench",
                        "-ext",
                        "bc:c=ca:true",
                        "-ext",
                        names,
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new BenchException(tool + " ended with " + exit + ": run the benchmark on a JDK that has it");
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        write(CERTIFICATE, "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
        write(KEY, "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
    }

    private void write(String file, String label, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder().encodeToString(der);
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }

    @Override
    public void close() throws IOException {
        for (String file : List.of(STORE, CERTIFICATE, KEY)) {
            Files.deleteIfExists(directory.resolve(file));
        }
        Files.deleteIfExists(directory);
    }
}
