package io.troupe.metadata.internal.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogFormat;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;

/**
 * The bytes of the log segment that was being written, and how they end. Pure: bytes in, verdict out.
 *
 * <p>An entry is its length as a varint, its bytes, and the CRC-32C of both; zeros follow the last one, for the file is
 * filled with them ahead. Ratis gives several entries to the disk in one write and then flushes. If the power fails in
 * between, any of their sectors may be missing, in any order; Ratis reads zeros there, and refuses the file.
 *
 * <p>A torn entry may be cut off with all that follows it, because this voter has never acknowledged it: it does so,
 * to itself too as the leader, only after the flush, and what it finds at a start it flushes before it reads it. What
 * was flushed is whole on a disk that does not lie, also where the mark of what was applied has stayed behind. That an
 * entry is not applied does not suffice: a damaged one may have been acknowledged, and then it counts in a majority. So
 * it is taken for torn only if all of this holds:
 *
 * <ul>
 *   <li>It is above all that was applied here.
 *   <li>A sector from its start to its declared end is zeros only, as far as the sector goes: what never reached the
 *       disk. Where not even the length did, that is the sector of its start. Zeros may also be what was written, so:
 *   <li>No single changed bit explains it, be it one of the length, with which an entry seems to reach into the zeros.
 *   <li>The log does not go on: no whole entry stands {@value #MOST_UNFLUSHED} or more places further on. A leader has
 *       few entries under way, and a voter of the majority behind its last commit has flushed all but those: so enough
 *       voters start after a power cut of all, and more of them behind the gap say that it was flushed.
 * </ul>
 *
 * <p>What is left: a disk that loses a flushed sector without a word, so that it reads as zeros, in one of the last
 * entries and before that is applied. From the bytes nobody can tell that from a torn write.
 */
final class OpenSegment {
    /** How a segment ends. */
    enum Kind {
        /** With its last entry, or in one that goes beyond the end of the file, which Ratis itself drops. */
        WHOLE,
        /** With a write that never ended. */
        TORN,
        /** With bytes that have changed, or with what Ratis does not read for another reason. */
        DAMAGED
    }

    /**
     * Where the entries end.
     *
     * @param kind   how
     * @param offset behind the last entry that is whole
     * @param index  that the entry there has or would have
     */
    record End(Kind kind, int offset, long index) {}

    /** The least that a disk writes. */
    static final int SECTOR = 512;

    /** More than a leader has under way: its entries, the first one of its term, and the two of a change of voters. */
    static final int MOST_UNFLUSHED = 8;

    private static final int CHECKSUM = Integer.BYTES;
    private static final int MAX_VARINT = 10;
    private static final int MAX_LENGTH = 5;

    /** Of the CRC-32C, lowest bit first. */
    private static final int POLYNOMIAL = 0x82F63B78;

    /** With which each entry begins: the fields of its term and its index. */
    private static final int TERM_TAG = LogEntryProto.TERM_FIELD_NUMBER << 3;

    private static final int INDEX_TAG = LogEntryProto.INDEX_FIELD_NUMBER << 3;

    private static final int NONE = -1;

    private OpenSegment() {}

    /**
     * {@return how a segment ends}
     *
     * @param bytes   the whole file
     * @param first   the index of its first entry
     * @param applied the newest entry that may have been applied
     */
    static End end(byte[] bytes, long first, long applied) {
        int header = SegmentedRaftLogFormat.getHeaderLength();
        if (bytes.length < header || SegmentedRaftLogFormat.matchHeader(bytes, 0, header) < header) {
            return new End(Kind.WHOLE, 0, first); // It is flushed before any entry, and Ratis looks at it.
        }
        int at = header;
        long index = first;
        while (index(bytes, at) == index) {
            at = declaredEnd(bytes, at);
            index++;
        }
        return new End(kind(bytes, at, index, applied), at, index);
    }

    private static Kind kind(byte[] bytes, int at, long index, long applied) {
        if (isZero(bytes, at, bytes.length) || declaredEnd(bytes, at) > bytes.length) {
            return Kind.WHOLE;
        }
        boolean torn = index > applied
                && lacksASector(bytes, at)
                && !oneBitMendsTheLength(bytes, at, index)
                && !oneBitMendsTheRest(bytes, at)
                && !goesOn(bytes, at + 1, index + MOST_UNFLUSHED);
        return torn ? Kind.TORN : Kind.DAMAGED;
    }

