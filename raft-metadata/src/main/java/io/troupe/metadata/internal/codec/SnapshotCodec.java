package io.troupe.metadata.internal.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

import io.troupe.metadata.internal.state.StateView;

/**
 * A whole state and its bytes: four letters, a version, records with their length, the last of them with the count of
 * all, and a CRC32C of everything before it. Equal states give equal bytes. Give it buffered streams; it closes none.
 */
public final class SnapshotCodec {
    private static final int MAGIC = 0x54525053; // "TRPS"
    private static final int VERSION = 1;

    /** Longer than any record that the limits of the state allow. */
    private static final int MAX_RECORD_LENGTH = 32 << 20;

    private SnapshotCodec() {}

    /**
     * Writes a state; on any thread.
     *
     * @param state the state
     * @param to    where to
     * @throws IOException if writing fails
     */
    public static void write(StateView state, OutputStream to) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(to, new CRC32C());
        checked.write(fourBytes(MAGIC));
        checked.write(VERSION);
        SnapshotRecords.write(state, record -> {
            if (record.length() > MAX_RECORD_LENGTH) {
                throw new IllegalStateException(
                        "a record of " + record.length() + " bytes, the limit is " + MAX_RECORD_LENGTH);
            }
            checked.write(fourBytes(record.length()));
            checked.write(record.toByteArray());
        });
        to.write(fourBytes((int) checked.getChecksum().getValue()));
    }

    /**
     * Reads a state back; {@code new MetadataState(view)} goes on from it.
     *
     * @param from where from; read to the end of the snapshot and not further
     * @return the state
     * @throws IOException    if reading fails
     * @throws CodecException if the bytes are not a whole snapshot
     */
    public static StateView read(InputStream from) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(from, new CRC32C());
        ByteReader head = ByteReader.of(readExactly(checked, Integer.BYTES + 1, "the head"));
        if (ByteBuffer.wrap(head.readRaw(Integer.BYTES)).getInt() != MAGIC) {
            throw new CodecException("not a snapshot: it does not start with TRPS");
        }
        head.readVersion("a snapshot", VERSION);
        SnapshotRecords records = new SnapshotRecords();
        while (!records.atEnd()) {
            int length = readInt(checked, "the length of a record");
            if (length < 1 || length > MAX_RECORD_LENGTH) {
                throw new CodecException("a record of " + length + " bytes after " + records.count()
                        + " records; it has 1 to " + MAX_RECORD_LENGTH);
            }
            // Allocates only as the bytes come: a false length costs nothing.
            records.accept(ByteReader.of(readExactly(checked, length, "record " + records.count())));
        }
        int computed = (int) checked.getChecksum().getValue();
        int stored = readInt(from, "the checksum");
        if (computed != stored) {
            throw new CodecException(
                    String.format("the snapshot is damaged: its checksum is %08x, not %08x", computed, stored));
        }
        return records.state();
    }

    private static byte[] fourBytes(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static int readInt(InputStream from, String what) throws IOException {
        return ByteBuffer.wrap(readExactly(from, Integer.BYTES, what)).getInt();
    }

    private static byte[] readExactly(InputStream from, int count, String what) throws IOException {
        byte[] bytes = from.readNBytes(count);
        if (bytes.length < count) {
            throw new CodecException(
                    "the snapshot ends in " + what + ": expected " + count + " bytes, found " + bytes.length);
        }
        return bytes;
    }
}
