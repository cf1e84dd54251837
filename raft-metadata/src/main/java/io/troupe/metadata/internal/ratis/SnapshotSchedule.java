package io.troupe.metadata.internal.ratis;

/**
 * When a voter writes its next snapshot: after so many entries since the last one, or so many bytes of them.
 *
 * <p>All voters of a group apply the same entries. If all wrote at the same one, no majority would have its disks and
 * processors for commits; so each is early by up to a half, by its name and the entry of its last snapshot. Two may
 * still meet, but not again and again.
 *
 * <p>Pure. Confined to the thread that applies, but for {@link #at}.
 */
final class SnapshotSchedule {
    /** Bytes of entries after which a snapshot is written even if their number is small. */
    static final long LENGTH = 64 << 20;

    private final String nodeId;
    private final long entries;
    private volatile long at;
    private long length;

    /** Of what would be due for all at once; above a half, at most 1. */
    private double part;

    /**
     * Nothing was written yet.
     *
     * @param nodeId  the voter
     * @param entries most of them between two snapshots
     */
    SnapshotSchedule(String nodeId, long entries) {
        this.nodeId = nodeId;
        this.entries = entries;
        onSnapshot(0);
    }

    /** {@return the entry of the last snapshot, or of the one that is being written} Any thread. */
    long at() {
        return at;
    }

    /** An entry of so many bytes was applied. */
    void onApplied(long bytes) {
        length += bytes;
    }

    /** {@return true if it is time, now that all entries up to this one were applied} */
    boolean isDue(long index) {
        return index - at >= entries * part || length >= LENGTH * part;
    }

    /** A snapshot of the state after this entry is being written, or was read. */
    void onSnapshot(long index) {
        at = index;
        length = 0;
        part = 1 - fraction(31L * nodeId.hashCode() + index) / 2;
    }

    /** From 0 on and below 1, with neighbouring numbers far apart: the last steps of SplitMix64. */
    private static double fraction(long number) {
        long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
