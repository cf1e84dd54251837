package io.troupe.demo.input;

/**
 * A random stream that is the same on every JDK for ever: the generated input is part of a run's identity, and the
 * JDK's own generators do not promise their sequence. The mixing function is SplitMix64.
 */
final class SplitMix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    SplitMix(long seed) {
        state = seed;
    }

    long nextLong() {
        state += GOLDEN_GAMMA;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** {@return 0 to bound - 1; the bias of the remainder is below 2^-31 for every int bound} */
    int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** {@return true once in {@code oneIn} calls, on average} */
    boolean oneIn(int oneIn) {
        return below(oneIn) == 0;
    }

    /** {@return at least 0.0, below 1.0} */
    double unit() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }
}
