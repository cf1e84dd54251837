package io.troupe.cluster.internal.delivery;

/** SplitMix64: the same sequence for one seed on every JVM. */
final class SimRandom {
    private long state;

    SimRandom(long seed) {
        state = seed;
    }

    long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    boolean percent(int chance) {
        return below(100) < chance;
    }
}
