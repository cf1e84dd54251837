package io.troupe.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ClusterSecretTest {
    private static final byte[] WHAT = "what".getBytes(StandardCharsets.UTF_8);

    /** Computed with Python's hmac module: other versions of Troupe must come to the same. */
    @Test
    void aProofIsAnHmacUnderAKeyThatIsDerivedFromTheSecret() {
        byte[] proof = ClusterSecret.of(new byte[32]).prove(WHAT);
        assertThat(HexFormat.of().formatHex(proof))
                .isEqualTo("f64914f4590783c73e740e597cad613f4e3d29bb8a2435340f5dc24076c8ca02");
    }

    @Test
    void aSecretOfAFileIsThatOfItsBytes(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("secret"), new byte[40]);
        assertThat(ClusterSecret.of(new byte[40])
                        .isProof(WHAT, ClusterSecret.ofFile(file).prove(WHAT)))
                .isTrue();
        assertThat(ClusterSecret.of(new byte[41])
                        .isProof(WHAT, ClusterSecret.ofFile(file).prove(WHAT)))
                .isFalse();
    }

    @Test
    void aSecretThatIsNoneIsRefusedWithWhatToDo(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> ClusterSecret.of(new byte[31]))
                .isInstanceOf(TransportException.class)
                .hasMessage("the cluster secret has 31 bytes: it must have 32 to 4096, for instance the output of "
                        + "'openssl rand -out secret 32'");
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> ClusterSecret.ofFile(none))
                .hasMessageStartingWith("secret file " + none + " cannot be read: ");
        Path empty = Files.createFile(directory.resolve("empty"));
        assertThatThrownBy(() -> ClusterSecret.ofFile(empty))
                .hasMessageStartingWith("secret file " + empty + ": the cluster secret has 0 bytes: it must have");
        Path huge = Files.write(directory.resolve("huge"), new byte[4097]);
        assertThatThrownBy(() -> ClusterSecret.ofFile(huge))
                .hasMessage("secret file " + huge + " has 4097 bytes: at most 4096 are used");
    }

    @Test
    void nothingShowsIt() {
        assertThat(ClusterSecret.of(new byte[32])).hasToString("ClusterSecret[not shown]");
    }
}