    /** {@return where an entry would end that begins there, {@link #NONE} if its length is none} */
    private static int declaredEnd(byte[] bytes, int at) {
        if (at >= bytes.length || SegmentedRaftLogFormat.isTerminator(bytes[at])) {
            return NONE;
        }
        try {
            int length = CodedInputStream.newInstance(bytes, at, Math.min(MAX_VARINT, bytes.length - at))
                    .readRawVarint32();
            return length < 0 || length > RatisProperties.APPEND_LENGTH.getSizeInt()
                    ? NONE
                    : at + CodedOutputStream.computeUInt32SizeNoTag(length) + length + CHECKSUM;
        } catch (IOException notALength) {
            return NONE;
        }
    }

    /** {@return the index of the whole entry that begins there, {@link RaftLog#INVALID_LOG_INDEX} if none does} */
    private static long index(byte[] bytes, int at) {
        int end = declaredEnd(bytes, at);
        if (end == NONE || end > bytes.length || difference(bytes, at, end) != 0) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes, at, end - CHECKSUM - at);
            in.readRawVarint32();
            return LogEntryProto.parseFrom(in).getIndex();
        } catch (IOException notAnEntry) {
            return RaftLog.INVALID_LOG_INDEX;
        }
    }

    /** {@return the bits in which the checksum that was written differs from the one of the bytes} */
    private static int difference(byte[] bytes, int at, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, end - CHECKSUM - at);
        return (int) crc.getValue() ^ ByteBuffer.wrap(bytes).getInt(end - CHECKSUM);
    }

    private static boolean lacksASector(byte[] bytes, int start) {
        int end = Math.max(declaredEnd(bytes, start), start + 1);
        for (int at = start, next; at < end; at = next) {
            next = (at / SECTOR + 1) * SECTOR;
            if (isZero(bytes, at, Math.min(next, bytes.length))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        return SegmentedRaftLogFormat.isTerminator(bytes, from, to - from);
    }

    private static boolean oneBitMendsTheLength(byte[] bytes, int at, long index) {
        byte[] mended = bytes.clone();
        for (int i = at; i < Math.min(at + MAX_LENGTH, bytes.length); i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                mended[i] = (byte) (bytes[i] ^ 1 << bit);
                if (index(mended, at) == index) {
                    return true;
                }
            }
            mended[i] = bytes[i];
        }
        return false;
    }

    /** A checksum is linear: what one changed bit adds to it depends on nothing but its distance from the end. */
    private static boolean oneBitMendsTheRest(byte[] bytes, int at) {
        int end = declaredEnd(bytes, at);
        if (end == NONE) {
            return false;
        }
        int difference = difference(bytes, at, end);
        int added = POLYNOMIAL;
        for (long bits = (long) Byte.SIZE * (end - CHECKSUM - at); bits > 0; bits--) {
            if (added == difference) {
                return true;
            }
            added = added >>> 1 ^ ((added & 1) == 0 ? 0 : POLYNOMIAL);
        }
        return Integer.bitCount(difference) == 1; // One of the checksum.
    }

    /** Whether a whole entry with this index, or a later one, stands further on. */
    private static boolean goesOn(byte[] bytes, int from, long index) {
        for (int at = from; at < bytes.length; at++) {
            int end = declaredEnd(bytes, at);
            if (end != NONE && end <= bytes.length && claims(bytes, at, end, index) && index(bytes, at) >= index) {
                return true;
            }
        }
        return false;
    }

    /** Asked first, because a checksum at every place would take too long. */
    private static boolean claims(byte[] bytes, int at, int end, long index) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes, at, end - CHECKSUM - at);
            in.readRawVarint32();
            if (in.readTag() != TERM_TAG || in.readUInt64() < 0 || in.readTag() != INDEX_TAG) {
                return false;
            }
            long further = in.readUInt64() - index;
            return further >= 0 && further < bytes.length;
        } catch (IOException notAnEntry) {
            return false;
        }
    }
}
