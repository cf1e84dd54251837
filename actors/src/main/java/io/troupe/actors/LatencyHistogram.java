package io.troupe.actors;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets of at most 12.5 % width: eight to each power of two. Any thread may record; 4 kB, nothing
 * is allocated.
 */
final class LatencyHistogram {
    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * SUB);

    void record(long nanos) {
        counts.incrementAndGet(bucket(Math.max(0, nanos)));
    }

    static int bucket(long nanos) {
        if (nanos < SUB) {
            return (int) nanos;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        int sub = (int) (nanos >>> (exponent - SUB_BITS)) & (SUB - 1);
        return (exponent - SUB_BITS + 1) * SUB + sub;
    }

    /** The largest duration of a bucket. */
    static long highest(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int exponent = bucket / SUB + SUB_BITS - 1;
        long width = 1L << (exponent - SUB_BITS);
        return (1L << exponent) + (bucket % SUB + 1) * width - 1;
    }

    long count() {
        long count = 0;
        for (int bucket = 0; bucket < counts.length(); bucket++) {
            count += counts.get(bucket);
        }
        return count;
    }

    /** The duration that a part of all does not exceed, rounded up to its bucket; 0 if there is none. */
    long percentile(double part) {
        long rank = Math.max(1, (long) Math.ceil(part * count()));
        long seen = 0;
        for (int bucket = 0; bucket < counts.length(); bucket++) {
            seen += counts.get(bucket);
            if (seen >= rank) {
                return highest(bucket);
            }
        }
        return 0;
    }
}
