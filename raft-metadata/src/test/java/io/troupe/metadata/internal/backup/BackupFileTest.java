package io.troupe.metadata.internal.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.codec.BackupCodec.Head;
import io.troupe.metadata.internal.disk.SteadyOutput;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackupFileTest {
    private static final Head HEAD = new Head("shop", "id", "n1", 5, 0);

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("a.backup");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertBad(ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.BAD_BACKUP));
    }

    @Test
    void whatIsWrittenIsReadBackAndOnlyItsUserMayReadIt() throws IOException {
        Backup backup = BackupFile.write(file(), HEAD, List.of(StateView.EMPTY));
        assertThat(BackupFile.read(file()).head()).isEqualTo(HEAD);
        assertThat(BackupFile.read(file()).digest()).isEqualTo(backup.digest());
        assertThat(Files.getPosixFilePermissions(file()))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    /** The log, on the same disk, waits behind what is forced at once. */
    @Test
    void aLongBackupIsForcedInPieces() throws IOException {
        MetadataState state = new MetadataState();
        state.apply(1, List.of(new Command.OpenSession("n1", "d", 1, 1_000)));
        SessionId session = Objects.requireNonNull(state.view().session("n1")).id();
        for (int key = 1; key <= 10; key++) {
            Txn put = Txn.of(new Op.Put("k" + key, new byte[1 << 20]));
            state.apply(1, List.of(new Command.Submit(session, key, List.of(put))));
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        int[] forced = {0};
        BackupFile.write(
                file,
                () -> {
                    assertThat(file.size() - forced[0]).isEqualTo(SteadyOutput.MOST);
                    forced[0] = file.size();
                },
                HEAD,
                List.of(state.view()));
        assertThat(file.size()).isGreaterThan(10 << 20);
        assertThat(file.size() - forced[0]).isLessThan(SteadyOutput.MOST);
    }

    /** The channel closes under a thread that is interrupted, as a disk that is full fails. */
    @Test
    void aBackupThatCannotBeWrittenLeavesNothing() {
        Thread.currentThread().interrupt();
        try {
            assertBad(() -> BackupFile.write(file(), HEAD, List.of(StateView.EMPTY)))
                    .hasMessageContaining("backup " + file() + " is not written (")
                    .hasMessageContaining("check space and permissions");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileThatExistsStaysAsItIs() throws IOException {
        Files.writeString(file(), "mine");
        assertBad(() -> BackupFile.write(file(), HEAD, List.of(StateView.EMPTY)))
                .hasMessageContaining("the file exists");
        assertThat(file()).hasContent("mine");
    }

    @Test
    void damagedBackupsAreNamedWithTheRemedy() throws IOException {
        BackupFile.write(file(), HEAD, List.of(StateView.EMPTY));
        byte[] good = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(good, good.length - 40));
        assertBad(() -> BackupFile.read(file()))
                .hasMessageContaining("backup " + file() + " cannot be restored: ")
                .hasMessageContaining("ends in")
                .hasMessageContaining("Take another copy of it or another backup");
        byte[] newer = good.clone();
        newer[4] = 9;
        Files.write(file(), newer);
        assertBad(() -> BackupFile.read(file()))
                .hasMessageContaining("version 9")
                .hasMessageContaining("the program that wrote it if it is newer");
        assertBad(() -> BackupFile.read(directory.resolve("none")))
                .hasMessageContaining("backup " + directory.resolve("none") + " cannot be read (")
                .hasMessageContaining("give restoreFrom a file that this process may read");
        assertBad(() -> BackupFile.read(directory)).hasMessageContaining("cannot be read");
    }
}
