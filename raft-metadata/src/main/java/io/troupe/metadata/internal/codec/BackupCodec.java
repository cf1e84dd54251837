package io.troupe.metadata.internal.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.internal.state.StateView;

/**
 * A backup and its bytes: four letters, a version, the length of the head, the head, a snapshot of each group, and the
 * SHA-256 of all that, which is also what tells two backups apart. Of one group it is version 1; version 2 has the
 * number of groups at the end of the head. Give it buffered streams; it closes none.
 */
public final class BackupCodec {
    private static final int MAGIC = 0x54525042; // "TRPB"
    private static final int SINGLE_VERSION = 1;
    private static final int VERSION = 2;

    /** Longer than any head that the limits of names allow. */
    private static final int MAX_HEAD_LENGTH = 1 << 16;

    private static final int DIGEST_LENGTH = 32;

    private BackupCodec() {}

    /**
     * Where a backup comes from.
     *
     * @param clusterName the name of the cluster
     * @param clusterId   its id
     * @param nodeId      the node that wrote it
     * @param timeMillis  when, by that node's clock, in milliseconds
     * @param revision    of the first group's state
     */
    public record Head(String clusterName, String clusterId, String nodeId, long timeMillis, long revision) {}

    /**
     * All of a backup.
     *
     * @param head   where it comes from
     * @param states the states of all groups, as of one moment
     * @param digest the SHA-256, in hex
     */
    public record Contents(Head head, List<StateView> states, String digest) {}

    /**
     * Writes a backup.
     *
     * @param head   where it comes from
     * @param states the states of all groups, as of one moment
     * @param to     where to
     * @return the SHA-256, in hex
     * @throws IOException if writing fails
     */
    public static String write(Head head, List<StateView> states, OutputStream to) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(to, sha256());
        ByteWriter writer = new ByteWriter();
        writer.writeString(head.clusterName());
        writer.writeString(head.clusterId());
        writer.writeString(head.nodeId());
        writer.writeVarLong(head.timeMillis());
        writer.writeVarLong(head.revision());
        if (states.size() > 1) {
            writer.writeVarInt(states.size());
        }
        byte[] bytes = writer.toByteArray();
        digested.write(ByteBuffer.allocate(Integer.BYTES + 1 + Integer.BYTES)
                .putInt(MAGIC)
                .put((byte) (states.size() > 1 ? VERSION : SINGLE_VERSION))
                .putInt(bytes.length)
                .array());
        digested.write(bytes);
        for (StateView state : states) {
            SnapshotCodec.write(state, digested);
        }
        byte[] digest = digested.getMessageDigest().digest();
        to.write(digest);
        return HexFormat.of().formatHex(digest);
    }

    /**
     * Reads a backup back.
     *
     * @param from where from; read to its end
     * @return the backup
     * @throws IOException    if reading fails
     * @throws CodecException if the bytes are not a whole backup and nothing else
     */
    public static Contents read(InputStream from) throws IOException {
        DigestInputStream digested = new DigestInputStream(from, sha256());
        ByteReader start = ByteReader.of(readExactly(digested, Integer.BYTES + 1, "the head"));
        if (ByteBuffer.wrap(start.readRaw(Integer.BYTES)).getInt() != MAGIC) {
            throw new CodecException("it is no backup: it does not start with TRPB");
        }
        int version = start.readByte();
        if (version < SINGLE_VERSION || version > VERSION) {
            throw new CodecException(
                    "it has version " + version + " of the format, and this program reads those up to " + VERSION);
        }
        int length = ByteBuffer.wrap(readExactly(digested, Integer.BYTES, "the head"))
                .getInt();
        if (length < 1 || length > MAX_HEAD_LENGTH) {
            throw new CodecException(
                    "it is damaged: its head of " + length + " bytes has to have 1 to " + MAX_HEAD_LENGTH);
        }
        ByteReader bytes = ByteReader.of(readExactly(digested, length, "the head"));
        Head head = new Head(
                bytes.readString(), bytes.readString(), bytes.readString(), bytes.readVarLong(), bytes.readVarLong());
        int groups = version == SINGLE_VERSION ? 1 : bytes.readVarInt();
        bytes.expectEnd();
        if (groups < version || groups > MetadataConfig.MAX_GROUPS) {
            throw new CodecException("it is damaged: its head says " + groups + " groups, and this version has 2 to "
                    + MetadataConfig.MAX_GROUPS);
        }
        List<StateView> states = new ArrayList<>();
        while (states.size() < groups) {
            states.add(SnapshotCodec.read(digested));
        }
        String computed = HexFormat.of().formatHex(digested.getMessageDigest().digest());
        String stored = HexFormat.of().formatHex(readExactly(from, DIGEST_LENGTH, "the checksum"));
        if (!computed.equals(stored)) {
            throw new CodecException("it is damaged: its checksum is " + computed + ", not " + stored);
        }
        if (from.read() >= 0) {
            throw new CodecException("it is damaged: there is more behind its end");
        }
        long revision = states.get(0).revision();
        if (revision != head.revision()) {
            throw new CodecException(
                    "its head says revision " + head.revision() + ", its state has revision " + revision);
        }
        return new Contents(head, List.copyOf(states), computed);
    }

    private static byte[] readExactly(InputStream from, int count, String what) throws IOException {
        byte[] bytes = from.readNBytes(count);
        if (bytes.length < count) {
            throw new CodecException("it ends in " + what + ": expected " + count + " bytes, found " + bytes.length);
        }
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
