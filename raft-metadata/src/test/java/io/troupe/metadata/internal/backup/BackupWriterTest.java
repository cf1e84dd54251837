package io.troupe.metadata.internal.backup;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.BackupCodec.Head;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.StateView;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackupWriterTest {
    @TempDir
    private Path directory;

    private final MetadataState state = new MetadataState();
    private final CompletableFuture<Long> barrier = new CompletableFuture<>();
    private final BackupWriter writer = new BackupWriter("w1");

    private final BackupWriter.Source source = new BackupWriter.Source() {
        @Override
        public CompletableFuture<List<StateView>> states() {
            return barrier.thenApply(revision -> List.of(state.view()));
        }

        @Override
        public Head head(long revision) {
            return new Head("shop", "id", "w1", 5, revision);
        }
    };

    @AfterEach
    void close() {
        writer.close();
    }

    private CompletableFuture<Backup> write(String name) {
        return writer.write(directory.resolve(name), source).orTimeout(20, TimeUnit.SECONDS);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(CompletableFuture<?> future, Code code) {
        return assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void theStateIsTakenBehindTheBarrier() {
        CompletableFuture<Backup> backup = write("a");
        state.apply(1, List.of(new Command.Lead("n1"))); // Acknowledged before, applied here only now.
        barrier.complete(1L);
        assertThat(backup.join().revision()).isEqualTo(1);
        assertThat(BackupFile.read(directory.resolve("a")).states().get(0).revision())
                .isEqualTo(1);
    }

    @Test
    void oneIsWrittenAtATime() {
        CompletableFuture<Backup> first = write("a");
        assertFails(write("b"), Code.BUSY)
                .hasMessageContaining("writes backup " + directory.resolve("a") + " just now: ask again");
        barrier.complete(0L);
        first.join();
        write("b").join();
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aBackupThatFailsMakesRoomForTheNext() {
        CompletableFuture<Backup> first = write("a");
        barrier.completeExceptionally(new MetadataException(Code.NO_SESSION, "none"));
        assertFails(first, Code.NO_SESSION);
        assertFails(write("b"), Code.NO_SESSION);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void afterCloseNothingIsWritten() {
        CompletableFuture<Backup> waiting = write("a");
        writer.close();
        writer.close();
        barrier.complete(0L);
        assertFails(waiting, Code.CLOSED).hasMessageContaining("backup " + directory.resolve("a") + " is not written");
        assertFails(write("b"), Code.CLOSED);
        assertThat(directory).isEmptyDirectory();
    }
}
