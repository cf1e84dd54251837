package io.troupe.metadata.internal.backup;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

import io.troupe.metadata.Backup;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.codec.BackupCodec;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.disk.SteadyOutput;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/**
 * A backup on disk. The file is there as a whole or not at all: it is written aside, in the same directory, forced in
 * pieces, renamed, and the directory forced.
 */
public final class BackupFile {
    private static final int BUFFER = 1 << 16;

    private BackupFile() {}

    /**
     * Looks whether a backup could be written, before anything else is done for it.
     *
     * @param file the file to write
     * @throws MetadataException with code BAD_BACKUP if it exists, or its directory does not
     */
    public static void checkTarget(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw bad("backup " + file + " is not written: the file exists; choose another name", null);
        }
        if (!Files.isDirectory(directory(file))) {
            throw bad(
                    "backup " + file + " is not written: there is no directory " + directory(file) + "; make it first",
                    null);
        }
    }

    /**
     * Writes a backup; forced to the disk when it returns.
     *
     * @param file   a file that does not exist, in a directory that does
     * @param head   where the states come from
     * @param states the states of all groups
     * @return what was written
     * @throws MetadataException with code BAD_BACKUP if it cannot be written; then nothing of it is left
     */
    public static Backup write(Path file, BackupCodec.Head head, List<StateView> states) {
        try {
            Path aside = Files.createTempFile(directory(file), file.getFileName() + ".", ".tmp");
            try {
                String digest;
                try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                    digest = write(Channels.newOutputStream(channel), () -> channel.force(false), head, states);
                    channel.force(true);
                }
                checkTarget(file); // The rename would replace what has come meanwhile.
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
                try (FileChannel made = FileChannel.open(directory(file), StandardOpenOption.READ)) {
                    made.force(true);
                }
                return new Backup(file, states.get(0).revision(), Files.size(file), digest);
            } finally {
                Files.deleteIfExists(aside);
            }
        } catch (IOException e) {
            throw bad("backup " + file + " is not written (" + e + "): check space and permissions", e);
        }
    }

    /** Writes all of it, and forces it in pieces, all but the last one. */
    static String write(OutputStream file, SteadyOutput.Disk disk, BackupCodec.Head head, List<StateView> states)
            throws IOException {
        OutputStream out = new BufferedOutputStream(new SteadyOutput(file, disk), BUFFER);
        String digest = BackupCodec.write(head, states, out);
        out.flush();
        return digest;
    }

    /**
     * Reads a backup.
     *
     * @param file the file
     * @return what is in it
     * @throws MetadataException with code BAD_BACKUP if it is missing, damaged, cut off, or of a newer version
     */
    public static BackupCodec.Contents read(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            return BackupCodec.read(in);
        } catch (CodecException e) {
            throw bad(
                    "backup " + file + " cannot be restored: " + e.getMessage()
                            + ". Take another copy of it or another backup, or the program that wrote it if it is newer",
                    e);
        } catch (IOException e) {
            throw bad(
                    "backup " + file + " cannot be read (" + e
                            + "): give restoreFrom a file that this process may read",
                    e);
        }
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    private static MetadataException bad(String message, @Nullable Throwable cause) {
        return cause == null
                ? new MetadataException(Code.BAD_BACKUP, message)
                : new MetadataException(Code.BAD_BACKUP, message, cause);
    }
}
