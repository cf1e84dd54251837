package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AppliedMarkTest {
    private static final int SLOT = 512;

    @TempDir
    private Path directory;

    private long reopened() throws IOException {
        try (AppliedMark mark = AppliedMark.open(directory)) {
            return mark.index();
        }
    }

    private void write(long... indices) throws IOException {
        try (AppliedMark mark = AppliedMark.open(directory)) {
            for (long index : indices) {
                mark.write(index);
            }
        }
    }

    @Test
    void theNewestIndexIsThereAgain() throws IOException {
        assertThat(reopened()).as("a new voter").isEqualTo(-1);
        write(0);
        assertThat(reopened()).isZero();
        write(7, 8, 9);
        assertThat(reopened()).isEqualTo(9);
        write(8);
        assertThat(reopened()).as("it never goes back").isEqualTo(9);
    }

    /** Whichever slot a crash tears, the other one has the mark before or the same one. */
    @Test
    void aTornSlotLeavesTheMarkBefore() throws IOException {
        for (int torn = 0; torn < 2; torn++) {
            write(20 * torn + 10, 20 * torn + 11);
            Path file = directory.resolve(AppliedMark.FILE);
            byte[] bytes = Files.readAllBytes(file);
            bytes[torn * SLOT] ^= 1;
            Files.write(file, bytes);
            assertThat(reopened()).isBetween(20L * torn + 10, 20L * torn + 11);
        }
    }

    @Test
    void whatIsNoMarkIsNone() throws IOException {
        Path file = directory.resolve(AppliedMark.FILE);
        for (byte[] junk :
                new byte[][] {{}, {1}, new byte[2 * SLOT], new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}}) {
            Files.write(file, junk);
            assertThat(reopened()).isEqualTo(-1);
        }
        write(5);
        assertThat(reopened()).isEqualTo(5);
    }

    @Test
    void withoutAMarkAnythingMayHaveBeenApplied() throws IOException {
        try (AppliedMark mark = AppliedMark.open(directory)) {
            assertThat(mark.newestApplied(7)).isEqualTo(Long.MAX_VALUE);
            mark.write(5);
            assertThat(mark.newestApplied(-1)).isEqualTo(5);
            assertThat(mark.newestApplied(7)).as("a snapshot is newer").isEqualTo(7);
        }
    }
}
