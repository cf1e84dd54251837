package io.troupe.metadata.internal.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;

/** Bounds what waits in one node, by number and by bytes. Any thread may ask. */
final class Admission {
    /** Encoded transactions that may wait in one node, in bytes. */
    static final long MAX_PENDING_LENGTH = 64 << 20;

    private final int maxPending;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingLength = new AtomicLong();

    Admission(int maxPending) {
        this.maxPending = maxPending;
    }

    /**
     * Admits transactions or none of them.
     *
     * @param txns   how many
     * @param length their encoded length in bytes
     * @throws MetadataException with code BUSY
     */
    void admit(int txns, long length) {
        int count = pending.addAndGet(txns);
        long bytes = pendingLength.addAndGet(length);
        // One that is alone always fits, whatever its length.
        boolean tooMany = count > maxPending;
        boolean tooLong = bytes > MAX_PENDING_LENGTH && count > txns;
        if (tooMany || tooLong) {
            release(txns, length);
            throw new MetadataException(
                    Code.BUSY,
                    tooMany
                            ? (count - txns) + " transactions wait already, " + txns + " more would pass maxPending ("
                                    + maxPending + "): try later or raise maxPending"
                            : "transactions of " + (bytes - length) + " bytes wait already, " + length
                                    + " more would pass " + MAX_PENDING_LENGTH + ": try later");
        }
    }

    void release(int txns, long length) {
        pending.addAndGet(-txns);
        pendingLength.addAndGet(-length);
    }
}
